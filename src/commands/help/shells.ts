// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shells that have a completion script.
 * @module
 */
import type { ArgumentValue } from "@cliffy/command";
import { pick } from "../shell/value_types.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

/** Parses the name of a shell. */
export function shellType(arg: ArgumentValue): Shell {
  return pick(arg, SHELLS);
}

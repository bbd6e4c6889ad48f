// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The value type of `--source`.
 * @module
 */
import type { ArgumentValue } from "@cliffy/command";
import { type AgentName, listAgents } from "../../agents/mod.ts";
import { pick } from "../shell/value_types.ts";

/** Parses the name of an agent. */
export function sourceType(arg: ArgumentValue): AgentName {
  return pick(arg, listAgents());
}

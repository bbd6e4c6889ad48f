// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Environment variables that switch something on.
 * @module
 */
import type { Context } from "./context.ts";

/** Whether a variable is set to anything but "0", "false" or "no" (case-insensitive). */
export function isOn(context: Pick<Context, "env">, name: string): boolean {
  const value = context.env(name);
  return value !== undefined && !/^(0|false|no)$/i.test(value);
}

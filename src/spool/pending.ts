// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one question that every hook asks about a spool.
 * @module
 */
import { parseEventName } from "./event_name.ts";

/** Whether an event waits for delivery; stops at the first one found. */
export function hasPending(folder: string): boolean {
  try {
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (isFile && parseEventName(name) !== null) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

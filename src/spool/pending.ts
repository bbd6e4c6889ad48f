// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one question about a spool that every hook asks.
 * @module
 */
import { parseEventName } from "./event_name.ts";

/** Whether anything waits for delivery; stops at the first event found. */
export function hasPending(folder: string): boolean {
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      if (parseEventName(name) !== null) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Counts how often the daemon has refused the first event in the spool. The delivery lock guards
 * the count.
 * @module
 */
import { decodeJson, encodeJson } from "../proto/mod.ts";
import { openNote, readNote, writeWhole } from "./durable_file.ts";

/** Attempts at one event. */
export interface Attempts {
  name: string;
  count: number;
  /** Time of the last attempt, in epoch milliseconds. */
  ms: number;
}

/** After this many attempts an event is set aside, so that it does not hold up the others. */
export const MAX_ATTEMPTS = 5;
/** After a failure, an automatic delivery leaves the event alone for this time, in milliseconds. */
export const PATIENCE_MS = 5_000;

const NAME = ".attempts";

/** Reads how often `name` has failed; 0 if the file is about another event. */
export function readAttempts(folder: string, name: string): Attempts {
  const none = { name, count: 0, ms: 0 };
  try {
    const bytes = readNote(`${folder}/${NAME}`);
    if (bytes === null) return none;
    const value = decodeJson(bytes);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return none;
    }
    const { count, ms } = value;
    const isThis = value.name === name && typeof count === "number" &&
      typeof ms === "number";
    return isThis ? { name, count, ms } : none;
  } catch (error) {
    if (error instanceof SyntaxError) return none;
    throw error;
  }
}

/** Records one more failure. */
export function writeAttempts(folder: string, attempts: Attempts): void {
  using file = openNote(`${folder}/${NAME}`);
  file.truncateSync(0);
  writeWhole(file, new TextEncoder().encode(encodeJson(attempts)));
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The timestamp that an agent puts into an event.
 * @module
 */
import { decodeText } from "../proto/mod.ts";
import type { Fields } from "./fields.ts";

/** The smallest number that counts as milliseconds; smaller ones may be seconds. */
const LEAST_MS = 1e12;

/**
 * Reads a payload's `timestamp`: epoch milliseconds, or a string in ISO 8601.
 *
 * @returns Epoch milliseconds, or null if there is no valid timestamp.
 */
export function ownTime(fields: Fields): number | null {
  const token = fields.number("timestamp");
  const text = fields.text("timestamp") ?? "";
  const ms = token !== null
    ? Number(decodeText(token))
    : /^\d{4}-\d\d-\d\dT/.test(text)
    ? Date.parse(text)
    : 0;
  return Number.isSafeInteger(ms) && ms >= LEAST_MS ? ms : null;
}

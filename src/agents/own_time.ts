// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The time that an agent gives an event.
 * @module
 */
import { decodeText } from "../proto/mod.ts";
import type { Fields } from "./fields.ts";

/** A smaller number does not count milliseconds of this century. */
const LEAST_MS = 1e12;

/**
 * Reads a payload's `timestamp`: a number of milliseconds since 1970, or a text in ISO 8601.
 *
 * @returns Whole milliseconds since 1970, or null if there is no such time.
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * JSON that is read back as the very same value.
 * @module
 */
import type {} from "../../src/proto/mod.ts"; // declares JSON.rawJSON

/**
 * Prints a value with each number as what it is: `encodeJson` makes an integer of `1e19`, and 0 of
 * `-0`.
 */
export function encodeExactJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return JSON.rawJSON(String(part));
    if (typeof part !== "number") return part;
    if (Object.is(part, -0)) return JSON.rawJSON("-0.0");
    const isRead = Number.isSafeInteger(part) || !/^-?\d+$/.test(String(part));
    return isRead ? part : JSON.rawJSON(`${part}.0`);
  });
}

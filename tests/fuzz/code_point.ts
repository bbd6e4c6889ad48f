// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A character for properties with texts.
 * @module
 */
import fc from "fast-check";

/**
 * Any character that is no half of a surrogate pair, as a unit of `fc.string()`. fast-check's own
 * unit "binary" is the same, and takes 1.5 seconds to make.
 */
export const CODE_POINT: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
).map((code) => String.fromCodePoint(code), toCode);

/** Lets fast-check mix in its dangerous words, such as `__proto__`. */
function toCode(unit: unknown): number {
  const [char, ...more] = typeof unit === "string" ? unit : [];
  const code = char?.codePointAt(0);
  if (code === undefined || more.length > 0) {
    throw new TypeError("no character");
  }
  return code;
}

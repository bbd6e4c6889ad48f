// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * JSON texts by their grammar, with everything that is rare in them.
 * @module
 */
import type { Random } from "./random.ts";

/** Tokens that readers of JSON, numbers, times, paths and text tend to get wrong. */
export const ODD_TOKENS: readonly string[] = [
  ...["0", "-0", "-1", "1.0", "1e2", "1E-2", "1e999", "01", "0x1", "NaN", "+1"],
  ...["9007199254740991", "9007199254740993", "18446744073709551615"],
  ...["18446744073709551616", "-9223372036854775808", "4294967296"],
  ...["123456789012345678901234567890", "1714000000000", "1714000000.25"],
  ...["null", "true", "false", "{}", "[]", '""', "[[]]", '{"":{}}'],
  ...['"\\u0000"', '"\\ud83d"', '"\\ud83d\\ude00"', '"\\ude00"', '"\\\\"'],
  ...['"\\u001b[2J"', '"\\u202e"', '"\\n"', '"\ud83d\ude00"', '"/a/../b"'],
  ...['"__proto__"', '"constructor"', '"type"', '"stop"', '"é"', '"\u0085"'],
  ...["\ufeff", "\u0085", "\u2028", "\x00", "\x1b[31m", "\\u", "\\", '"'],
  ...["{", "}", "[", "]", ",", ":", " ", "\n", "\r\n", "\t", '":"', '":{"'],
];

/** Deepest nesting of a text that is made here. A run of brackets comes from a mutation. */
const MAX_LEVELS = 5;
const SPACES = ["", "", "", "", " ", "\n", "\t ", "\r\n"];
const ESCAPES = ["\\n", "\\\\", '\\"', "\\/", "\\u0041", "\\ud83d", "\\u001b"];
const CHARACTERS = [
  ..."abcdefxyz019 ._-/:@\\é😀",
  ...["\u202e", "\u200b", "\u0301", "\ufe0f", "\x7f", "\x9b", "\x1b", "\n"],
];

/**
 * Prints a JSON value, nearly always one that is valid.
 *
 * @param words JSON strings that the program looks for, with their quotes.
 */
export function printJson(
  random: Random,
  words: readonly string[],
  levels = MAX_LEVELS,
): string {
  const space = random.pick(SPACES);
  switch (random.below(levels > 0 ? 8 : 4)) {
    case 0:
      return `${space}${random.pick(ODD_TOKENS)}`;
    case 1:
      return `${space}${random.pick(words)}`;
    case 2:
      return `${space}${printString(random)}`;
    case 3:
      return `${space}${random.below(2 ** 32)}`;
    case 4:
    case 5:
      return `${space}[${
        printList(random, () => printJson(random, words, levels - 1))
      }${random.pick(SPACES)}]`;
    default:
      return space + printObject(random, words, levels);
  }
}

/** Prints an object whose keys are mostly known words, some of them twice. */
export function printObject(
  random: Random,
  words: readonly string[],
  levels = MAX_LEVELS,
): string {
  const members = printList(random, () => {
    const key = random.once(8) ? printString(random) : random.pick(words);
    const space = random.pick(SPACES);
    return `${space}${key}${space}:${printJson(random, words, levels - 1)}`;
  });
  return `{${members}${random.pick(SPACES)}}`;
}

function printList(random: Random, print: () => string): string {
  return Array.from({ length: random.below(6) }, print).join(",");
}

function printString(random: Random): string {
  const text = Array.from(
    { length: random.below(12) },
    () => random.pick(random.once(6) ? ESCAPES : CHARACTERS),
  );
  const safe = text.join("").replace(/(?<!\\)"/g, "");
  return random.once(20) ? `"${safe}` : `"${safe}"`;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { skipString } from "../../../src/proto/_skip_string.ts";
import { bytesOf, encode } from "./_scanning.ts";

const wholes = [
  "",
  "plain \u007f",
  '\\"\\\\\\/\\b\\f\\n\\r\\t',
  "\\u001b[1m\\u00e9\\uABCD\\ucfff\\ue000",
  "é\u0080߿က→\ucfff",
];

for (const whole of wholes) {
  Deno.test(`skipString() goes through ${JSON.stringify(whole)} to the quote`, () => {
    const inside = encode(`x"${whole}`);
    const chunk = Uint8Array.from([...inside, ...encode('"\\n"')]);
    assertEquals(skipString(chunk, 2), inside.length);
    assertEquals(skipString(inside, 2), inside.length);
  });
}

const others: [what: string, inside: string | number[]][] = [
  ["a control character", "\n"],
  ["a half of a pair", "\\ud83d"],
  ["another half of a pair", "\\uDC00"],
  ["an unknown escape", "\\x"],
  ["a digit that is none", "\\u00g0"],
  ["an escape that is cut off", "\\"],
  ["digits that are cut off", "\\u00e"],
  ["a character that is cut off", [0xe2, 0x86]],
  ["an overlong character", [0xc0, 0x80]],
  ["an overlong character of three bytes", [0xe0, 0x80, 0x80]],
  ["a surrogate in UTF-8", [0xed, 0xa0, 0x80]],
  ["a character of four bytes", "😀"],
  ["a byte of the middle of a character", [0x80]],
  ["a character whose second byte is none", [0xc3, 0x22]],
  ["a character whose third byte is none", [0xe2, 0x86, 0x22]],
];

for (const [what, inside] of others) {
  Deno.test(`skipString() leaves ${what} to its caller`, () => {
    const chunk = Uint8Array.from([...encode("xyz"), ...bytesOf(inside)]);
    assertEquals(skipString(chunk, 1), 3);
  });
}

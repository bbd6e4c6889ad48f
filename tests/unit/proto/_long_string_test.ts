// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { skipLongString } from "../../../src/proto/_long_string.ts";
import { bytesOf, encode, scan, split } from "./_scanning.ts";

const insideLong: [what: string, inside: string | number[], fault?: string][] =
  [
    ["escapes", '\\"\\\\\\"\\u00e9\\ud83d\\ude00\\\\\\\\'],
    ["characters of several bytes", "\ufeffé\u2028😀\u007f"],
    ["a lone high surrogate", "\\ud800", "lone surrogate @2526"],
    ["a lone low surrogate", "\\udc00", "lone surrogate @2525"],
    ["a line break", "\n", "control character in string @2520"],
    ["an unknown escape", "\\x", "invalid escape @2521"],
    ["an overlong character", [0xc0, 0x80], "invalid UTF-8 @2520"],
    ["a surrogate in UTF-8", [0xed, 0xa0, 0x80], "invalid UTF-8 @2521"],
  ];

for (const [what, inside, fault] of insideLong) {
  Deno.test(`JsonScanner sees ${what} in a long string`, () => {
    const fill = encode("x".repeat(2500));
    const bytes = Uint8Array.from([
      ...[...encode(' ["short","'), ...fill, ...encode("éyyyyyyy")],
      ...[...bytesOf(inside), ...fill, ...encode('\\\\",1]')],
    ]);
    const whole = scan([bytes]);
    assertEquals(whole.end, fault ?? bytes.length);
    for (const cut of [1, 9, 12, 30, 300, 2519, 2520, 2521, 4000]) {
      assertEquals(scan(split(bytes, [cut])), whole);
    }
    assertEquals(scan([...bytes].map((byte) => Uint8Array.of(byte))), whole);
    const closing = bytes.lastIndexOf(0x22);
    const open = scan([bytes.subarray(0, closing)]);
    assertEquals(open.end, fault ?? `unexpected end @${closing}`);
  });
}

Deno.test("skipLongString() finds the closing quote of a valid string", () => {
  for (const end of ["", '\\"', "\\\\", '\\\\\\"\\n', "\\ud83d\\ude00", "é"]) {
    const inside = encode(`xx"${"x".repeat(256)}${end}`);
    const chunk = Uint8Array.from([...inside, ...encode('","y"')]);
    assertEquals(skipLongString(chunk, 3), inside.length);
  }
});

Deno.test("skipLongString() returns its argument if there is no shortcut", () => {
  const long = "x".repeat(256);
  for (const text of [long.slice(1) + '"', long, `${long}\\"`, `\n${long}"`]) {
    assertEquals(skipLongString(encode(`xx"${text}`), 3), 3);
  }
});

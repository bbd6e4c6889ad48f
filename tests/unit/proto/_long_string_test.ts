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
    const middle = Array.from({ length: 60 }, (_, i) => 2500 + i);
    for (const cut of [1, 9, 12, 30, 300, ...middle, 4000]) {
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

Deno.test("skipLongString() stops where a string that goes on can be cut", () => {
  const long = "x".repeat(256);
  const open: [text: string, skipped: number][] = [
    [long, 256],
    [`${long}\\"`, 256],
    [`${long}\\ud83d`, 256],
    [`${long}\\ud83d\\ude00`, 256],
    [`${long}\\ud83d\\ude00a`, 269],
    [`${long}é`, 256],
    [`${"\\n".repeat(200)}abcdef\\n\\n`, 406],
  ];
  for (const [text, skipped] of open) {
    assertEquals(skipLongString(encode(`xx"${text}`), 3), 3 + skipped, text);
  }
});

Deno.test("skipLongString() returns its argument if there is no shortcut", () => {
  const long = "x".repeat(256);
  const texts = [
    `${long.slice(1)}"`,
    long.slice(1),
    `\n${long}"`,
    `\n${long}`,
    "\\n".repeat(200),
    `${long}\\ud83dabcdef`,
  ];
  for (const text of texts) {
    assertEquals(skipLongString(encode(`xx"${text}`), 3), 3, text);
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  JsonScanner,
  MAX_DEPTH,
  readPlainObject,
  scanMembers,
} from "../../../src/proto/mod.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("readPlainObject() finds the text, its end and its members", () => {
  const text = ' \n{"a":1, "é":"ü","a":{"b":[2]},"__proto__":"p"}\r\n ';
  const bytes = encode(text);
  const object = readPlainObject(bytes);
  assert(object !== null);
  assertEquals(object.text, text.trim());
  assertEquals(object.end, bytes.length - 3);
  assertEquals(Object.entries(object.members), [
    ["a", { b: [2] }],
    ["é", "ü"],
    ["__proto__", "p"],
  ]);
});

const deep = (levels: number) =>
  `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

const doubtful: [why: string, text: string | Uint8Array][] = [
  ["half a surrogate pair", '{"a":"\\ud83d"}'],
  ["the other half, in a key", '{"\\uDE00":1}'],
  [
    "a valid pair of escapes",
    '{"a":"\\ud83d\\ude00"}',
  ],
  ["a number that no double holds", '{"a":[-1e999]}'],
  ["too many levels", deep(MAX_DEPTH + 1)],
  ["a byte order mark", '\ufeff{"a":1}'],
  [
    "bytes that are not UTF-8",
    Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d),
  ],
  ["an incomplete object", '{"a":1'],
  ["two values", '{"a":1}{}'],
  ["white space that is not JSON's", '{"a":1}\u00a0'],
  ["an array", "[1]"],
  ["a number", "12"],
  ["null", "null"],
  ["nothing", ""],
];

for (const [why, text] of doubtful) {
  Deno.test(`readPlainObject() returns null for ${why}`, () => {
    const bytes = typeof text === "string" ? encode(text) : text;
    assertEquals(readPlainObject(bytes), null);
  });
}

Deno.test("readPlainObject() accepts as many levels as the scanner", () => {
  assertEquals(readPlainObject(encode(deep(MAX_DEPTH)))?.text, deep(MAX_DEPTH));
});

/** JSON texts of many styles: nested objects, odd numbers and strings, white space, some faults. */
const TEXT = fc.tuple(
  fc.dictionary(
    fc.string({ unit: CODE_POINT }),
    fc.oneof(
      fc.jsonValue({ stringUnit: CODE_POINT }),
      fc.string({ unit: CODE_POINT }),
      fc.integer(),
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true })),
    ),
  ),
  fc.constantFrom("", " ", "\n\t"),
  fc.constantFrom("", "1e400", "[1e308]", '"\\ud800"', '"\u0000"', "01", "tru"),
).map(([value, space, odd]) => {
  const text = JSON.stringify(value, null, space.length);
  const more = odd === ""
    ? ""
    : `${value === null || text === "{}" ? "" : ","}"odd":${odd}`;
  return `${space}${text.slice(0, -1)}${more}}${space}`;
});

Deno.test("readPlainObject() accepts nothing that the scanner refuses, and ends at the same offset", () => {
  let taken = 0;
  fc.assert(
    fc.property(TEXT, (text) => {
      const bytes = encode(text);
      const object = readPlainObject(bytes);
      if (object === null) return;
      taken++;
      const scanner = new JsonScanner();
      assertEquals(scanner.write(bytes), object.end);
      assert(scanner.complete);
      const keys = scanMembers(bytes)?.members.map(({ key }) => key);
      assertEquals(new Set(Object.keys(object.members)), new Set(keys));
    }),
    { numRuns: 2000 },
  );
  assert(taken > 60, `${taken} texts were taken`);
});

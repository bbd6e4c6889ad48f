// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Int } from "../../../src/proto/int.ts";
import { decodeJson, type JsonValue } from "../../../src/proto/json.ts";
import {
  decodeInt,
  decodeString,
  encodeJson,
} from "../../../src/proto/json_text.ts";
import { JsonError } from "../../../src/proto/json_scan.ts";
import { MAX_DEPTH } from "../../../src/proto/limits.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const MIN_I64 = -(2n ** 63n);
const MAX_U64 = 2n ** 64n - 1n;

const decoded: [text: string, value: JsonValue][] = [
  [" null\n", null],
  ["\t\r\n {}\t\r\n ", {}],
  ["true", true],
  ['"\ufeff"', "\ufeff"],
  ['{"a":[1,"\\ud83d\\ude00",{}]}', { a: [1, "😀", {}] }],
  ['{"a":1,"b":2,"a":{"c":3}}', { a: { c: 3 }, b: 2 }],
  ["9007199254740991", 9007199254740991],
  ["9007199254740992", 9007199254740992n],
  ["-9007199254740993", -9007199254740993n],
  ["18446744073709551615", MAX_U64],
  ["18446744073709551616", 18446744073709551616],
  ["-9223372036854775808", MIN_I64],
  ["-9223372036854775809", -9223372036854775809],
  ["9007199254740993.0", 9007199254740992],
  ["9007199254740993e0", 9007199254740992],
  ["0.1234567890123456789", 0.12345678901234568],
  ["-0", -0],
  ["-0.0", -0],
  ["1e2", 100],
  ['{"a":9007199254740993,"a":9007199254740995}', { a: 9007199254740995n }],
  ['{"a":[9007199254740993],"a":"x"}', { a: "x" }],
  ["[9007199254740993.5,9007199254740993]", [
    9007199254740994,
    9007199254740993n,
  ]],
];

for (const [text, value] of decoded) {
  Deno.test(`decodeJson() reads ${text}`, () => {
    assertEquals(decodeJson(encode(text)), value);
    const bytes = encode(`xx${text}yy`).subarray(2, -2);
    assertEquals(decodeJson(bytes), value);
  });
}

Deno.test("decodeJson() keeps __proto__ as a key like any other", () => {
  for (const number of ["1", "9007199254740993"]) {
    const value = decodeJson(encode(`{"__proto__":{"a":${number}}}`));
    assert(value !== null && typeof value === "object");
    assertEquals(Object.keys(value), ["__proto__"]);
    assertEquals(Object.getPrototypeOf(value), Object.prototype);
  }
});

Deno.test("decodeJson() reads values nested to the limit", () => {
  const big = "9007199254740993";
  const text = "[".repeat(MAX_DEPTH) + big + "]".repeat(MAX_DEPTH);
  assertEquals(encodeJson(decodeJson(encode(text))), text);
});

Deno.test("decodeJson() reads values nested to a given limit, with bigints", () => {
  for (const number of ["1", "9007199254740993"]) {
    for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
      const text = open.repeat(10_000) + number + close.repeat(10_000);
      let value = decodeJson(encode(text), 10_000);
      while (value !== null && typeof value === "object") {
        value = Object.values(value)[0] ?? null;
      }
      assertEquals(`${value}`, number);
      const error = assertThrows(() => decodeJson(encode(text), 9_999));
      assert(error instanceof JsonError);
      assertEquals(error.reason, "nested deeper than 9999");
    }
  }
});

const refused: [text: string, message: string][] = [
  ["", "unexpected end at line 1 column 1"],
  ['{"a":\n', "unexpected end at line 2 column 1"],
  ['{\n  "a": 1\n  "b": 2}', 'expected "," or "}" at line 3 column 3'],
  ['\n\n"é', "unexpected end at line 3 column 4"],
  ["{} {}", "trailing characters at line 1 column 4"],
  ["{}\n\n x", "trailing characters at line 3 column 2"],
  ["01", "trailing characters at line 1 column 2"],
  ["12x", "trailing characters at line 1 column 3"],
  ["[1]\b", "trailing characters at line 1 column 4"],
  ["[1]\f", "trailing characters at line 1 column 4"],
  ["[\n1]\u000e", "trailing characters at line 2 column 3"],
  ['["a\n"]', "control character in string at line 1 column 4"],
  ["[1]\u00a0", "trailing characters at line 1 column 4"],
  ["\ufeff1", "expected a value at line 1 column 1"],
  ['["\\ud800"]', "lone surrogate at line 1 column 9"],
  ["[1,1e400]", "number out of range at line 1 column 4"],
  [
    "[".repeat(128) + "]".repeat(128),
    "nested deeper than 127 at line 1 column 128",
  ],
];

for (const [text, message] of refused) {
  Deno.test(`decodeJson() refuses ${JSON.stringify(text).slice(0, 30)}`, () => {
    const error = assertThrows(() => decodeJson(encode(text)), JsonError);
    assertEquals(error.message, message);
  });
}

const anyJson = fc.jsonValue({ stringUnit: CODE_POINT, maxDepth: 6 });

Deno.test("decodeJson() agrees with JSON.parse() on what JSON.stringify() prints", () => {
  const indent = fc.constantFrom(undefined, 1, "\r\n\t ");
  fc.assert(fc.property(anyJson, indent, (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    assertEquals(toDoubles(decodeJson(encode(text))), JSON.parse(text));
  }));
});

Deno.test("decodeJson() reads what encodeJson() prints, with bigints", () => {
  const bigint = fc.bigInt({ min: MIN_I64, max: MAX_U64 })
    .filter((n) => !Number.isSafeInteger(Number(n)));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      bigint,
      anyJson,
      fc.array(tie("tree")),
      fc.dictionary(fc.string({ unit: CODE_POINT }), tie("tree"), {
        noNullPrototype: true,
      }),
    ),
  }));
  fc.assert(fc.property(tree, (value) => {
    const text = encodeJson(value);
    const back = decodeJson(encode(text));
    assertEquals(encodeJson(back), text);
    assertEquals<unknown>(normalize(back), normalize(value));
  }));
});

/** Returns a value as it is after encoding and decoding: no -0, and large integers as bigints. */
function normalize(value: unknown): unknown {
  if (typeof value === "number") {
    const isLong = /^-?\d{16,}$/.test(`${value}`);
    if (!isLong || Number.isSafeInteger(value)) return value + 0;
    const integer = BigInt(`${value}`);
    return integer >= MIN_I64 && integer <= MAX_U64 ? integer : value;
  }
  if (Array.isArray(value)) return value.map(normalize);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([k, v]) => [k, normalize(v)]));
}

function toDoubles(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(toDoubles);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([k, v]) => [k, toDoubles(v)]);
  return Object.fromEntries(entries);
}

const encoded: [value: unknown, text: string][] = [
  [
    { a: undefined, b: [undefined, null], c: { d: undefined } },
    '{"b":[null,null],"c":{}}',
  ],
  [
    [MAX_U64, MIN_I64, 0n, 10n ** 30n],
    `[${MAX_U64},${MIN_I64},0,1${"0".repeat(30)}]`,
  ],
  [5n, "5"],
  ['é\u2028"\n', '"é\u2028\\"\\n"'],
  [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
];

for (const [value, text] of encoded) {
  Deno.test(`encodeJson() prints ${text.slice(0, 40)}`, () => {
    assertEquals(encodeJson(value), text);
  });
}

Deno.test("encodeJson() refuses values without a JSON form", () => {
  const loop: unknown[] = [];
  loop.push(loop);
  for (const value of [undefined, () => 1, Symbol("x"), loop]) {
    assertThrows(() => encodeJson(value), TypeError);
  }
});

Deno.test("decodeString() returns the text that JSON.stringify() encoded", () => {
  fc.assert(fc.property(fc.string({ unit: CODE_POINT }), (text) => {
    assertEquals(decodeString(encode(JSON.stringify(text))), text);
  }));
  assertEquals(decodeString(encode('"\\u0041\\/\ufeff"')), "A/\ufeff");
});

Deno.test("decodeString() refuses the tokens of other values", () => {
  assertThrows(() => decodeString(encode("12")), TypeError);
});

const integers: [token: string, min: bigint, max: bigint, value: Int | null][] =
  [
    ["0", 0n, MAX_U64, 0],
    ["-0", MIN_I64, MAX_U64, null],
    ["1.0", 0n, MAX_U64, null],
    ["1e1", 0n, MAX_U64, null],
    ["1E1", 0n, MAX_U64, null],
    ["-1", 0n, MAX_U64, null],
    ["-1", -1n, 0n, -1],
    ["4294967295", 0n, 4294967295n, 4294967295],
    ["4294967296", 0n, 4294967295n, null],
    ["9007199254740991", 0n, MAX_U64, 9007199254740991],
    ["9007199254740992", 0n, MAX_U64, 9007199254740992n],
    ["9007199254740993", 0n, MAX_U64, 9007199254740993n],
    ["9007199254740993", 0n, 9007199254740992n, null],
    ["18446744073709551615", 0n, MAX_U64, MAX_U64],
    ["18446744073709551616", 0n, MAX_U64, null],
    ["-9223372036854775808", MIN_I64, 0n, MIN_I64],
    ["-9223372036854775809", MIN_I64, 0n, null],
    ["9".repeat(300), 0n, MAX_U64, null],
    ['"1"', 0n, MAX_U64, null],
    ["null", 0n, MAX_U64, null],
    ["[]", 0n, MAX_U64, null],
    ["-", 0n, MAX_U64, null],
    ["", 0n, MAX_U64, null],
  ];

for (const [token, min, max, value] of integers) {
  Deno.test(`decodeInt() reads ${token.slice(0, 30)} within ${min}..${max} as ${value}`, () => {
    assertEquals(decodeInt(encode(token), min, max), value);
  });
}

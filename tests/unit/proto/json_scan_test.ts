// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  JsonError,
  JsonScanner,
  type JsonToken,
} from "../../../src/proto/json_scan.ts";
import { MAX_DEPTH } from "../../../src/proto/limits.ts";
import {
  bytesOf,
  encode,
  scan,
  scanEveryWay,
  type Seen,
  split,
} from "./_scanning.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

Deno.test("JsonScanner reports each token with its bytes and depth", () => {
  const text = ' {"a" : [-0.5e+7,true,{}],\r\n\t"é\\n":"\\ud83d\\ude00"} ';
  assertEquals(scanEveryWay(encode(text)), {
    end: 51,
    seen: [
      ["{", 1, 2, 0],
      ["key", 2, 5, 1],
      ["[", 8, 9, 1],
      ["number", 9, 16, 2],
      ["true", 17, 21, 2],
      ["{", 22, 23, 2],
      ["}", 23, 24, 2],
      ["]", 24, 25, 1],
      ["key", 29, 35, 1],
      ["string", 36, 50, 1],
      ["}", 50, 51, 0],
    ],
  });
});

const firstValues: [input: string, end: number][] = [
  ["{}{}", 2],
  ["[] ]", 2],
  ['""""', 2],
  ["truefalse", 4],
  ["null", 4],
  ["\t\r\n 7\n", 5],
  ["12x", 2],
  ["12 34", 2],
  ["01", 1],
  ["-0", 2],
  ["1E5,", 3],
  ["0.10e-1", 7],
  ['{"a":{"a":[[]]}}x', 16],
];

for (const [input, end] of firstValues) {
  Deno.test(`JsonScanner stops in ${JSON.stringify(input)} after ${end} bytes`, () => {
    assertEquals(scanEveryWay(encode(input)).end, end);
  });
}

const refused: [input: string | number[], fault: string][] = [
  ["", "unexpected end @0"],
  [" \n", "unexpected end @2"],
  ["[", "unexpected end @1"],
  ['{"a"', "unexpected end @4"],
  ["[1", "unexpected end @2"],
  ["1.", "unexpected end @2"],
  ["1e-", "unexpected end @3"],
  ["tru", "unexpected end @3"],
  ['"\\u12', "unexpected end @5"],
  ['"\\ud800', "unexpected end @7"],
  [[0x22, 0xc3], "unexpected end @2"],
  ["hello", "expected a value @0"],
  ["+1", "expected a value @0"],
  [".5", "expected a value @0"],
  ["]", "expected a value @0"],
  ["[1,]", "expected a value @3"],
  ["[,1]", "expected a value @1"],
  ['{"a":}', "expected a value @5"],
  ["\ufeff{}", "expected a value @0"],
  [[0x0b, 0x31], "expected a value @0"],
  ["'a'", "expected a value @0"],
  ["NaN", "expected a value @0"],
  ["{1:2}", "expected a key @1"],
  ['{"a":1,}', "expected a key @7"],
  ["{]", "expected a key @1"],
  ['{"a" 1}', 'expected ":" @5'],
  ['{"a",', 'expected ":" @4'],
  ["[1 2]", 'expected "," or "]" @3'],
  ["[-01]", 'expected "," or "]" @3'],
  ["[1/2]", 'expected "," or "]" @2'],
  ["[1:2]", 'expected "," or "]" @2'],
  ["[1.2.3]", 'expected "," or "]" @4'],
  ["[1e5e3]", 'expected "," or "]" @4'],
  ["[:]", "expected a value @1"],
  ["[/]", "expected a value @1"],
  ["[1d5]", 'expected "," or "]" @2'],
  ["[01]", 'expected "," or "]" @2'],
  ["[1}", 'expected "," or "]" @2'],
  ['{"a":1]', 'expected "," or "}" @6'],
  ['{"a":{}:', 'expected "," or "}" @7'],
  ["-", "unexpected end @1"],
  ["-x", "expected a digit @1"],
  ["[1.]", "expected a digit @3"],
  ["1.e5", "expected a digit @2"],
  ["1e+]", "expected a digit @3"],
  ["1e--1", "expected a digit @3"],
  ["trUe", "invalid literal @2"],
  ["[nul]", "invalid literal @4"],
  ["fals\u00e9", "invalid literal @4"],
  ['"\\a"', "invalid escape @2"],
  ['"\\U0041"', "invalid escape @2"],
  ['"\\u004g"', "invalid escape @6"],
  ['"\\u 041"', "invalid escape @3"],
  [[0x22, 0x5c, 0xef, 0x22], "invalid escape @2"],
  ['"a\nb"', "control character in string @2"],
  ['"\u0000"', "control character in string @1"],
  ['{"\u001f":1}', "control character in string @2"],
  ['"\\ud800"', "lone surrogate @7"],
  ['"\\ud800x"', "lone surrogate @7"],
  ['"\\uD800\\n"', "lone surrogate @8"],
  ['"\\ud800\\u0041"', "lone surrogate @12"],
  ['"\\ud800\\ud800"', "lone surrogate @12"],
  ['"\\ud800\\u0000"', "lone surrogate @12"],
  ['"\\udc00"', "lone surrogate @6"],
  ['{"\\uDFFF":1}', "lone surrogate @7"],
  ["1e999", "number out of range @0"],
  ["[-1e309]", "number out of range @1"],
  ["1797693134862315808e290", "number out of range @0"],
  ["9".repeat(400), "number out of range @0"],
  [`1${"0".repeat(308)}e1 `, "number out of range @0"],
  [`0.${"0".repeat(300)}1e610 `, "number out of range @0"],
];

for (const [input, fault] of refused) {
  const name = JSON.stringify(input).slice(0, 40);
  Deno.test(`JsonScanner refuses ${name}: ${fault}`, () => {
    assertEquals(scanEveryWay(bytesOf(input)).end, fault);
  });
}

const accepted: string[] = [
  '" !#$%&\'()*+,-./0123456789:;<=>?@AZ[]^_`az{|}~\u007f"',
  '"\\uffff\\u0000\\ud7ff\\ue000"',
  '"\\ud83d\\ude00\\uDBFF\\uDFFF\\ud7ff\\ue000"',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\u007f"',
  '"\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}"',
  "0e999",
  "1e-999",
  "1.7976931348623157e308",
  `1${"0".repeat(308)}`,
  `${"9".repeat(400)}e-92`,
  `0.${"0".repeat(300)}1e609`,
  "-0.0E+00099",
];

for (const input of accepted) {
  const bytes = encode(input);
  Deno.test(`JsonScanner accepts ${input.slice(0, 40)}`, () => {
    assertEquals(scanEveryWay(bytes).end, bytes.length);
  });
}

for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
  const nest = (depth: number) =>
    encode(open.repeat(depth - 1) + (open[0] ?? "") + close.repeat(depth));

  Deno.test(`JsonScanner accepts ${MAX_DEPTH} times ${open} and no more`, () => {
    const deepest = nest(MAX_DEPTH);
    assertEquals(scan([deepest]).end, deepest.length);
    const offset = open.length * MAX_DEPTH;
    assertEquals(
      scanEveryWay(nest(MAX_DEPTH + 1)).end,
      `nested deeper than 127 @${offset}`,
    );
  });
}

Deno.test("JsonScanner accepts another maximum depth", () => {
  const scanner = new JsonScanner(undefined, { maxDepth: 1 });
  scanner.write(encode("[1,"));
  assertThrows(() => scanner.write(encode("{")), JsonError, "deeper than 1");
});

Deno.test("JsonScanner counts only open containers as depth", () => {
  const bytes = encode(`[${"[[]],".repeat(200)}1]`);
  assertEquals(scan([bytes]).end, bytes.length);
});

Deno.test("JsonScanner says whether a value has started and is complete", () => {
  const scanner = new JsonScanner();
  const steps: [
    chunk: string,
    used: number,
    started: boolean,
    complete: boolean,
  ][] = [
    ["", 0, false, false],
    [" \r\n", 3, false, false],
    ["1", 1, true, false],
    ["2 ", 1, true, true],
    [" 3", 0, true, true],
  ];
  for (const [chunk, used, started, complete] of steps) {
    assertEquals(scanner.write(encode(chunk)), used);
    assertEquals([scanner.started, scanner.complete], [started, complete]);
  }
  scanner.end();
});

Deno.test("JsonScanner has started after it refused the first byte", () => {
  const scanner = new JsonScanner();
  assertThrows(() => scanner.write(encode(" x")), JsonError);
  assertEquals([scanner.started, scanner.complete], [true, false]);
});

Deno.test("JsonScanner.end() completes a number outside of containers and nothing else", () => {
  for (const [input, complete] of [["-12", true], ["[1", false]] as const) {
    const scanner = new JsonScanner();
    scanner.write(encode(input));
    assertEquals(scanner.complete, false);
    if (complete) scanner.end();
    else assertThrows(() => scanner.end(), JsonError, "unexpected end");
    assertEquals(scanner.complete, complete);
  }
});

const anyText = fc.tuple(
  fc.jsonValue({ stringUnit: CODE_POINT, maxDepth: 5 }),
  fc.constantFrom(undefined, 1, "\t"),
).map(([value, indent]) => JSON.stringify(value, null, indent));

/** Builds the value from its tokens, each parsed by the engine. */
function rebuild(bytes: Uint8Array, seen: Seen[]): string {
  const texts: string[] = [];
  let before: JsonToken | undefined;
  for (const [token, start, end] of seen) {
    const first = before === undefined || before === "{" || before === "[";
    if (before === "key") texts.push(":");
    else if (!first && token !== "}" && token !== "]") texts.push(",");
    texts.push(new TextDecoder().decode(bytes.subarray(start, end)));
    before = token;
  }
  return texts.join("");
}

Deno.test("JsonScanner reports the same tokens however the bytes are split", () => {
  fc.assert(
    fc.property(anyText, fc.array(fc.nat(), { maxLength: 9 }), (text, cuts) => {
      const bytes = encode(text);
      const places = cuts.map((cut) => cut % (bytes.length + 1));
      const whole = scan([bytes]);
      assertEquals(whole.end, bytes.length);
      assertEquals(scan(split(bytes, places)), whole);
    }),
  );
});

Deno.test("JsonScanner reports every token of the value", () => {
  fc.assert(fc.property(anyText, (text) => {
    const bytes = encode(text);
    const rebuilt = rebuild(bytes, scan([bytes]).seen);
    assertEquals(rebuilt, JSON.stringify(JSON.parse(text)));
  }));
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeJson } from "../../../src/proto/json.ts";
import { encodeJson } from "../../../src/proto/json_text.ts";
import { JsonError } from "../../../src/proto/json_error.ts";
import { encode } from "./_scanning.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

const anyJson = fc.jsonValue({ stringUnit: CODE_POINT, maxDepth: 6 });

/** Texts that the engine's parser accepts. The scanner refuses those of the second line. */
const ODD_VALUES = [
  ...'-0 1E+2 -1e-999 9007199254740993 "\\u00e9\\/" "\\ud83d\\ude00"'.split(
    " ",
  ),
  ...'1e999 [-1e309] "\\ud800" {"\\uDFFF":1} "\\ud800\\ud800\\udc00"'.split(
    " ",
  ),
];
const BYTES = [..."{}[],:\"\\ \n\t019-+.eEutfn/'\u0000\u001f\u007fé\ufeff"];
const BAD_UTF8 = [[0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90]];

const mutated = fc.tuple(
  fc.array(
    fc.oneof(
      anyJson.map((value) => JSON.stringify(value)),
      fc.constantFrom(...ODD_VALUES),
    ),
    { minLength: 1, maxLength: 4 },
  ),
  fc.array(
    fc.record({
      place: fc.nat(),
      removed: fc.nat({ max: 2 }),
      inserted: fc.oneof(
        fc.constantFrom(...BYTES).map((text) => [...encode(text)]),
        fc.constantFrom([], ...BAD_UTF8),
      ),
    }),
    { maxLength: 2 },
  ),
).map(([values, edits]) => {
  const bytes = [...encode(`[${values.join(",")}]`)];
  for (const { place, removed, inserted } of edits) {
    bytes.splice(place % (bytes.length + 1), removed, ...inserted);
  }
  return Uint8Array.from(bytes);
});

/** Whether a text has one of the two faults that the scanner refuses and the engine accepts. */
function isExcused(error: JsonError, bytes: Uint8Array): boolean {
  const textOf = (start: number, end?: number) =>
    String.fromCharCode(...bytes.subarray(start, end));
  if (error.reason === "lone surrogate") {
    const near = textOf(Math.max(error.offset - 11, 0), error.offset + 1);
    return /\\u[dD][89a-fA-F]/.test(near);
  }
  if (error.reason !== "number out of range") return false;
  const number = /^-?\d+(\.\d+)?([eE][-+]?\d+)?/.exec(textOf(error.offset));
  return !Number.isFinite(Number(number?.[0]));
}

Deno.test("decodeJson() accepts what JSON.parse() accepts, except lone surrogates and infinite numbers", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const seen = { accepted: 0, refused: 0, excused: 0 };
  const check = (bytes: Uint8Array) => {
    const strict = attempt(() => decodeJson(bytes));
    const loose = attempt(() => JSON.parse(decoder.decode(bytes)));
    if (strict instanceof JsonError) {
      if (loose instanceof Error) seen.refused++;
      else if (isExcused(strict, bytes)) seen.excused++;
      else throw strict;
    } else {
      assertEquals(toDoubles(strict), loose);
      seen.accepted++;
    }
  };
  fc.assert(fc.property(mutated, check), { numRuns: 2000 });
  for (const count of Object.values(seen)) assert(count > 20, encodeJson(seen));
});

function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return error;
  }
}

function toDoubles(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(toDoubles);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([k, v]) => [k, toDoubles(v)]);
  return Object.fromEntries(entries);
}

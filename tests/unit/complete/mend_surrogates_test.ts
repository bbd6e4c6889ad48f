// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FirstValue } from "../../../src/ingest/first_value.ts";
import { mendSurrogates } from "../../../src/complete/mend_surrogates.ts";

function mend(text: string): string {
  return new TextDecoder().decode(
    mendSurrogates(new TextEncoder().encode(text)),
  );
}

const texts: [text: string, mended: string][] = [
  ["", ""],
  [String.raw`"\ud83d"`, String.raw`"\ufffd"`],
  [String.raw`"\udc88 \uD83D\n"`, String.raw`"\ufffd \ufffd\n"`],
  [String.raw`"\ud83d\ude00"`, String.raw`"\ud83d\ude00"`],
  [String.raw`"\ud83d\ud83d\ude00"`, String.raw`"\ufffd\ud83d\ude00"`],
  [String.raw`"\ude00\ud83d"`, String.raw`"\ufffd\ufffd"`],
  [String.raw`"\\ud83d\\\ud83d"`, String.raw`"\\ud83d\\\ufffd"`],
  [String.raw`"\ud83d\u0041"`, String.raw`"\ufffd\u0041"`],
  // These are not valid JSON, and stay invalid.
  [String.raw`"\ud83`, String.raw`"\ud83`],
  [String.raw`"\ud8 3"`, String.raw`"\ud8 3"`],
  ["\\", "\\"],
];

for (const [text, mended] of texts) {
  Deno.test(`mendSurrogates() turns ${text} into ${mended}`, () => {
    assertEquals(mend(text), mended);
  });
}

/** Strings in which lone surrogates are common. */
const CUT = fc.array(
  fc.constantFrom("a", "\\", '"', "é", "😀", "\ud83d", "\ude00", "\n", "u"),
).map((parts) => parts.join(""));
const VALUE = fc.oneof(
  CUT,
  fc.dictionary(CUT, fc.array(CUT, { maxLength: 3 }), { maxKeys: 3 }),
);

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key.toWellFormed(),
      wellFormed(part),
    ]),
  );
}

Deno.test("mendSurrogates() replaces lone surrogates and nothing else", () => {
  let mended = 0;
  fc.assert(fc.property(VALUE, (value) => {
    const text = JSON.stringify(value);
    if (!isWhole(value)) mended++;
    assertEquals(JSON.parse(mend(text)), wellFormed(value));
  }));
  assert(mended > 10, `${mended} texts had a lone surrogate`);
});

function isWhole(value: unknown): boolean {
  return JSON.stringify(wellFormed(value)) === JSON.stringify(value);
}

Deno.test("FirstValue finds the end of a value with lone surrogates, split anywhere", () => {
  fc.assert(
    fc.property(
      VALUE,
      fc.array(fc.nat(40), { maxLength: 4 }),
      (value, cuts) => {
        const bytes = new TextEncoder().encode(JSON.stringify(value) + " ");
        const first = new FirstValue();
        const ends = [...cuts.sort((a, b) => a - b), bytes.length];
        let start = 0;
        for (const end of ends) {
          if (first.end === null) first.write(bytes.subarray(start, end));
          start = Math.max(start, Math.min(end, bytes.length));
        }
        assertEquals(first.isNoJson, false);
        assertEquals(first.end, bytes.length - 1);
      },
    ),
  );
});

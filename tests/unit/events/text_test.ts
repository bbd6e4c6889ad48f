// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  compareBytes,
  countBytes,
  trimWhiteSpace,
} from "../../../src/events/_text.ts";
import { naiveByteOrder } from "./_naive_text.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

const text = fc.string({ unit: CODE_POINT });

Deno.test("trimWhiteSpace() takes off what Unicode calls White_Space", () => {
  for (let code = 0; code < 0x10000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const it = String.fromCodePoint(code);
    const trimmed = trimWhiteSpace(`${it}a${it}b${it}`);
    const isSpace = /\p{White_Space}/u.test(it);
    assertEquals(trimmed, isSpace ? `a${it}b` : `${it}a${it}b${it}`);
  }
  assertEquals(trimWhiteSpace(" \n\u0085"), "");
});

Deno.test("compareBytes() orders as the UTF-8 bytes do", () => {
  fc.assert(
    fc.property(text, text, text, (a, b, start) => {
      for (const [x, y] of [[a, b], [start + a, start + b], [a, a]] as const) {
        const wanted = Math.sign(naiveByteOrder(x, y));
        assertEquals(Math.sign(compareBytes(x, y)), wanted);
      }
    }),
    { numRuns: 1000 },
  );
  assertEquals(compareBytes("\uFFFD", "\u{1F600}") < 0, true);
});

Deno.test("countBytes() counts UTF-8 bytes", () => {
  fc.assert(
    fc.property(text, (it) => {
      assertEquals(countBytes(it), new TextEncoder().encode(it).length);
    }),
  );
});

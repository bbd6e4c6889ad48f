// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { I64_MAX, I64_MIN, toInt } from "../../../src/proto/mod.ts";
import { addInts, clampCost, subtractInts } from "../../../src/events/_int.ts";

const big = fc.oneof(
  fc.bigInt(-(2n ** 64n), 2n ** 64n),
  fc.bigInt(-5n, 5n),
  fc.bigInt(2n ** 53n - 3n, 2n ** 53n + 3n),
  fc.bigInt(-(2n ** 53n) - 3n, -(2n ** 53n) + 3n),
);

Deno.test("addInts() and subtractInts() are exact, numbers where that is", () => {
  fc.assert(
    fc.property(big, big, (a, b) => {
      const [x, y] = [toInt(a), toInt(b)];
      assertEquals(addInts(x, y), toInt(a + b));
      assertEquals(subtractInts(x, y), toInt(a - b));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("toInt() keeps a bigint exactly where a number is not safe", () => {
  assertEquals(toInt(2n ** 53n - 1n), 2 ** 53 - 1);
  assertEquals(toInt(2n ** 53n), 2n ** 53n);
  assertEquals(toInt(-(2n ** 53n)), -(2n ** 53n));
});

Deno.test("clampCost() stops at the limits of 64 bits", () => {
  assertEquals(clampCost(I64_MAX + 1n), I64_MAX);
  assertEquals(clampCost(I64_MAX - 1n), I64_MAX - 1n);
  assertEquals(clampCost(I64_MIN - 1n), I64_MIN);
  assertEquals(clampCost(3), 3);
});

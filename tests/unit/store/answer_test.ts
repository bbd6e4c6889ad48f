// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { joinParts } from "../../../src/store/answer.ts";

const lengths = fc.array(
  fc.oneof(
    fc.nat(40),
    fc.nat(3000),
    fc.integer({ min: 65_400, max: 65_700 }),
    fc.integer({ min: 65_536, max: 300_000 }),
  ),
  { maxLength: 25 },
);

function makeParts(sizes: readonly number[]): Uint8Array[] {
  return sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
}

Deno.test("joinParts() hands out the parts' bytes in order, in few chunks that do not change", () => {
  fc.assert(
    fc.property(lengths, (sizes) => {
      const parts = makeParts(sizes);
      const length = sizes.reduce((a, b) => a + b, 0);
      let done = 0;
      const chunks = [
        ...joinParts({ length, parts: () => parts }, () => done++),
      ];
      assertEquals(done, 1);
      assert(chunks.every((chunk) => chunk.length > 0));
      assert(
        chunks.length <= 1 + 2 * length / (64 * 1024),
        `${chunks.length}`,
      );
      const runs: [number, number][] = [];
      for (const byte of chunks.flatMap((chunk) => [...chunk])) {
        const last = runs.at(-1);
        if (last?.[0] === byte) last[1]++;
        else runs.push([byte, 1]);
      }
      const expected = sizes.map((size, i) => [i + 1, size]).filter((
        [, size],
      ) => size);
      assertEquals(runs, expected);
    }),
    { numRuns: 30 },
  );
});

for (const length of [9, 11]) {
  Deno.test(`joinParts() fails when 10 bytes come instead of ${length}, and hands out no more than that`, () => {
    let got = 0;
    let done = false;
    const chunks = joinParts(
      { length, parts: () => makeParts([4, 6]) },
      () => done = true,
    );
    assertThrows(
      () => {
        for (const chunk of chunks) got += chunk.length;
      },
      RangeError,
      `not ${length}`,
    );
    assert(got <= length);
    assertEquals(done, true);
  });
}

Deno.test("joinParts() releases what it reads from when it is given up", () => {
  let done = false;
  const chunks = joinParts({
    length: 300_000,
    parts: () => makeParts([200_000, 100_000]),
  }, () => done = true);
  chunks.next();
  assertEquals(done, false);
  chunks.return();
  assertEquals(done, true);
});

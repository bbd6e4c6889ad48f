// SPDX-License-Identifier: AGPL-3.0-or-later
// The parts that tests rely on, with the real package and with the stand-in.
import * as std from "@std/assert";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";

class Named extends Error {}

const bare: unknown = Object.assign(Object.create(null), { a: [0] });
const sparse = [1, 2];
delete sparse[0];

const same: [name: string, a: unknown, b: unknown][] = [
  ["NaN", NaN, NaN],
  ["zeros of either sign", { a: [0] }, { a: [-0] }],
  ["a null prototype and a plain one", [bare], [{ a: [-0] }]],
  ["keys in any order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["dates", new Date(5), new Date(5)],
  ["bytes", Uint8Array.of(1), Uint8Array.of(1)],
  ["sets in any order", new Set([1, 2]), new Set([2, 1])],
  ["maps", new Map([["a", [1]]]), new Map([["a", [1]]])],
];

const different: [name: string, a: unknown, b: unknown][] = [
  ["a number and its text", 1, "1"],
  ["undefined and missing", { a: undefined }, {}],
  ["a hole and a value", sparse, [1, 2]],
  ["an array and an object", ["a"], { 0: "a" }],
  ["classes", new Named("a"), new Error("a")],
  ["bytes and an array", Uint8Array.of(1), [1]],
  ["map values", new Map([["a", 1]]), new Map([["a", 2]])],
  ["symbols", { [Symbol.iterator]: 1 }, {}],
];

for (const [name, a, b] of same) {
  Deno.test(`assertEquals() takes ${name} to be the same`, () => {
    assertEquals(a, b);
    assertThrows(() => std.assertNotEquals(a, b), Error);
  });
}

for (const [name, a, b] of different) {
  Deno.test(`assertEquals() tells apart ${name}`, () => {
    std.assertNotEquals(a, b);
    assertThrows(() => assertEquals(a, b, "my words"), Error, "my words");
  });
}

const found = { a: 1, b: { c: 2, x: 0 } };

Deno.test("the simple assertions pass", () => {
  std.assert("x");
  std.assertObjectMatch(found, { b: { c: 2 } });
  std.assertStrictEquals(found, found);
  std.assertNotStrictEquals({}, {});
  std.assertInstanceOf(new Named(), Error);
  std.assertMatch("abc", /b/);
  std.assertNotMatch("abc", /d/);
  std.assertStringIncludes("abc", "bc");
  std.assertGreater(2, 1);
  std.assertGreaterOrEqual(1, 1);
  std.assertLessOrEqual(1, 1);
});

const failing: (() => void)[] = [
  () => std.assert(0),
  () => std.assertObjectMatch(found, { b: { c: 3 } }),
  () => std.assertStrictEquals<unknown>({}, {}),
  () => std.assertNotStrictEquals(found, found),
  () => std.assertInstanceOf(new Error(), Named),
  () => std.assertMatch("abc", /d/),
  () => std.assertNotMatch("abc", /b/),
  () => std.assertStringIncludes("abc", "cb"),
  () => std.assertGreater(1, 1),
  () => std.assertGreaterOrEqual(1, 2),
  () => std.assertLessOrEqual(2, 1),
];

for (const check of failing) {
  Deno.test(`it fails: ${check.toString().slice(6)}`, () => {
    assertEquals(assertThrows(check, Error).name, "AssertionError");
  });
}

const thrown: [what: string, thrown: unknown, passes: boolean][] = [
  ["the class and the text", new Named("abc"), true],
  ["another class", new Error("abc"), false],
  ["another text", new Named("xyz"), false],
  ["no error", "abc", false],
];

for (const [what, error, passes] of thrown) {
  Deno.test(`assertThrows() and assertRejects() look at ${what}`, async () => {
    const throwIt = () => {
      throw error;
    };
    const reject = () => Promise.reject(error);
    assertEquals([assertThrows(throwIt), await assertRejects(reject)], [
      error,
      error,
    ]);
    if (passes) {
      assertEquals<unknown>(assertThrows(throwIt, Named, "bc"), error);
      assertEquals<unknown>(await assertRejects(reject, Named, "bc"), error);
    } else {
      assertThrows(() => assertThrows(throwIt, Named, "bc"), Error);
      await assertRejects(() => assertRejects(reject, Named, "bc"), Error);
    }
  });
}

Deno.test("assertThrows() and assertRejects() fail if nothing is thrown", async () => {
  assertThrows(() => assertThrows(() => 1), Error, "to throw");
  await assertRejects(
    () => assertRejects(() => Promise.resolve()),
    Error,
    "to reject",
  );
});

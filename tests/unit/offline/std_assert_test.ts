// SPDX-License-Identifier: AGPL-3.0-or-later
// What tests rely on, with the real package and with the stand-in.
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotInstanceOf,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unreachable,
} from "@std/assert";

class Point {
  constructor(readonly x: number) {}
}
class Spot {
  constructor(readonly x: number) {}
}
class Named extends Error {}

const bare: unknown = Object.assign(Object.create(null), { a: 1 });
const sparse = [1, 2];
delete sparse[0];
const ring: { next?: unknown } = {};
ring.next = ring;
const otherRing: { next?: unknown } = {};
otherRing.next = otherRing;
const bytes = (...values: number[]) => Uint8Array.from(values);

const same: [name: string, a: unknown, b: unknown][] = [
  ["0 and -0", 0, -0],
  ["0 and -0 inside", { a: [0] }, { a: [-0] }],
  ["NaN", NaN, NaN],
  ["a null prototype", bare, { a: 1 }],
  ["keys in any order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["dates", new Date(5), new Date(5)],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["patterns", /a/g, /a/g],
  ["URLs", new URL("a:b"), new URL("a:b")],
  ["bytes", bytes(1, 2), bytes(1, 2)],
  ["buffers", bytes(1).buffer, bytes(1).buffer],
  ["big integers", 2n ** 70n, 2n ** 70n],
  ["sets in any order", new Set([1, 2]), new Set([2, 1])],
  ["sets of objects", new Set([{ a: 1 }]), new Set([{ a: 1 }])],
  ["maps", new Map([["a", [1]]]), new Map([["a", [1]]])],
  ["maps by objects", new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]])],
  ["instances", new Point(1), new Point(1)],
  ["symbols as keys", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 1 }],
  ["circles", ring, otherRing],
  ["weak references", new WeakRef(ring), new WeakRef(ring)],
];

const different: [name: string, a: unknown, b: unknown][] = [
  ["a number and its text", 1, "1"],
  ["null and undefined", null, undefined],
  ["undefined and missing", { a: undefined }, {}],
  ["missing and undefined", { a: 1 }, { a: 1, b: undefined }],
  ["other keys", { a: undefined }, { b: undefined }],
  ["a number and a big integer", 1, 1n],
  ["a hole and a value", sparse, [1, 2]],
  ["lengths", [1], [1, 2]],
  ["an array and an object", ["a"], { 0: "a" }],
  ["classes", new Point(1), new Spot(1)],
  ["an instance and an object", new Point(1), { x: 1 }],
  ["fields", new Point(1), new Point(2)],
  ["dates", new Date(5), new Date(6)],
  ["patterns", /a/g, /a/i],
  ["bytes", bytes(1, 2), bytes(1, 3)],
  ["lengths of bytes", bytes(1), bytes(1, 0)],
  ["kinds of bytes", bytes(1), Int8Array.of(1)],
  ["sets", new Set([1]), new Set([2])],
  ["sets of objects", new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  ["map values", new Map([["a", 1]]), new Map([["a", 2]])],
  ["map keys", new Map([["a", 1]]), new Map([["b", 1]])],
  ["functions", () => 1, () => 1],
  ["messages", new Error("a"), new Error("b")],
  ["hidden keys", { [Symbol.iterator]: 1 }, {}],
];

for (const [name, a, b] of same) {
  Deno.test(`equal() takes ${name} to be the same`, () => {
    assert(equal(a, b));
    assert(equal(b, a));
    assertEquals(a, b);
    assertThrows(() => assertNotEquals(a, b), AssertionError);
  });
}

for (const [name, a, b] of different) {
  Deno.test(`equal() tells apart ${name}`, () => {
    assertFalse(equal(a, b));
    assertFalse(equal(b, a));
    assertNotEquals(a, b);
    assertThrows(() => assertEquals(a, b), AssertionError, "not equal");
  });
}

Deno.test("equal() refuses what cannot be read", () => {
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError, "WeakMap");
  assertThrows(() => equal(new WeakSet(), new WeakSet()), TypeError, "WeakSet");
});

const passing: [name: string, check: () => unknown][] = [
  ["assert", () => assert("x")],
  ["assertFalse", () => assertFalse(0)],
  ["assertExists", () => assertExists(0)],
  ["assertStrictEquals", () => assertStrictEquals(NaN, NaN)],
  ["assertNotStrictEquals", () => assertNotStrictEquals<unknown>({}, {})],
  ["assertNotStrictEquals of zeros", () => assertNotStrictEquals(0, -0)],
  ["assertMatch", () => assertMatch("abc", /b/)],
  ["assertNotMatch", () => assertNotMatch("abc", /d/)],
  ["assertStringIncludes", () => assertStringIncludes("abc", "bc")],
  ["assertArrayIncludes", () => assertArrayIncludes([{ a: 1 }, 2], [{ a: 1 }])],
  ["assertArrayIncludes of NaN", () => assertArrayIncludes([NaN], [NaN])],
  ["assertInstanceOf", () => assertInstanceOf(new Named(), Error)],
  ["assertNotInstanceOf", () => assertNotInstanceOf(new Error(), Named)],
  ["assertIsError", () => assertIsError(new Named("abc"), Named, /b/)],
  ["assertGreater", () => assertGreater(2n, 1n)],
  ["assertGreaterOrEqual", () => assertGreaterOrEqual("b", "b")],
  ["assertLess", () => assertLess(1, 2)],
  ["assertLessOrEqual", () => assertLessOrEqual(2, 2)],
  ["assertAlmostEquals", () => assertAlmostEquals(0.1 + 0.2, 0.3)],
  ["assertAlmostEquals, wide", () => assertAlmostEquals(1, 2, 1)],
  ["assertThrows", () => assertThrows(() => fail("abc"), Error, "bc")],
  ["assertThrows, anything", () => assertThrows(() => fail())],
];

const failing: [name: string, check: () => unknown, message: string][] = [
  ["assert", () => assert(0, "why"), "why"],
  ["assertFalse", () => assertFalse(1, "why"), "why"],
  ["assertExists", () => assertExists(null), "null"],
  [
    "assertStrictEquals",
    () => assertStrictEquals<unknown>({}, {}, "why"),
    "why",
  ],
  ["assertStrictEquals of zeros", () => assertStrictEquals(0, -0), "strictly"],
  ["assertNotStrictEquals", () => assertNotStrictEquals(1, 1), "strictly"],
  ["assertMatch", () => assertMatch("abc", /d/), "to match"],
  ["assertNotMatch", () => assertNotMatch("abc", /b/), "to not match"],
  ["assertStringIncludes", () => assertStringIncludes("a", "b"), "contain"],
  ["assertArrayIncludes", () => assertArrayIncludes([1], [2]), "missing"],
  ["assertInstanceOf", () => assertInstanceOf({}, Error), "Object"],
  ["assertInstanceOf of null", () => assertInstanceOf(null, Error), "null"],
  [
    "assertNotInstanceOf",
    () => assertNotInstanceOf(new Named(), Error),
    "to not be",
  ],
  ["assertIsError of a text", () => assertIsError("abc"), "Error object"],
  ["assertIsError", () => assertIsError(new Error("a"), Named), "Named"],
  ["assertGreater", () => assertGreater(1, 1), "1 > 1"],
  ["assertGreaterOrEqual", () => assertGreaterOrEqual(1, 2), "1 >= 2"],
  ["assertLess", () => assertLess(1, 1), "1 < 1"],
  ["assertLessOrEqual", () => assertLessOrEqual(NaN, 1), "NaN <= 1"],
  ["assertAlmostEquals", () => assertAlmostEquals(1, 1.1), "close to"],
  ["assertThrows of peace", () => assertThrows(() => 1), "to throw"],
  [
    "assertThrows of another class",
    () => assertThrows(() => fail(), Named),
    "Named",
  ],
  [
    "assertThrows of another message",
    () => assertThrows(() => fail("abc"), Error, "xyz"),
    "abc",
  ],
  ["fail", () => fail("why"), "why"],
  ["unreachable", () => unreachable("why"), "why"],
];

for (const [name, check] of passing) {
  Deno.test(`${name}() passes`, () => {
    check();
  });
}

for (const [name, check, message] of failing) {
  Deno.test(`${name}() fails`, () => {
    const error = assertThrows(check, AssertionError, message);
    assertEquals(error.name, "AssertionError");
  });
}

const matching: [name: string, expected: Record<string, unknown>][] = [
  ["some keys", { a: 1 }],
  ["keys of keys", { b: { c: 2 } }],
  ["the start of an array", { d: [{ e: 3 }] }],
  ["keys of a map", { f: new Map([["g", { h: 4 }]]) }],
  ["part of a set", { s: new Set([1]) }],
  ["nothing", {}],
];

const mismatching: [name: string, expected: Record<string, unknown>][] = [
  ["another value", { a: 2 }],
  ["another key", { z: 1 }],
  ["a key more", { a: 1, z: 1 }],
  ["another key of a key", { b: { z: 2 } }],
  ["an array that is longer", { d: [{ e: 3 }, 4, 5] }],
  ["another value of a map", { f: new Map([["g", { h: 5 }]]) }],
  ["a set that is larger", { s: new Set([1, 2, 3]) }],
];

const found = {
  a: 1,
  b: { c: 2, x: 0 },
  d: [{ e: 3, x: 0 }, 4],
  f: new Map([["g", { h: 4, x: 0 }], ["y", { h: 0, x: 0 }]]),
  s: new Set([1, 2]),
};

for (const [name, expected] of matching) {
  Deno.test(`assertObjectMatch() finds ${name}`, () => {
    assertObjectMatch(found, expected);
  });
}

for (const [name, expected] of mismatching) {
  Deno.test(`assertObjectMatch() misses ${name}`, () => {
    assertThrows(() => assertObjectMatch(found, expected), AssertionError);
  });
}

Deno.test("assertRejects() returns the reason", async () => {
  const reason = new Named("abc");
  const reject = () => Promise.reject(reason);
  assertStrictEquals(await assertRejects(reject, Named, "bc"), reason);
  assertStrictEquals(await assertRejects(reject), reason);
});

const unrejected: [name: string, fn: () => Promise<unknown>][] = [
  ["fulfils", () => Promise.resolve(1)],
  ["throws at once", () => fail("early")],
  ["rejects with another class", () => Promise.reject(new Error("abc"))],
  ["rejects with no error", () => Promise.reject("abc")],
];

for (const [name, fn] of unrejected) {
  Deno.test(`assertRejects() fails when the function ${name}`, async () => {
    await assertRejects(() => assertRejects(fn, Named), AssertionError);
  });
}

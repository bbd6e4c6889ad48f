// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stand-in for the part of `@std/assert` that tests use, on Node's assertions.
 *
 * Every assertion throws Node's `AssertionError`.
 * @module
 */
import nodeAssert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

/** A class, possibly an abstract one. */
// deno-lint-ignore no-explicit-any -- a class may take any arguments
type Class<T> = abstract new (...args: any[]) => T;

/** Asserts that a value is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  nodeAssert(expr, msg);
}

/** Asserts that two values have the same content; `0` equals `-0`, a null prototype a plain one. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  try {
    nodeAssert.deepEqual(normalize(actual), normalize(expected));
  } catch (error) {
    nodeAssert.fail([msg, messageOf(error)].filter(Boolean).join("\n"));
  }
}

/** Asserts that two values differ in content. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert.notDeepEqual(normalize(actual), normalize(expected), msg);
}

/** Asserts that an object holds at least what `expected` names, at every depth. */
export function assertObjectMatch(
  actual: Record<PropertyKey, unknown>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  nodeAssert.partialDeepStrictEqual(actual, expected, msg);
}

/** Asserts that two values are the same one, as `Object.is` compares them. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  nodeAssert.equal(actual, expected, msg);
}

/** Asserts that two values are not the same one, as `Object.is` compares them. */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  nodeAssert.notEqual(actual, expected, msg);
}

/** Asserts that a value is an instance of a class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: Class<T>,
  msg?: string,
): asserts actual is T {
  if (actual instanceof expectedType) return;
  nodeAssert.fail(
    msg ?? `Expected ${Deno.inspect(actual)} to be a ${expectedType.name}`,
  );
}

/** Asserts that a text matches a pattern. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  nodeAssert.match(actual, expected, msg);
}

/** Asserts that a text does not match a pattern. */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  nodeAssert.doesNotMatch(actual, expected, msg);
}

/** Asserts that a text contains another. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  nodeAssert.fail(
    `Expected ${Deno.inspect(actual)} to contain ${Deno.inspect(expected)}${
      msg === undefined ? "" : `: ${msg}`
    }`,
  );
}

/** Asserts that `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert(actual > expected, msg ?? `Expected ${actual} > ${expected}`);
}

/** Asserts that `actual >= expected`. */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  nodeAssert(actual >= expected, msg ?? `Expected ${actual} >= ${expected}`);
}

/** Asserts that `actual <= expected`. */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  nodeAssert(actual <= expected, msg ?? `Expected ${actual} <= ${expected}`);
}

/** Asserts that a function throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that a function throws an error of a class with a text in its message; returns it. */
export function assertThrows<E extends Error>(
  fn: () => unknown,
  expected: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  expected?: Class<E> | string,
  msgIncludes = "",
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    return checkError(error, expected, msgIncludes, msg);
  }
  nodeAssert.fail(joinMessage("Expected function to throw", expected, msg));
}

/** Asserts that a promise rejects, and returns the reason. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/**
 * Asserts that a promise rejects with an error of a class with a text in its message; returns it.
 */
export function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  expected: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  expected?: Class<E> | string,
  msgIncludes = "",
  msg?: string,
): Promise<unknown> {
  // The real function fails if `fn` throws before it returns a promise.
  const promise = fn();
  try {
    await promise;
  } catch (error) {
    return checkError(error, expected, msgIncludes, msg);
  }
  nodeAssert.fail(joinMessage("Expected function to reject", expected, msg));
}

function checkError<E extends Error>(
  error: unknown,
  expected: Class<E> | string | undefined,
  msgIncludes: string,
  msg: string | undefined,
): unknown {
  if (expected === undefined || typeof expected === "string") return error;
  assertInstanceOf(error, expected, msg);
  assertStringIncludes(error.message, msgIncludes, msg);
  return error;
}

function joinMessage(text: string, ...more: unknown[]): string {
  return [text, ...more.filter((it) => typeof it === "string")].join(": ");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Copies arrays and plain objects without what `@std/assert` does not compare. */
function normalize(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(normalize);
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value;
  return Object.fromEntries(
    Reflect.ownKeys(value).map((key) => [
      key,
      normalize(Reflect.get(value, key)),
    ]),
  );
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import nodeAssert from "node:assert/strict";
import { AssertionError, suffix } from "./assertion_error.ts";
import { equal } from "./equal.ts";

/** What {@linkcode assertFalse} lets through. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** An array, or what has its shape, but no string. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/**
 * Asserts that an expression is truthy.
 *
 * @throws {AssertionError} If it is not.
 */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/**
 * Asserts that an expression is falsy.
 *
 * @throws {AssertionError} If it is not.
 */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/**
 * Asserts that two values have the same content.
 *
 * @throws {AssertionError} If they have not; its message shows the difference.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const difference =
    explain(() => nodeAssert.deepStrictEqual(actual, expected)) ??
      `${show(actual)} != ${show(expected)}`;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}\n${difference}`,
  );
}

/**
 * Asserts that two values differ in content.
 *
 * @throws {AssertionError} If they do not.
 */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} not to be: ${show(expected)}${
      suffix(msg)
    }`,
  );
}

/**
 * Asserts that two values are the same one, as `Object.is` sees it.
 *
 * @throws {AssertionError} If they are not.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const difference = explain(() => nodeAssert.strictEqual(actual, expected));
  throw new AssertionError(
    `Values are not strictly equal${suffix(msg)}\n${difference}`,
  );
}

/**
 * Asserts that two values are not the same one, as `Object.is` sees it.
 *
 * @throws {AssertionError} If they are.
 */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${show(actual)}${
      suffix(msg)
    }\n`,
  );
}

/**
 * Asserts that a value is neither null nor undefined.
 *
 * @throws {AssertionError} If it is.
 */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`,
  );
}

/**
 * Asserts that a text matches a pattern.
 *
 * @throws {AssertionError} If it does not.
 */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${suffix(msg)}`,
  );
}

/**
 * Asserts that a text does not match a pattern.
 *
 * @throws {AssertionError} If it does.
 */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not match: "${expected}"${suffix(msg)}`,
  );
}

/**
 * Asserts that a text contains another.
 *
 * @throws {AssertionError} If it does not.
 */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${suffix(msg)}`,
  );
}

/**
 * Asserts that each expected element equals some element, in any order.
 *
 * @throws {AssertionError} If one is missing; its message lists those.
 */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) =>
    !present.some((other) => equal(item, other))
  );
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${show(actual)}" to include: "${show(expected)}"${
      suffix(msg)
    }\nmissing: ${show(missing)}`,
  );
}

/** What an assertion of node's says, or null if it holds. */
function explain(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function show(value: unknown): string {
  return Deno.inspect(value, {
    depth: 10,
    sorted: true,
    strAbbreviateSize: 1e4,
  });
}

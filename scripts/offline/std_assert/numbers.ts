// SPDX-License-Identifier: AGPL-3.0-or-later
import { AssertionError, suffix } from "./assertion_error.ts";

/**
 * Asserts that `actual > expected`.
 *
 * @throws {AssertionError} If it is not.
 */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) throw failed(actual, ">", expected, msg);
}

/**
 * Asserts that `actual >= expected`.
 *
 * @throws {AssertionError} If it is not.
 */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual >= expected)) throw failed(actual, ">=", expected, msg);
}

/**
 * Asserts that `actual < expected`.
 *
 * @throws {AssertionError} If it is not.
 */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) throw failed(actual, "<", expected, msg);
}

/**
 * Asserts that `actual <= expected`.
 *
 * @throws {AssertionError} If it is not.
 */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual <= expected)) throw failed(actual, "<=", expected, msg);
}

/**
 * Asserts that two numbers are at most `tolerance` apart; a ten millionth of `expected` unless given.
 *
 * @throws {AssertionError} If they are further apart.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected)
    ? Math.abs(expected) * 1e-7
    : 1e-7,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  if (delta <= tolerance) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to be close to "${expected}": delta "${delta}" is greater than "${tolerance}"${
      suffix(msg)
    }`,
  );
}

function failed(
  actual: unknown,
  sign: string,
  expected: unknown,
  msg: string | undefined,
): AssertionError {
  return new AssertionError(
    msg ?? `Expect ${Deno.inspect(actual)} ${sign} ${Deno.inspect(expected)}`,
  );
}

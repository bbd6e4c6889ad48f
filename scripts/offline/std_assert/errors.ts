// SPDX-License-Identifier: AGPL-3.0-or-later
import { AssertionError, suffix } from "./assertion_error.ts";

/** A class whose instances are errors of type `E`. */
type ErrorType<E extends Error> = abstract new (...args: never[]) => E;
/** A class of instances of any type. */
type AnyType<T> = abstract new (...args: never[]) => T;

/**
 * Asserts that a value is an instance of a class.
 *
 * @throws {AssertionError} If it is not.
 */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: AnyType<T>,
  msg?: string,
): asserts actual is T {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was "${
      typeName(actual)
    }"${suffix(msg)}`,
  );
}

/**
 * Asserts that a value is no instance of a class.
 *
 * @throws {AssertionError} If it is.
 */
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: AnyType<T>,
  msg?: string,
): asserts actual is Exclude<A, T> {
  if (!(actual instanceof unexpectedType)) return;
  throw new AssertionError(
    `Expected object to not be an instance of "${unexpectedType.name}"${
      suffix(msg)
    }`,
  );
}

/**
 * Asserts that a value is an error of a class and that its message contains or matches something.
 *
 * @throws {AssertionError} If it is not.
 */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorType<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(
      `Expected "error" to be an Error object${suffix(msg)}`,
    );
  }
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${
        typeName(error)
      }"${suffix(msg)}`,
    );
  }
  if (!msgMatches) return;
  const text = stripColours(error.message);
  const found = typeof msgMatches === "string"
    ? text.includes(stripColours(msgMatches))
    : msgMatches.test(text);
  if (found) return;
  const wanted = typeof msgMatches === "string"
    ? JSON.stringify(msgMatches)
    : String(msgMatches);
  throw new AssertionError(
    `Expected error message to include ${wanted}, but got ${
      JSON.stringify(error.message)
    }${suffix(msg)}`,
  );
}

/**
 * Asserts that a function throws, and returns what it threw.
 *
 * @throws {AssertionError} If it does not throw, or throws something else than asked for.
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that a function throws an error of a class whose message contains a text, and returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorType<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  wanted?: ErrorType<E> | string,
  msgIncludes?: string,
  msg: string | undefined = typeof wanted === "string" ? wanted : undefined,
): unknown {
  const ErrorClass = typeof wanted === "string" ? undefined : wanted;
  try {
    fn();
  } catch (error) {
    return checked(error, ErrorClass, msgIncludes, msg, "thrown");
  }
  throw new AssertionError(`Expected function to throw${suffix(msg)}`);
}

/**
 * Asserts that a function returns a promise that rejects, and returns the reason.
 *
 * @throws {AssertionError} If it throws at once, returns no promise, fulfils, or rejects with something else than asked for.
 */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Asserts that a function returns a promise that rejects with an error of a class whose message contains a text, and returns it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorType<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  wanted?: ErrorType<E> | string,
  msgIncludes?: string,
  msg: string | undefined = typeof wanted === "string" ? wanted : undefined,
): Promise<unknown> {
  const ErrorClass = typeof wanted === "string" ? undefined : wanted;
  const promise = startRejecting(fn, msg);
  try {
    await promise;
  } catch (error) {
    return checked(error, ErrorClass, msgIncludes, msg, "rejected");
  }
  throw new AssertionError(`Expected function to reject${suffix(msg)}`);
}

/**
 * Fails always.
 *
 * @throws {AssertionError} Always.
 */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}

/**
 * Fails because a place is reached that should not be.
 *
 * @throws {AssertionError} Always.
 */
export function unreachable(msg?: string): never {
  throw new AssertionError(`Unreachable${suffix(msg)}`);
}

function startRejecting(
  fn: () => PromiseLike<unknown>,
  msg: string | undefined,
): PromiseLike<unknown> {
  const early = `Function throws when expected to reject${suffix(msg)}`;
  let result: PromiseLike<unknown>;
  try {
    result = fn();
  } catch {
    throw new AssertionError(early);
  }
  if (typeof result?.then !== "function") throw new AssertionError(early);
  return result;
}

function checked<E extends Error>(
  error: unknown,
  ErrorClass: ErrorType<E> | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
  how: "thrown" | "rejected",
): unknown {
  if (ErrorClass === undefined) return error;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${how}${suffix(msg)}`);
  }
  assertIsError(error, ErrorClass, msgIncludes, msg);
  return error;
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return typeof value;
  return value.constructor?.name ?? "Object";
}

function stripColours(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

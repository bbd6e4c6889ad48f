// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stand-in for the part of `@std/assert` that this project uses.
 * @module
 */
export { AssertionError } from "./std_assert/assertion_error.ts";
export { equal } from "./std_assert/equal.ts";
export {
  assertInstanceOf,
  assertIsError,
  assertNotInstanceOf,
  assertRejects,
  assertThrows,
  fail,
  unreachable,
} from "./std_assert/errors.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./std_assert/numbers.ts";
export { assertObjectMatch } from "./std_assert/object_match.ts";
export {
  type ArrayLikeArg,
  assert,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertStrictEquals,
  assertStringIncludes,
  type Falsy,
} from "./std_assert/values.ts";

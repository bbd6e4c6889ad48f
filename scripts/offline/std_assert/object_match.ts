// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "./values.ts";

type Loose = Record<PropertyKey, unknown>;

/**
 * Asserts that `actual` holds at least what `expected` names, at every depth.
 *
 * Classes are not compared; arrays are compared as far as the shorter one goes.
 *
 * @throws {AssertionError} If a named property is missing or differs.
 */
export function assertObjectMatch(
  actual: Record<PropertyKey, unknown>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(
    pickObject(actual, expected, new Map()),
    pickObject(expected, expected, new Map()),
    msg,
  );
}

/** What `value` has of `wanted`; `open` maps objects being picked to what they are picked by. */
function pick(
  value: unknown,
  wanted: unknown,
  open: Map<unknown, unknown>,
): unknown {
  if (value instanceof RegExp || value instanceof Date) return value;
  if (Array.isArray(value) && Array.isArray(wanted)) {
    if (open.get(value) === wanted) return value;
    open.set(value, wanted);
    const length = Math.min(value.length, wanted.length);
    return Array.from(
      { length },
      (_, i) => pick(value[i], wanted[i], open),
    );
  }
  if (!isLoose(value) || !isLoose(wanted)) return value;
  if (value instanceof Map && wanted instanceof Map) {
    const shared = value.entries().filter(([key]) => wanted.has(key));
    return new Map(shared.map(([key, inner]) => {
      const innerWanted = wanted.get(key);
      const deeper = isLoose(inner) && isLoose(innerWanted);
      return [key, deeper ? pickObject(inner, innerWanted, open) : inner];
    }));
  }
  if (value instanceof Set && wanted instanceof Set) {
    return value.intersection(wanted);
  }
  return pickObject(value, wanted, open);
}

function pickObject(
  value: Loose,
  wanted: Loose,
  open: Map<unknown, unknown>,
): Loose {
  if (open.get(value) === wanted) return value;
  open.set(value, wanted);
  const keys = Reflect.ownKeys(value);
  const wantedKeys = new Set(Reflect.ownKeys(wanted));
  const shared = keys.filter((key) => wantedKeys.has(key));
  // Nothing in common: show all of it, so that the message helps and {} matches nothing.
  const foreign = shared.length === 0 && wantedKeys.size > 0;
  const picked: Loose = {};
  for (const key of foreign ? keys : shared) {
    Object.defineProperty(picked, key, {
      value: foreign ? value[key] : pick(value[key], wanted[key], open),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return picked;
}

function isLoose(value: unknown): value is Loose {
  return typeof value === "object" && value !== null;
}

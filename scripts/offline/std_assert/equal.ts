// SPDX-License-Identifier: AGPL-3.0-or-later

/** An object seen as the properties it has. */
type Properties = Record<PropertyKey, unknown>;

/** Prototypes whose instances say all about themselves in their string form. */
const PRINTED: ReadonlySet<object> = new Set([
  RegExp.prototype,
  URL.prototype,
  URLSearchParams.prototype,
  Intl.Locale.prototype,
  Temporal.Duration.prototype,
  Temporal.Instant.prototype,
  Temporal.PlainDate.prototype,
  Temporal.PlainDateTime.prototype,
  Temporal.PlainMonthDay.prototype,
  Temporal.PlainTime.prototype,
  Temporal.PlainYearMonth.prototype,
  Temporal.ZonedDateTime.prototype,
]);

/**
 * Compares two values by content, as `@std/assert` does: `0` equals `-0`, `NaN` equals `NaN`, a null
 * prototype equals that of a plain object, and a property that is `undefined` differs from a missing one.
 *
 * @throws {TypeError} If it meets a `WeakMap` or a `WeakSet`, whose content cannot be read.
 */
export function equal(a: unknown, b: unknown): boolean {
  return sameContent(a, b, new Map());
}

/** Compares under the assumption that the pairs in `open`, which are being compared already, are equal. */
function sameContent(
  a: unknown,
  b: unknown,
  open: Map<object, object>,
): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) {
    return Object.is(a.getTime(), b.getTime());
  }
  if (prototypeOf(a) !== prototypeOf(b)) return false;
  if (a instanceof WeakMap || a instanceof WeakSet) {
    const name = a instanceof WeakMap ? "WeakMap" : "WeakSet";
    throw new TypeError(`Cannot compare ${name} instances`);
  }
  if (a instanceof WeakRef && b instanceof WeakRef) {
    return sameContent(a.deref(), b.deref(), open);
  }
  const [left, right] = [elementsOf(a), elementsOf(b)];
  if (left !== null && right !== null) return sameElements(left, right);
  if (open.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  open.set(a, b);
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && sameEntries([...a], b, open);
  }
  if (a instanceof Set && b instanceof Set) {
    return a.size === b.size && sameEntries(pairs(a), new Map(pairs(b)), open);
  }
  if (PRINTED.has(prototypeOf(a))) return String(a) === String(b);
  return keysOf(a).union(keysOf(b)).values().every((key) =>
    (key in a) === (key in b) && sameContent(a[key], b[key], open)
  );
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}

/** The prototype; an object without one counts as a plain one. */
function prototypeOf(value: object): object {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function elementsOf(value: object): ArrayLike<unknown> | null {
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return new Uint8Array(value);
  }
  return isTypedArray(value) ? value : null;
}

function isTypedArray(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function sameElements(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  }
  return true;
}

function pairs(set: Set<unknown>): [unknown, unknown][] {
  return [...set].map((value) => [value, value]);
}

/** Looks each entry up by its key; a key that is an object matches any key of equal content. */
function sameEntries(
  entries: [unknown, unknown][],
  other: Map<unknown, unknown>,
  open: Map<object, object>,
): boolean {
  if (!entries.some(([key]) => isObject(key) || typeof key === "function")) {
    return entries.every(([key, value]) =>
      other.has(key) && sameContent(value, other.get(key), open)
    );
  }
  return entries.every(([key, value]) =>
    other.entries().some(([otherKey, otherValue]) =>
      sameContent(key, otherKey, open) && sameContent(value, otherValue, open)
    )
  );
}

/** Enumerable keys of a plain object or array; of anything else all keys, inherited ones too. */
function keysOf(value: object): Set<PropertyKey> {
  const plain: object[] = [Object.prototype, Array.prototype];
  if (plain.includes(prototypeOf(value))) {
    return new Set(Reflect.ownKeys({ ...value }));
  }
  const keys = new Set<PropertyKey>();
  let at: object | null = value;
  while (at !== null && !plain.includes(at)) {
    for (const key of Reflect.ownKeys(at)) keys.add(key);
    at = Object.getPrototypeOf(at);
  }
  return keys;
}

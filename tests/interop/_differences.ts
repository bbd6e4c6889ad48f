// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the places in which two JSON values differ.
 * @module
 */
import type { JsonObject, JsonValue } from "../../src/proto/mod.ts";

/** One place that is not the same. */
export interface Difference {
  /** As in `events[2].payload.id`; of the whole value: empty. */
  path: string;
  /** The value there, or undefined. */
  ours: JsonValue | undefined;
  theirs: JsonValue | undefined;
}

/**
 * Lists all differences; the order of an object's keys is none. Numbers are exact: `-0` is not `0`.
 */
export function findDifferences(
  ours: JsonValue | undefined,
  theirs: JsonValue | undefined,
  path = "",
): Difference[] {
  if (isObject(ours) && isObject(theirs)) {
    const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
    return [...keys].flatMap((key) =>
      findDifferences(
        Object.hasOwn(ours, key) ? ours[key] : undefined,
        Object.hasOwn(theirs, key) ? theirs[key] : undefined,
        path === "" ? key : `${path}.${key}`,
      )
    );
  }
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    const length = Math.max(ours.length, theirs.length);
    return Array.from({ length }, (_, i) => i).flatMap((i) =>
      findDifferences(ours[i], theirs[i], `${path}[${i}]`)
    );
  }
  return Object.is(ours, theirs) ? [] : [{ path, ours, theirs }];
}

/** Whether a value is an object and no array. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

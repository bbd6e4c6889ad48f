// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * File paths and the order of texts, found with no regard to cost: the model that the fast ways are
 * compared with.
 * @module
 */
import { decodeJson } from "../../../src/proto/mod.ts";

const PATH_KEYS = [
  "path",
  "file_path",
  "target_file",
  "file",
  "relative_workspace_path",
  "notebook_path",
];

/** File paths of a value, found by walking all of it. */
export function naivePaths(
  value: unknown,
  into: Set<string> = new Set(),
): Set<string> {
  if (typeof value === "string") {
    try {
      naivePaths(decodeJson(new TextEncoder().encode(value)), into);
    } catch {
      // Not JSON: nothing inside.
    }
  } else if (Array.isArray(value)) {
    for (const item of value) naivePaths(item, into);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (PATH_KEYS.includes(key) && typeof item === "string" && item) {
        into.add(item);
      }
      naivePaths(item, into);
    }
  }
  return into;
}

/** Order by UTF-8 bytes, as 9.2.4 says. */
export function naiveByteOrder(a: string, b: string): number {
  const x = new TextEncoder().encode(a);
  const y = new TextEncoder().encode(b);
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0);
  }
  return x.length - y.length;
}

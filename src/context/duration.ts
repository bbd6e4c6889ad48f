// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Durations as people write them.
 * @module
 */
import { UsageError } from "./errors.ts";

const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads a duration: `250ms`, `2s`, `1m30s`, `1.5h`, `7d`, `2w`. A bare number is in milliseconds.
 *
 * @returns Milliseconds, from 0 to 2^53 - 1.
 * @throws {UsageError} If the text is not a duration.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseDuration } from "./mod.ts";
 *
 * assertEquals(parseDuration("1m30s"), 90_000);
 * ```
 */
export function parseDuration(text: string): number {
  const total = /^\d+$/.test(text)
    ? Number(text)
    : /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text)
    ? sumParts(text)
    : NaN;
  if (total <= Number.MAX_SAFE_INTEGER) return total;
  throw new UsageError(
    `Cannot read duration "${text}": write it like 250ms, 2s, 1m30s or 7d (a bare number is milliseconds)`,
  );
}

function sumParts(text: string): number {
  let total = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? NaN);
  }
  return Math.round(total);
}

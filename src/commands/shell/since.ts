// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The type of `--since` and `--until`.
 * @module
 */
import { type ArgumentValue, ValidationError } from "@cliffy/command";
import { parseDuration, UsageError } from "../../context/mod.ts";

/** A point in time, or its distance from now. */
export type Since = { atMs: number } | { agoMs: number } | { isToday: true };

const RFC_3339 =
  /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)?$/;

/**
 * Parses `7d`, `24h`, `90m` (ago), an RFC 3339 time (local time if it has no zone), or epoch
 * milliseconds.
 */
export function sinceType({ label, name, value }: ArgumentValue): Since {
  if (value === "today") return { isToday: true };
  if (/^\d+$/.test(value) && Number.isSafeInteger(Number(value))) {
    return { atMs: Number(value) };
  }
  if (RFC_3339.test(value)) {
    const atMs = Date.parse(
      value.length === 10 ? `${value}T00:00` : value.replace(" ", "T"),
    );
    if (!Number.isNaN(atMs)) return { atMs };
  } else {
    try {
      return { agoMs: parseDuration(value) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  throw new ValidationError(
    `${label} "${name}" must be a time like today, 7d, 24h, 90m (ago), 2026-08-22T10:00:00Z or epoch milliseconds, but got "${value}"`,
  );
}

/** Returns the time in epoch milliseconds, at least 0, as the wire has no negative times. */
export function resolveSince(since: Since, nowMs: number): number {
  if ("isToday" in since) return new Date(nowMs).setHours(0, 0, 0, 0);
  const ms = "atMs" in since ? since.atMs : nowMs - since.agoMs;
  return Math.max(0, ms);
}

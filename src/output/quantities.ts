// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Times, durations, money and sizes as people read them. Every figure may be a bigint: the wire's
 * integers have 64 bits.
 * @module
 */
import type { Int, SessionTotals } from "../proto/mod.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Stands where a value is not known: a 0 would look like a measurement. */
export const UNKNOWN = "–";

/**
 * A duration in at most two units: `0ms`, `950ms`, `1.5s`, `2m30s`, `3h05m`, `4d2h`.
 *
 * @param duration Milliseconds; a negative one is shown with its sign.
 */
export function formatDuration(duration: Int): string {
  const ms = Number(duration);
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < SECOND_MS) return `${Math.round(ms)}ms`;
  if (ms < 10 * SECOND_MS) {
    return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  }
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)}s`;
  const two = (n: number) => String(n).padStart(2, "0");
  if (ms < HOUR_MS) {
    return `${Math.floor(ms / MINUTE_MS)}m${
      two(Math.floor(ms % MINUTE_MS / SECOND_MS))
    }s`;
  }
  if (ms < DAY_MS) {
    return `${Math.floor(ms / HOUR_MS)}h${
      two(Math.floor(ms % HOUR_MS / MINUTE_MS))
    }m`;
  }
  return `${Math.floor(ms / DAY_MS)}d${Math.floor(ms % DAY_MS / HOUR_MS)}h`;
}

/**
 * A duration in words, in at most two units: `less than a second`, `1 second`, `5 minutes`,
 * `3 hours 20 minutes`, `2 days 1 hour`.
 */
export function formatSpan(duration: Int): string {
  const ms = Math.max(0, Number(duration));
  if (ms < SECOND_MS) return "less than a second";
  const units: [name: string, size: number][] = [
    ["day", DAY_MS],
    ["hour", HOUR_MS],
    ["minute", MINUTE_MS],
    ["second", SECOND_MS],
  ];
  const at = units.findIndex(([, size]) => ms >= size);
  const [[name, size] = ["second", SECOND_MS], smaller] = units.slice(at);
  const whole = formatNumberOf(Math.floor(ms / size), name);
  if (smaller === undefined) return whole;
  const rest = Math.floor(ms % size / smaller[1]);
  // Minutes are exact enough without seconds.
  return rest === 0 || smaller[0] === "second"
    ? whole
    : `${whole} ${formatNumberOf(rest, smaller[0])}`;
}

/**
 * How long ago a moment was, or how far ahead it is: `just now`, `5m ago`, `3h ago`, `2d ago`,
 * `in 4m`; a date if over 30 days.
 */
export function formatAgo(moment: Int, nowMs: number): string {
  const ms = nowMs - Number(moment);
  const size = Math.abs(ms);
  if (size > 30 * DAY_MS) return formatTime(moment).slice(0, 10);
  if (size < 5 * SECOND_MS) return "just now";
  const words = formatAge(size);
  return ms < 0 ? `in ${words}` : `${words} ago`;
}

/** Greatest time that a JavaScript date can hold, in epoch milliseconds. */
const MAX_DATE_MS = 8_640_000_000_000_000;

/**
 * How long something has lasted, in one unit: `14s`, `2m`, `3h`, `5d`. @param ms Milliseconds; a
 * negative one counts as 0.
 */
export function formatAge(ms: number): string {
  const size = Math.max(0, ms);
  if (size < MINUTE_MS) return `${Math.floor(size / SECOND_MS)}s`;
  if (size < HOUR_MS) return `${Math.floor(size / MINUTE_MS)}m`;
  if (size < DAY_MS) return `${Math.floor(size / HOUR_MS)}h`;
  return `${Math.floor(size / DAY_MS)}d`;
}

/**
 * A moment in UTC, to the second: `2026-08-22T10:00:00Z`; its figure alone if no calendar reaches
 * it.
 */
export function formatTime(moment: Int): string {
  const ms = Number(moment);
  if (!(Math.abs(ms) <= MAX_DATE_MS)) return String(moment);
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** Formats a time within a session: `+0.000s`, `+12.345s`, `+5m07s`. */
export function formatOffset(ms: number): string {
  const sign = ms < 0 ? "-" : "+";
  const size = Math.abs(ms);
  return size < MINUTE_MS
    ? `${sign}${(size / SECOND_MS).toFixed(3)}s`
    : `${sign}${formatDuration(size)}`;
}

/** An amount of money: `$0.0042`, `$1.23`. @param e6 Millionths of a US dollar. */
export function formatCost(e6: Int): string {
  const dollars = Number(e6) / 1e6;
  const size = Math.abs(dollars);
  const digits = size === 0 || size >= 1 ? 2 : size >= 0.01 ? 3 : 4;
  return `${dollars < 0 ? "-" : ""}$${size.toFixed(digits)}`;
}

/** The cost of a whole session: `$1.23`; `≥ $1.23` if some of it is not known. */
export function formatTotalCost(
  { cost_usd_e6, cost_complete }: Pick<
    SessionTotals,
    "cost_usd_e6" | "cost_complete"
  >,
): string {
  if (cost_usd_e6 === null) return UNKNOWN;
  const cost = formatCost(cost_usd_e6);
  return cost_complete === false ? `≥ ${cost}` : cost;
}

/** A count in at most four signs: `0`, `999`, `1.2k`, `34k`, `5.6M`. */
export function formatCount(count: Int): string {
  const n = Number(count);
  if (n < 0) return `-${formatCount(-n)}`;
  if (n < 1000) return String(n);
  let size = n;
  for (const unit of ["k", "M", "G", "T", "P"]) {
    size /= 1000;
    if (size < 9.95) return `${size.toFixed(1)}${unit}`;
    if (size < 999.5) return `${Math.round(size)}${unit}`;
  }
  return n.toExponential(1);
}

/** A size in bytes: `0 B`, `1023 B`, `1.5 KiB`, `20 MiB`. */
export function formatBytes(bytes: Int): string {
  const n = Number(bytes);
  if (n < 1024) return `${n} B`;
  let size = n;
  let unit = "B";
  for (const next of ["KiB", "MiB", "GiB", "TiB"]) {
    if (size < 1024) break;
    size /= 1024;
    unit = next;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** `1 session`, `2 sessions`. */
export function formatNumberOf(count: Int, noun: string): string {
  return `${count} ${noun}${count === 1 || count === 1n ? "" : "s"}`;
}

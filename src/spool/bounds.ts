// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Bounds of a spool.
 * @module
 */
import type { Context } from "../context/mod.ts";
import { SpoolFullError } from "./errors.ts";

/**
 * Maximum number of files in a spool, including those in `rejected/`; `KAIZEN_SPOOL_MAX_EVENTS`.
 */
const MAX_EVENTS = 10_000;
/**
 * Maximum number of bytes in a spool, including those in `rejected/`, 64 MiB;
 * `KAIZEN_SPOOL_MAX_BYTES`. A literal, so that a bundler can drop it.
 */
const MAX_BYTES = 67_108_864;

/** Maximum numbers of files and bytes. */
export interface Bounds {
  events: number;
  bytes: number;
}

/**
 * Reads the bounds from the environment. A value that is no positive integer leaves the default.
 */
export function readBounds(env: Context["env"]): Bounds {
  return {
    events: positive(env("KAIZEN_SPOOL_MAX_EVENTS")) ?? MAX_EVENTS,
    bytes: positive(env("KAIZEN_SPOOL_MAX_BYTES")) ?? MAX_BYTES,
  };
}

/**
 * Returns the bounds of `rejected/`: half of everything, so that rejected input never keeps an
 * event out.
 */
export function rejectedShare({ events, bytes }: Bounds): Bounds {
  return { events: Math.ceil(events / 2), bytes: Math.ceil(bytes / 2) };
}

/**
 * Explains why a file of `more` bytes does not fit beside those that are `held`.
 *
 * @returns Null if it fits.
 */
export function whyFull(
  held: Bounds,
  more: number,
  bounds: Bounds,
): string | null {
  if (held.events >= bounds.events) {
    return `full: it holds ${held.events} of at most ${bounds.events} events`;
  }
  if (held.bytes + more > bounds.bytes) {
    return `full: it holds ${held.bytes} of at most ${bounds.bytes} bytes`;
  }
  return null;
}

/**
 * Checks that a file of `more` bytes fits.
 *
 * @throws {SpoolFullError} If it does not.
 */
export function checkRoom(held: Bounds, more: number, bounds: Bounds): void {
  const reason = whyFull(held, more, bounds);
  if (reason === null) return;
  throw new SpoolFullError(
    `Cannot keep the event as the spool is ${reason}`,
  );
}

function positive(text: string | undefined): number | null {
  const value = /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
  return value > 0 ? value : null;
}

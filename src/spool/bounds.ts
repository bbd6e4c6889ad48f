// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How much a spool may hold.
 * @module
 */
import type { Context } from "../context/mod.ts";
import { SpoolFullError } from "./errors.ts";

/** Most files in a spool, those in `rejected/` included; `KAIZEN_SPOOL_MAX_EVENTS`. */
const MAX_EVENTS = 10_000;
/** Most bytes in a spool, those in `rejected/` included; `KAIZEN_SPOOL_MAX_BYTES`. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Most files and bytes. */
export interface Bounds {
  events: number;
  bytes: number;
}

/** Reads the bounds from the environment; what is no positive integer leaves the default. */
export function readBounds(env: Context["env"]): Bounds {
  return {
    events: positive(env("KAIZEN_SPOOL_MAX_EVENTS")) ?? MAX_EVENTS,
    bytes: positive(env("KAIZEN_SPOOL_MAX_BYTES")) ?? MAX_BYTES,
  };
}

/** What is rejected may take half of everything, so that rubbish never keeps an event out. */
export function rejectedShare({ events, bytes }: Bounds): Bounds {
  return { events: Math.ceil(events / 2), bytes: Math.ceil(bytes / 2) };
}

/**
 * Says why nothing of `more` bytes fits beside what is `held`.
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

/** @throws {SpoolFullError} If nothing of `more` bytes fits beside what is `held`. */
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

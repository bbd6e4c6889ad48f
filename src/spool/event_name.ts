// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Names of spooled events; their order is the order of delivery.
 * @module
 */

/** The parts of a name: `v1-<ms>-<pid>-<random>.json`. */
export interface EventName {
  name: string;
  /** Epoch milliseconds, not less than those of any event that was there when the name was made. */
  ms: number;
}

/** Its parts are bounded, so that there is room for the name of a rejected file. */
const PATTERN = /^v1-(\d{1,15})-\d{1,9}-\w{1,64}\.json$/;

/**
 * How far in the future the time of a name may be, in milliseconds: 95 years. The names after it
 * count up by one for each hook. That is slower than the clock, so there is always room for them.
 */
const MAX_AHEAD_MS = 3e12;

/** Splits a name into its parts; null if it is not a name of this version. */
export function parseEventName(name: string): EventName | null {
  const ms = PATTERN.exec(name)?.[1];
  return ms === undefined || Number(ms) > Date.now() + MAX_AHEAD_MS
    ? null
    : { name, ms: Number(ms) };
}

/**
 * Makes a name that sorts after all of `present`, even if the clock has been set back since.
 *
 * @param nowMs The clock, in epoch milliseconds.
 */
export function nextEventName(
  present: readonly EventName[],
  nowMs: number,
): string {
  const ms = present.reduce((least, { ms }) => Math.max(least, ms + 1), nowMs);
  return `v1-${Math.floor(ms)}-${Deno.pid}-${randomHex(8)}.json`;
}

/**
 * Compares two names in the order of delivery. Events of one millisecond were made at the same
 * time, so any fixed order will do.
 */
export function compareEventNames(a: EventName, b: EventName): number {
  return a.ms - b.ms || (a.name < b.name ? -1 : 1);
}

/** Returns random hexadecimal digits, two for each byte. */
export function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

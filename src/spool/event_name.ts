// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Names of spooled events; their order is the order of delivery.
 * @module
 */

/** A name, taken apart: `v1-<ms>-<pid>-<random>.json`. */
export interface EventName {
  name: string;
  /** Epoch milliseconds, at least those of any event that was there when it was made. */
  ms: number;
}

const PATTERN = /^v1-(\d{1,15})-\d+-[0-9A-Za-z]+\.json$/;

/** Takes a name apart; null if it is not one of this version's. */
export function parseEventName(name: string): EventName | null {
  const ms = PATTERN.exec(name)?.[1];
  return ms === undefined ? null : { name, ms: Number(ms) };
}

/**
 * Makes a name behind all of `present`, also when the clock has been set back since.
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

/** Order of delivery; events of one millisecond were made at the same time, so any order will do if it is always the same. */
export function compareEventNames(a: EventName, b: EventName): number {
  return a.ms - b.ms || (a.name < b.name ? -1 : 1);
}

/** Random hexadecimal digits, two for each of `bytes`. */
export function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

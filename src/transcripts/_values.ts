// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reading the parts of a parsed line, which may be anything.
 * @module
 */

/** An object of JSON. */
export type LineObject = { readonly [key: string]: unknown };

/** Returns a value as an object; null if it is none. */
export function asObject(value: unknown): LineObject | null {
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is LineObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the elements of a list; none if it is no list. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns a text that is not empty; else null. */
export function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Returns a count; 0 if the value is none. */
export function asCount(value: unknown): number {
  return isCount(value) ? value : 0;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Most tokens of one message that are believed. Sums of them stay exact. */
const MAX_TOKENS = 1e12;

/** Returns counts of tokens, 0 for one that is not given; null if a value is no such count. */
export function asTokens(values: readonly unknown[]): number[] | null {
  const counts = values.map((value) => value ?? 0).filter(isCount);
  return counts.length === values.length && Math.max(...counts) <= MAX_TOKENS
    ? counts
    : null;
}

/** Returns a time, as text in ISO 8601 or a number, in epoch milliseconds; null if it is none. */
export function asTime(value: unknown): number | null {
  const ms = typeof value === "string"
    ? Date.parse(value)
    : typeof value === "number"
    ? Math.floor(value)
    : NaN;
  return Number.isSafeInteger(ms) && ms > 0 ? ms : null;
}

/** Returns the parsed text, or undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A map that forgets its oldest entries. It survives as JSON. */
export class ShortMemory {
  readonly #entries: Map<string, string>;
  readonly #max: number;

  /** @param saved What {@linkcode toJSON} gave. */
  constructor(max: number, saved?: unknown) {
    this.#max = max;
    this.#entries = new Map(
      asList(saved).flatMap((pair) => {
        const [key, value] = asList(pair);
        return typeof key === "string" && typeof value === "string"
          ? [[key, value] as const]
          : [];
      }),
    );
  }

  get(key: string | null): string | null {
    return key === null ? null : this.#entries.get(key) ?? null;
  }

  set(key: string, value: string): void {
    if (key.length > 256 || value.length > 256) return;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#max) break;
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  toJSON(): [string, string][] {
    return [...this.#entries];
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Checks prices that come from a file.
 * @module
 */
import type { ModelPrices, Price } from "./model_prices.ts";

/** The prices in a file cannot be used. */
export class PricesError extends Error {
  override get name(): string {
    return "PricesError";
  }
}

const KINDS = [
  "input",
  "output",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
] as const;
/** No model costs more for a million tokens. */
const MAX_PRICE = 1e6;

/**
 * Checks the prices of a model.
 *
 * @param place Names them in an error.
 * @throws {PricesError} If they are no prices.
 */
export function readModelPrices(value: unknown, place: string): ModelPrices {
  const members = demandObject(value, place);
  const prices: Partial<Record<(typeof KINDS)[number], Price>> = {};
  for (const key of Object.keys(members)) {
    const kind = KINDS.find((it) => it === key);
    if (kind === undefined) {
      throw new PricesError(`${place} has an unknown key "${key}"`);
    }
    prices[kind] = readPrice(members[key], `${place}, "${key}",`);
  }
  const { input, output, ...rest } = prices;
  if (input === undefined || output === undefined) {
    throw new PricesError(`${place} needs "input" and "output"`);
  }
  return { input, output, ...rest };
}

function readPrice(value: unknown, place: string): Price {
  if (typeof value !== "object" || value === null) {
    return readNumber(value, place, MAX_PRICE);
  }
  const { base, tiers } = demandObject(value, place);
  return {
    base: readNumber(base, place, MAX_PRICE),
    tiers: demandList(tiers, place).map((tier) => {
      const { start, price } = demandObject(tier, place);
      return {
        start: readNumber(start, place, Number.MAX_SAFE_INTEGER),
        price: readNumber(price, place, MAX_PRICE),
      };
    }).sort((a, b) => a.start - b.start),
  };
}

function readNumber(value: unknown, place: string, most: number): number {
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  throw new PricesError(
    `${place} must be a number from 0 to ${most}, or {"base", "tiers"} of such`,
  );
}

/** @throws {PricesError} If it is not an object. */
export function demandObject(
  value: unknown,
  place: string,
): { [key: string]: unknown } {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { ...value };
  }
  throw new PricesError(`${place} must be an object`);
}

/** @throws {PricesError} If it is no list. */
export function demandList(value: unknown, place: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new PricesError(`${place} must be a list`);
}

/** @throws {PricesError} If it is no string. */
export function demandText(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  throw new PricesError(`${place} must be a string`);
}

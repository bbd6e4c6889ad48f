// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The prices of a model's tokens.
 * @module
 */

/** A price in US dollars for a million tokens, or one that depends on the length of the input. */
export type Price = number | TieredPrice;

/** A price that is another one once the input of a message is long. */
export interface TieredPrice {
  readonly base: number;
  readonly tiers: readonly {
    /** For an input of more tokens than this, caches included, all tokens cost `price`. */
    readonly start: number;
    readonly price: number;
  }[];
}

/** The prices of a model. */
export interface ModelPrices {
  readonly input: Price;
  readonly output: Price;
  /** If it is missing, reading from a cache costs as much as input. */
  readonly cache_read?: Price;
  /** Likewise. */
  readonly cache_write_5m?: Price;
  /** If it is missing, the price for five minutes applies. */
  readonly cache_write_1h?: Price;
}

/** The tokens of a message. */
export interface PricedTokens {
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_write_5m: number;
  readonly cache_write_1h: number;
}

/** Returns the cost of a message in millionths of a US dollar, rounded. */
export function priceTokens(tokens: PricedTokens, prices: ModelPrices): number {
  const { input, cache_read, cache_write_5m, cache_write_1h, output } = tokens;
  const length = input + cache_read + cache_write_5m + cache_write_1h;
  const priceOf = (price: Price) => priceAt(price, length);
  const read = prices.cache_read ?? prices.input;
  const write = prices.cache_write_5m ?? prices.input;
  // A dollar for a million tokens is a millionth of a dollar for a token.
  return Math.round(
    input * priceOf(prices.input) + output * priceOf(prices.output) +
      cache_read * priceOf(read) + cache_write_5m * priceOf(write) +
      cache_write_1h * priceOf(prices.cache_write_1h ?? write),
  );
}

function priceAt(price: Price, length: number): number {
  if (typeof price === "number") return price;
  let found = price.base;
  for (const { start, price: higher } of price.tiers) {
    if (length > start) found = higher;
  }
  return found;
}

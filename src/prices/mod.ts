// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prices of tokens: the list that the program comes with, and the user's own. It reads no file and
 * asks no server. Only the daemon loads it, when it needs a price.
 * @module
 */
export {
  type ModelPrices,
  type PricedTokens,
  priceTokens,
} from "./model_prices.ts";
export { type OwnPrices, readOwnPrices } from "./own_prices.ts";
export { type PriceList, readPriceList } from "./price_list.ts";
export { PricesError } from "./read_prices.ts";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prices that the user gives, in `prices.json` in the home.
 * @module
 */
import type { ModelPrices } from "./model_prices.ts";
import { demandObject, PricesError, readModelPrices } from "./read_prices.ts";

/** Prices of models by their names. */
export interface OwnPrices {
  /** Returns the prices of a model; null if there are none. */
  find(model: string): ModelPrices | null;
}

/**
 * Reads the user's prices: `{"models": {NAME: {"input": 3, "output": 15}}}`, in US dollars for a
 * million tokens. A NAME that ends in `*` is a prefix; of several that fit the longest counts.
 *
 * @throws {PricesError} If the text is anything else.
 */
export function readOwnPrices(text: string): OwnPrices {
  const { models, ...rest } = demandObject(parse(text), "the file");
  const [other] = Object.keys(rest);
  if (other !== undefined) {
    throw new PricesError(`the file has an unknown key "${other}"`);
  }
  const exact = new Map<string, ModelPrices>();
  const prefixes: [prefix: string, prices: ModelPrices][] = [];
  for (
    const [key, value] of Object.entries(demandObject(models, '"models"'))
  ) {
    const name = key.toLowerCase();
    const prices = readModelPrices(value, `model "${key}"`);
    if (name.endsWith("*")) prefixes.push([name.slice(0, -1), prices]);
    else exact.set(name, prices);
  }
  prefixes.sort(([a], [b]) => b.length - a.length);
  return {
    find(model) {
      const name = model.toLowerCase().trim();
      return exact.get(name) ??
        prefixes.find(([prefix]) => name.startsWith(prefix))?.[1] ?? null;
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PricesError("the file is not JSON", { cause: error });
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Makes `src/prices/price_list.json` of the data in a version of `@pydantic/genai-prices`: the
 * prices of tokens, of the makers whose models coding agents use.
 * @module
 */
import { ROOT } from "./project.ts";

const VERSION = "0.1.8";
/** The day on which the version was published. */
const DATE = "2026-09-23";
const MAKERS = [
  "anthropic",
  "openai",
  "google",
  "mistral",
  "x-ai",
  "deepseek",
  "moonshotai",
  "minimax",
  "zhipuai",
];
/** Their names for the prices that we use, and ours. */
const KINDS = {
  input_mtok: "input",
  output_mtok: "output",
  cache_read_mtok: "cache_read",
  cache_write_mtok: "cache_write_5m",
  cache_write_1h_mtok: "cache_write_1h",
};

interface Prices {
  [kind: string]: unknown;
}

interface Model {
  id: string;
  match: unknown;
  prices: Prices | { constraint?: unknown; prices: Prices }[];
}

interface Maker {
  id: string;
  model_match?: unknown;
  models: Model[];
}

const { findProvider }: {
  findProvider: (options: { providerId: string }) => Maker | undefined;
} = await import(`npm:@pydantic/genai-prices@${VERSION}`);

const makers = MAKERS.map((id) => {
  const maker = findProvider({ providerId: id });
  if (maker === undefined) throw new Error(`No maker "${id}"`);
  const models = maker.models.flatMap(({ match, prices }) => {
    const periods = Array.isArray(prices) ? prices : [{ prices }];
    const listed = periods.map(({ constraint, prices }) => ({
      ...constraint === undefined ? {} : { constraint },
      prices: pick(prices),
    }));
    const isPriced = listed.every(({ prices }) =>
      "input" in prices && "output" in prices
    );
    return isPriced ? [{ match, periods: listed }] : [];
  });
  return { id, match: maker.model_match, models };
});
const path = `${ROOT}/src/prices/price_list.json`;
await Deno.writeTextFile(path, print());
console.log(`${path}: ${makers.flatMap(({ models }) => models).length} models`);

function pick(prices: Prices): Prices {
  const picked: Prices = {};
  for (const [theirs, ours] of Object.entries(KINDS)) {
    if (prices[theirs] !== undefined) picked[ours] = prices[theirs];
  }
  return picked;
}

/** One line a model, so that a change is easy to read. */
function print(): string {
  const about = {
    source: `@pydantic/genai-prices ${VERSION}`,
    date: DATE,
    license: "MIT, Copyright (c) Pydantic Services Inc. 2025 to present",
  };
  const lists = makers.map(({ id, match, models }) =>
    `{"id":${JSON.stringify(id)},"match":${
      JSON.stringify(match)
    },"models":[\n` +
    `${models.map((model) => JSON.stringify(model)).join(",\n")}\n]}`
  );
  return `${JSON.stringify(about).slice(0, -1)},"makers":[\n` +
    `${lists.join(",\n")}\n]}\n`;
}

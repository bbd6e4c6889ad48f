// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  PricesError,
  priceTokens,
  readOwnPrices,
  readPriceList,
} from "../../../src/prices/mod.ts";

const TOKENS = {
  input: 100,
  output: 200,
  cache_read: 10_000,
  cache_write_5m: 1_000,
  cache_write_1h: 500,
};
const NOW = Date.UTC(2026, 10, 1);

Deno.test("priceTokens() adds up each kind of tokens at its price", () => {
  const prices = {
    input: 5,
    output: 25,
    cache_read: 0.5,
    cache_write_5m: 6.25,
    cache_write_1h: 10,
  };
  assertEquals(
    priceTokens(TOKENS, prices),
    100 * 5 + 200 * 25 + 5_000 + 6_250 + 5_000,
  );
});

Deno.test("priceTokens() takes the price of input for caches without a price", () => {
  assertEquals(priceTokens(TOKENS, { input: 2, output: 0 }), 2 * 11_600);
  const prices = { input: 2, output: 0, cache_write_5m: 3 };
  assertEquals(priceTokens(TOKENS, prices), 2 * 10_100 + 3 * 1_500);
});

Deno.test("priceTokens() takes the higher price for all tokens of a long input", () => {
  const tiered = { base: 3, tiers: [{ start: 200_000, price: 6 }] };
  const cost = (input: number, cache_read: number) =>
    priceTokens({
      input,
      cache_read,
      output: 0,
      cache_write_5m: 0,
      cache_write_1h: 0,
    }, { input: tiered, output: 1 });
  assertEquals(cost(200_000, 0), 600_000);
  assertEquals(cost(200_001, 0), 1_200_006);
  assertEquals(cost(100_000, 100_001), 1_200_006);
});

Deno.test("readPriceList() has the models of the agents that are read, and no others", () => {
  const list = readPriceList();
  assertMatch(list.date, /^\d{4}-\d\d-\d\d$/);
  assertEquals(list.find("claude-opus-4-8", NOW), {
    input: 5,
    output: 25,
    cache_read: 0.5,
    cache_write_5m: 6.25,
    cache_write_1h: 10,
  });
  for (
    const model of [
      "claude-sonnet-4-5-20250929",
      "claude-haiku-4-5-20251001",
      "Claude-Sonnet-5",
      "gpt-5-codex",
      "gpt-5.3-codex",
      "gpt-5.5",
      "gemini-2.5-pro",
      "devstral-2512",
    ]
  ) assertEquals([model, list.find(model, NOW) !== null], [model, true]);
  for (const model of ["", "unknown", "nope-1", "claude", "llama3:8b"]) {
    assertEquals([model, list.find(model, NOW)], [model, null]);
  }
});

Deno.test("readPriceList() has no price for the fast mode of a model that it knows", () => {
  const list = readPriceList();
  assertEquals(typeof list.find("claude-opus-4-8", 0)?.input, "number");
  assertEquals(list.find("claude-opus-4-8-fast", 0), null);
});

Deno.test("readPriceList() takes the price of the time", () => {
  const list = readPriceList();
  const prices = (day: string) =>
    list.find("claude-opus-4-6", Date.parse(day))?.input;
  assertEquals(typeof prices("2026-03-12"), "object");
  assertEquals(prices("2026-03-13"), 5);
});

Deno.test("readOwnPrices() finds the exact name, then the longest prefix", () => {
  const price = (input: number) => ({ input, output: 0 });
  const own = readOwnPrices(JSON.stringify({
    models: { "a*": price(1), "ab*": price(2), "ABC": price(3) },
  }));
  const inputs = ["abc", "abd", "ax", "b"].map((it) => own.find(it)?.input);
  assertEquals(inputs, [3, 2, 1, undefined]);
});

const BROKEN: [text: string, reason: RegExp][] = [
  ["", /not JSON/],
  ["[]", /must be an object/],
  ["{}", /"models" must be an object/],
  ['{"models":{},"x":1}', /unknown key "x"/],
  ['{"models":{"m":{"input":1}}}', /model "m" needs "input" and "output"/],
  ['{"models":{"m":{"input":-1,"output":1}}}', /"input", must be a number/],
  ['{"models":{"m":{"input":"1","output":1}}}', /must be a number/],
  ['{"models":{"m":{"input":1,"output":1,"in":1}}}', /unknown key "in"/],
];

for (const [text, reason] of BROKEN) {
  Deno.test(`readOwnPrices() refuses ${text || "an empty file"}`, () => {
    const { message } = assertThrows(() => readOwnPrices(text), PricesError);
    assertMatch(message, reason);
  });
}

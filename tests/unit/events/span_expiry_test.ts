// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type { Int } from "../../../src/proto/mod.ts";
import { Feed, HOUR } from "./_span_feed.ts";

Deno.test("SpanProjector gives up spans that began more than an hour before, newest first, adding them to parents", () => {
  const feed = new Feed()
    .call("a", { at: 10, costUsdE6: 1 }).call("b", { at: 5, costUsdE6: 2 })
    .call("c", { at: 20, costUsdE6: 4 }).call("d", { at: 1, costUsdE6: 8 })
    .add(null, { at: HOUR + 11 });
  assertEquals(feed.order, ["s1:d", "s1:b", "s1:a"]);
  assertEquals(feed.get("subtreeCostUsdE6"), {
    "s1:d": 8,
    "s1:b": 2,
    "s1:a": 3,
  });
  assertEquals(feed.get("depth"), { "s1:d": 3, "s1:b": 1, "s1:a": 0 });
  assertEquals(feed.get("status")["s1:d"], "orphaned");
  feed.result("c", { at: HOUR + 12 });
  assertEquals(feed.rows.get("s1:c")?.subtreeCostUsdE6, 12);
  assertEquals(feed.rows.get("s1:c")?.depth, 0);
});

const hours: [start: Int, event: Int, expires: boolean][] = [
  [1000, 1000 + HOUR, false],
  [1000, 1001 + HOUR, true],
  [1000, 0, false],
  [0, 2n ** 64n - 1n, true],
  [2n ** 64n - 1n, 0, false],
  [2n ** 64n - 1n, 2n ** 64n - 1n, false],
  [2n ** 64n - 2n - BigInt(HOUR), 2n ** 64n - 2n, false],
  [2n ** 64n - 2n - BigInt(HOUR), 2n ** 64n - 1n, true],
  [2n ** 53n - 1n - BigInt(HOUR), 2n ** 53n, true],
  [Number(2n ** 53n - BigInt(HOUR)), 2n ** 53n, false],
  [2n ** 53n + 1n, 2n ** 53n + 1n + BigInt(HOUR), false],
  [2n ** 53n + 1n, 2n ** 53n + 2n + BigInt(HOUR), true],
];

for (const [start, event, expires] of hours) {
  Deno.test(`SpanProjector gives up a span of ${start} at ${event}: ${expires}`, () => {
    const feed = new Feed().call("a", { at: start })
      .add(null, { at: event, session: 2 });
    assertEquals(feed.order, expires ? ["s1:a"] : []);
  });
}

Deno.test("SpanProjector gives up spans of the event's workspace only", () => {
  const feed = new Feed()
    .call("a", { at: 1, session: 1, workspace: 1 })
    .call("a", { at: 1, session: 2, workspace: 2 })
    .call("a", { at: 1, session: 3, workspace: 1 })
    .add(null, { at: HOUR + 2, session: 4, workspace: 1 });
  assertEquals(feed.order, ["s3:a", "s1:a"]);
});

Deno.test("SpanProjector counts an hour from the latest start of a span", () => {
  const feed = new Feed().call("a", { at: 1 }).call("a", { at: 100 })
    .add(null, { at: HOUR + 50 });
  assertEquals(feed.order, []);
  assertEquals(feed.add(null, { at: HOUR + 101 }).order, ["s1:a"]);
});

Deno.test("SpanProjector handles the event, then expiry, then the flush", () => {
  const feed = new Feed()
    .call("a", { at: 2, costUsdE6: 1 })
    .call("b", { at: 1, costUsdE6: 2 })
    .call("c", { at: 2, costUsdE6: 4 })
    .add("result", { toolCallId: "c", at: HOUR + 2 }, true);
  assertEquals(feed.order, ["s1:c", "s1:b", "s1:a"]);
  // c was added to b, b (expired) to a.
  assertEquals(feed.get("subtreeCostUsdE6"), {
    "s1:c": 4,
    "s1:b": 6,
    "s1:a": 7,
  });
});

Deno.test("SpanProjector lets a rebuilt span expire at the event that rebuilt it", () => {
  const feed = new Feed().call("a", { at: 1 });
  feed.restart();
  assertEquals(feed.add(null, { at: HOUR + 2 }).order, ["s1:a"]);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type { SpanRow } from "../../../src/proto/mod.ts";
import { SpanProjector } from "../../../src/events/mod.ts";
import { Feed, SILENT } from "./_span_feed.ts";

Deno.test("SpanProjector updates an open span in place when its id is called again", () => {
  const feed = new Feed()
    .call("a", { tool: "Read", at: 1, tokensIn: 1, paths: ["x"] })
    .call("b", { at: 2 })
    .call("a", { tool: null, at: 5, tokensOut: 2, paths: ["y", "x"] })
    .result("a", { at: 9, tokensIn: 7, tool: "Bash", paths: ["w"] })
    .result("b", { at: 10 });
  assertEquals(feed.rows.get("s1:a"), {
    spanId: "v1:2:s1:a",
    parentSpanId: null,
    tool: "unknown",
    status: "done",
    startMs: 5,
    leadTimeMs: 4,
    tokensIn: 7,
    tokensOut: 2,
    reasoningTokens: null,
    costUsdE6: null,
    paths: ["w", "x", "y"],
    depth: 0,
    subtreeCostUsdE6: null,
    subtreeTokenCount: 9,
  });
  assertEquals(feed.get("parentSpanId"), { "s1:a": null, "s1:b": null });
});

Deno.test("SpanProjector finds a span by the tool it was last called with", () => {
  const feed = new Feed()
    .call("a", { tool: "Read" }).call("b", { tool: "Bash" })
    .call("a", { tool: "Bash" }).call("b", { tool: "Read" })
    .result(null, { tool: "Bash" }).result(null, { tool: "Bash" });
  assertEquals(feed.order, ["s1:a", "s1:b"]);
});

Deno.test("SpanProjector looks for a result's tool although its id is unknown, and takes the newest otherwise", () => {
  const feed = new Feed()
    .call("a", { tool: "" }).call("b").call("c", { tool: "x" }).call("d")
    .result("?", { tool: "" }).result("?", { tool: "y" }).result(null)
    .result(null).result(null);
  assertEquals(feed.order, ["s1:a", "s1:d", "s1:c", "s1:b"]);
});

Deno.test("SpanProjector takes empty ids and names ids by session, number and time", () => {
  const feed = new Feed()
    .call("", { at: 5 }).call(null, { at: 2n ** 64n - 1n }).result("")
    .result("s1:1:18446744073709551615");
  assertEquals([...feed.rows.keys()], ["s1:", "s1:s1:1:18446744073709551615"]);
});

Deno.test("SpanProjector keeps an empty tool name and calls none unknown", () => {
  const feed = new Feed().call("a", { tool: "" }).call("b")
    .result("b").result("a");
  assertEquals(feed.get("tool"), { "s1:b": "unknown", "s1:a": "" });
});

Deno.test("SpanProjector counts a session id's UTF-8 bytes", () => {
  const projector = new SpanProjector({ hydrate: () => [] });
  const place = { workspaceKey: 1, sessionKey: 1, sessionId: "é\u{1F600}€" };
  const rows = projector.apply(
    { ...place, seq: 0, lastSeq: -1, tsMs: 1 },
    { ...SILENT, act: "post", toolCallId: "x" },
    false,
  );
  assertEquals(rows.map(({ row }) => row.spanId), ["v1:9:é\u{1F600}€:x"]);
});

Deno.test("SpanProjector: Hook events open, adopt and close spans", () => {
  const cases: [title: string, feed: Feed, wanted: Partial<SpanRow>[]][] = [
    [
      "pre then post",
      new Feed().add("pre", { toolCallId: "a", tool: "T", at: 5 })
        .add("post", { toolCallId: "a", at: 9 }),
      [{ spanId: "v1:2:s1:a", tool: "T", startMs: 5, leadTimeMs: 4 }],
    ],
    [
      "pre by tool, post by tool",
      new Feed().add("pre", { tool: "T", at: 5 })
        .add("post", { tool: "T", at: 9 }),
      [{ spanId: "v1:2:s1:s1:0:5", leadTimeMs: 4 }],
    ],
    [
      "a post alone has no start",
      new Feed().call("p").add("post", { tool: "T", at: 9, costUsdE6: 3 })
        .result("p"),
      [
        {
          spanId: "v1:2:s1:s1:1:9",
          parentSpanId: "v1:2:s1:p",
          depth: 1,
          tool: "T",
          status: "orphaned",
          startMs: null,
          leadTimeMs: null,
        },
        { spanId: "v1:2:s1:p", subtreeCostUsdE6: null }, // a Hook event tells no usage
      ],
    ],
    [
      "a call without id adopts the newest of its tool",
      new Feed().add("pre", { tool: "T", at: 1 })
        .add("pre", { tool: "T", toolCallId: "b", at: 2 })
        .call(null, { tool: "T", at: 3 }).result("b", { at: 9 }),
      [{ spanId: "v1:2:s1:b", startMs: 2, leadTimeMs: 6 }],
    ],
    [
      "each only once",
      new Feed().add("pre", { tool: "T", toolCallId: "b", at: 2 })
        .call(null, { tool: "T", at: 3 }).call(null, { tool: "T", at: 4 })
        .result(null, { at: 9 }),
      [{ spanId: "v1:2:s1:s1:2:4", parentSpanId: "v1:2:s1:b", startMs: 4 }],
    ],
    [
      "none of another tool, none that a call opened, none for no tool",
      new Feed().add("pre", { tool: "U", toolCallId: "b" })
        .call("c", { tool: "T" }).call(null, { tool: "T", at: 3 }).call(null)
        .result(null).result(null),
      [{ spanId: "v1:2:s1:s1:3:0", depth: 3 }, { spanId: "v1:2:s1:s1:2:3" }],
    ],
    [
      "a pre sets the start of an open call",
      new Feed().call("a", { tool: "T", at: 5 })
        .add("pre", { tool: "T", at: 7 }).call("a", { tool: "T", at: 8 })
        .result("a", { at: 9 }),
      [{ spanId: "v1:2:s1:a", startMs: 7, leadTimeMs: 1 }],
    ],
    [
      "pre and post tell no usage",
      new Feed().add("pre", { toolCallId: "a", tokensIn: 1, costUsdE6: 1 })
        .call("a", { tokensIn: 2, reasoningTokens: 3 })
        .add("post", { toolCallId: "a", tokensIn: 4, costUsdE6: 5 }),
      [{ tokensIn: 2, reasoningTokens: 3, costUsdE6: null }],
    ],
    [
      "a pre keeps the tool that is known",
      new Feed().call("a", { tool: "T" })
        .add("pre", { tool: "U", toolCallId: "a" }).result("a"),
      [{ spanId: "v1:2:s1:a", tool: "T" }],
    ],
  ];
  for (const [title, feed, wanted] of cases) {
    const rows = [...feed.rows.values()].map((row, i) => {
      const shown: Record<string, unknown> = { ...row };
      return Object.fromEntries(
        Object.keys(wanted[i] ?? {}).map((key) => [key, shown[key]]),
      );
    });
    assertEquals([title, rows], [title, wanted]);
  }
});

Deno.test("SpanProjector measures from a start to an end that was told in the same way", () => {
  const feeds: [acts: string, startMs: number | null, lead: number | null][] = [
    ["call 1, result 9", 1, 8],
    ["pre 1, post 9", 1, 8],
    ["pre 1, result 9", 1, null],
    ["call 1, post 9", 1, null],
    ["call 1, pre 2, result 9", 2, 8],
    ["call 1, pre 2, post 9", 2, 7],
    ["pre 2, call 1, result 9", 2, 8],
    ["pre 2, call 1, post 9", 2, 7],
    ["call 9, result 1", 9, 0],
  ];
  for (const [acts, startMs, leadTimeMs] of feeds) {
    const feed = new Feed();
    for (const step of acts.split(", ")) {
      const [act, at] = step.split(" ");
      const options = { toolCallId: "a", at: Number(at) };
      if (act === "call") feed.call("a", { at: options.at });
      else if (act === "result") feed.result("a", { at: options.at });
      else if (act === "pre" || act === "post") feed.add(act, options);
    }
    const rows = [...feed.rows.values()].map((row) => [
      row.status,
      row.startMs,
      row.leadTimeMs,
    ]);
    assertEquals([acts, rows], [acts, [["done", startMs, leadTimeMs]]]);
  }
});

Deno.test("SpanProjector flushes newest first and adds nothing to parents", () => {
  const feed = new Feed().call("a", { costUsdE6: 1 })
    .call("b", { costUsdE6: 2 }).add(null, {}, true);
  assertEquals(feed.order, ["s1:b", "s1:a"]);
  assertEquals(feed.get("subtreeCostUsdE6"), { "s1:b": 2, "s1:a": 1 });
  assertEquals(feed.get("parentSpanId"), { "s1:b": "v1:2:s1:a", "s1:a": null });
});

Deno.test("SpanProjector holds sums at the limits of their fields", () => {
  const feed = new Feed()
    .call("a", { costUsdE6: 2n ** 63n - 1n, tokensIn: 4294967295 })
    .call("b", { costUsdE6: 5, tokensIn: 4294967295, tokensOut: 4294967295 })
    .result("b").result("a");
  assertEquals(feed.get("subtreeTokenCount"), {
    "s1:b": 4294967295,
    "s1:a": 4294967295,
  });
  assertEquals(feed.get("subtreeCostUsdE6"), {
    "s1:b": 5,
    "s1:a": 2n ** 63n - 1n,
  });
  const least = new Feed().call("a", { costUsdE6: -(2n ** 63n) })
    .call("b", { costUsdE6: -1 }).result("b").result("a");
  assertEquals(least.get("subtreeCostUsdE6")["s1:a"], -(2n ** 63n));
});

Deno.test("SpanProjector keeps sums null until something is added, and never counts output alone", () => {
  const feed = new Feed()
    .call("a").call("b", { tokensOut: 5, reasoningTokens: 6 })
    .call("c", { tokensIn: 0 }).call("d", { costUsdE6: 0 })
    .result("d").result("c").result("b").result("a");
  assertEquals(feed.get("subtreeTokenCount"), {
    "s1:d": null,
    "s1:c": 0,
    "s1:b": 0,
    "s1:a": 0,
  });
  assertEquals(feed.get("subtreeCostUsdE6")["s1:a"], 0);
});

Deno.test("SpanProjector sorts paths by their bytes", () => {
  const paths = ["\u{1F600}", "\uFFFD", "z", "A", "é", "z/", ""];
  const feed = new Feed().call("a", { paths }).result("a");
  assertEquals(feed.rows.get("s1:a")?.paths, [
    "",
    "A",
    "z",
    "z/",
    "é",
    "\uFFFD",
    "\u{1F600}",
  ]);
});

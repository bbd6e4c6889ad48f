// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import type { Int, SpanRow } from "../../../src/proto/mod.ts";
import {
  HYDRATE_EVENTS,
  type SpanEvent,
  SpanProjector,
  type StoredSpanEvent,
} from "../../../src/events/mod.ts";
import { OpenSpan } from "../../../src/events/open_spans.ts";

const HOUR = 3_600_000;

interface Fields extends Omit<Partial<SpanEvent>, "paths"> {
  at?: Int;
  session?: number;
  workspace?: number;
  paths?: string[];
}

/** Feeds a projector; keeps what it says was written, newest row of each span. */
class Feed {
  readonly rows = new Map<string, SpanRow>();
  readonly stored = new Map<number, StoredSpanEvent[]>();
  /** Span ids in the order their rows were written. */
  readonly order: string[] = [];
  hydrates: number[] = [];
  projector = this.restart();

  restart(): SpanProjector {
    this.projector = new SpanProjector({
      hydrate: (sessionKey, limit) => {
        this.hydrates.push(sessionKey);
        return (this.stored.get(sessionKey) ?? []).slice(-limit);
      },
    });
    return this.projector;
  }

  /** Appends an event; without an act it does nothing to spans. */
  add(act: SpanEvent["act"] | null, fields: Fields = {}, flush = false): this {
    const { at = 0, session = 1, workspace = 1, paths = [], ...rest } = fields;
    const event: SpanEvent | null = act && {
      act,
      tsMs: at,
      tool: null,
      toolCallId: null,
      tokensIn: null,
      tokensOut: null,
      reasoningTokens: null,
      costUsdE6: null,
      ...rest,
      paths: () => paths,
    };
    const stored = this.stored.get(session) ?? [];
    this.stored.set(session, stored);
    const seq = stored.length;
    const place = {
      workspaceKey: workspace,
      sessionKey: session,
      sessionId: `s${session}`,
      seq,
      lastSeq: seq - 1,
      tsMs: at,
    };
    for (const { row } of this.projector.apply(place, event, flush)) {
      this.rows.set(row.spanId.replace(/^v1:\d+:/, ""), row);
      this.order.push(row.spanId.replace(/^v1:\d+:/, ""));
    }
    stored.push({ seq, event });
    return this;
  }

  call(id: string | null, fields: Fields = {}): this {
    return this.add("call", { toolCallId: id, ...fields });
  }

  result(id: string | null, fields: Fields = {}): this {
    return this.add("result", { toolCallId: id, ...fields });
  }

  /** The rows' values of one kind, by span id. */
  get<K extends keyof SpanRow>(key: K): Record<string, SpanRow[K]> {
    return Object.fromEntries(
      [...this.rows].map(([id, row]) => [id, row[key]]),
    );
  }
}

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

Deno.test("SpanProjector counts a session id's UTF-8 bytes", () => {
  const projector = new SpanProjector({ hydrate: () => [] });
  const place = { workspaceKey: 1, sessionKey: 1, sessionId: "é\u{1F600}€" };
  const event: SpanEvent = {
    act: "post",
    tsMs: 1,
    tool: null,
    toolCallId: "x",
    tokensIn: null,
    tokensOut: null,
    reasoningTokens: null,
    costUsdE6: null,
    paths: () => [],
  };
  const rows = projector.apply(
    { ...place, seq: 0, lastSeq: -1, tsMs: 1 },
    event,
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
        { spanId: "v1:2:s1:p", subtreeCostUsdE6: 3 },
      ],
    ],
    [
      "a call without id adopts the newest of its tool",
      new Feed().add("pre", { tool: "T", at: 1 })
        .add("pre", { tool: "T", toolCallId: "b", at: 2 })
        .call(null, { tool: "T", at: 3 }).result("b", { at: 9 }),
      [{ spanId: "v1:2:s1:b", startMs: 2, leadTimeMs: 7 }],
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
      [{ spanId: "v1:2:s1:a", startMs: 7, leadTimeMs: 2 }],
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

Deno.test("SpanProjector never rebuilds a session that it has seen, however many others come", () => {
  const feed = new Feed();
  for (let round = 0; round < 3; round++) {
    for (let session = 1; session <= 1000; session++) {
      feed.add(null, { session });
    }
  }
  assertEquals(feed.hydrates, []);
});

Deno.test("SpanProjector rebuilds a session once after a restart, when its next event comes", () => {
  const feed = new Feed()
    .call("a", { at: 1, paths: ["x"] }).call("b", { at: 2 })
    .result("b", { at: 3 }).add(null, {}, true)
    .call("a", { at: 1, session: 2 });
  feed.restart();
  feed.rows.clear();
  feed.add(null, { at: HOUR * 2, session: 3 });
  assertEquals([...feed.rows], []); // nobody has heard of the others yet
  feed.result("a", { at: 9, paths: ["y"] }).add(null);
  assertEquals(feed.hydrates, [1]);
  assertEquals(feed.get("paths"), { "s1:a": ["x", "y"] });
  assertEquals(feed.get("status"), { "s1:a": "done" });
});

Deno.test("SpanProjector lets a rebuilt span expire at the event that rebuilt it", () => {
  const feed = new Feed().call("a", { at: 1 });
  feed.restart();
  assertEquals(feed.add(null, { at: HOUR + 2 }).order, ["s1:a"]);
});

Deno.test("SpanProjector rebuilds from the latest 512 events", () => {
  const feed = new Feed().call("old").call("new");
  for (let i = 0; i < HYDRATE_EVENTS - 1; i++) feed.add(null);
  feed.restart();
  feed.result(null).result(null);
  assertEquals(feed.order, ["s1:new"]);
});

Deno.test("SpanProjector asks for paths of a rebuild's open spans only", () => {
  let asked = 0;
  const event = (act: SpanEvent["act"], toolCallId: string): SpanEvent => ({
    act,
    tsMs: 1,
    tool: null,
    toolCallId,
    tokensIn: null,
    tokensOut: null,
    reasoningTokens: null,
    costUsdE6: null,
    paths: () => (asked++, [toolCallId]),
  });
  const projector = new SpanProjector({
    hydrate: () => [
      { seq: 0, event: event("call", "a") },
      { seq: 1, event: event("call", "b") },
      { seq: 2, event: event("result", "a") },
      { seq: 3, event: event("call", "not stored yet") },
    ],
  });
  const at = {
    workspaceKey: 1,
    sessionKey: 1,
    sessionId: "s",
    seq: 3,
    lastSeq: 2,
    tsMs: 1,
  };
  const rows = projector.apply(at, null, true);
  assertEquals(rows.map(({ row }) => [row.spanId, row.paths]), [
    ["v1:1:s:b", ["b"]],
  ]);
  assertEquals(asked, 1);
});

Deno.test("SpanProjector rebuilds a session whose last event is not the one it knows", () => {
  const feed = new Feed().call("a").call("b");
  feed.stored.get(1)?.pop();
  feed.result(null); // follows "a" as far as the store knows
  assertEquals([feed.hydrates, feed.order], [[1], ["s1:a"]]);
});

Deno.test("SpanProjector.rollbackToSavepoint() takes back what came since, rollback() everything", () => {
  const feed = new Feed().call("a", { costUsdE6: 1, paths: ["x"] });
  const { projector } = feed;
  projector.commit();
  const stored = feed.stored.get(1);
  feed.call("b", { at: 1 });
  projector.savepoint();
  feed.result("b", { at: 2, costUsdE6: 5 }).call("a", { at: 9, paths: ["y"] })
    .add(null, { at: HOUR * 9, session: 2 });
  projector.rollbackToSavepoint();
  stored?.splice(2);
  feed.stored.delete(2);
  feed.order.length = 0;
  feed.rows.clear();
  feed.result("b", { at: 7 });
  assertEquals(feed.get("leadTimeMs"), { "s1:b": 6 });
  projector.rollback();
  stored?.splice(1);
  feed.result("a", { at: 5 });
  assertEquals(feed.rows.get("s1:a")?.paths, ["x"]);
  assertEquals(feed.rows.get("s1:a")?.leadTimeMs, 5);
  assertEquals(feed.rows.get("s1:a")?.subtreeCostUsdE6, 1);
  assertEquals(feed.hydrates, []);
  feed.result(null);
  assertEquals(feed.order, ["s1:b", "s1:a"]);
});

Deno.test("SpanProjector.rollback() undoes a rebuild that failed half-way", () => {
  let fails = true;
  const call: SpanEvent = {
    act: "call",
    tsMs: 1,
    tool: null,
    toolCallId: "a",
    tokensIn: null,
    tokensOut: null,
    reasoningTokens: null,
    costUsdE6: null,
    paths: () => {
      if (fails) throw new RangeError("disk");
      return ["p"];
    },
  };
  const projector = new SpanProjector({
    hydrate: () => [{ seq: 0, event: call }],
  });
  const at = {
    workspaceKey: 1,
    sessionKey: 1,
    sessionId: "s",
    seq: 1,
    lastSeq: 0,
    tsMs: 1,
  };
  assertThrows(() => projector.apply(at, null, true), RangeError);
  projector.rollback();
  fails = false;
  const rows = projector.apply(at, null, true);
  assertEquals(rows.map(({ row }) => row.paths), [["p"]]);
});

Deno.test("SpanProjector.forget() drops a session's spans, at once or with what is staged", () => {
  const feed = new Feed().call("a", { at: 1 });
  feed.projector.commit();
  feed.projector.forget(1);
  feed.stored.delete(1);
  feed.projector.rollback(); // of nothing
  feed.add(null, { at: 2 * HOUR, session: 2 });
  assertEquals(feed.order, []);
  feed.projector.commit();

  feed.call("b", { at: 1 });
  feed.projector.commit();
  feed.add(null, { session: 2 });
  feed.projector.forget(1);
  feed.projector.rollback();
  feed.stored.get(2)?.pop();
  feed.result(null, { at: 3 });
  assertEquals([feed.order, feed.hydrates], [["s1:b"], []]);
});

/** Counts how often the index of starts looks at a span while `work` runs. */
function countLooks(work: () => void): number {
  const own = Object.getOwnPropertyDescriptor(OpenSpan.prototype, "startMs");
  if (!own) throw new TypeError("no such property");
  let looks = 0;
  Object.defineProperty(OpenSpan.prototype, "startMs", {
    ...own,
    get() {
      looks++;
      return own.get?.call(this);
    },
  });
  try {
    work();
  } finally {
    Object.defineProperty(OpenSpan.prototype, "startMs", own);
  }
  return looks;
}

Deno.test("SpanProjector looks at a few spans an event, however many sessions are held and events stored", () => {
  const looks = [10, 10_000].map((sessions) => {
    const feed = new Feed();
    for (let i = 0; i < sessions; i++) {
      feed.call("a", { at: 1000 + (i * 7919) % sessions, session: 2 + i });
    }
    for (let i = 0; i < sessions; i++) feed.add(null, { at: 1, session: 1 });
    return countLooks(() => {
      feed.call("x", { at: 3, tool: "T" }).add(null, { at: 4 })
        .result("x", { at: 5 });
    });
  });
  assertEquals(looks.map((it) => it < 500), [true, true], `${looks}`);
});

Deno.test("SpanProjector looks at a few spans an event, however many are open in its session", () => {
  const looks = [10, 10_000].map((open) => {
    const feed = new Feed();
    for (let i = 0; i < open; i++) feed.call(`${i}`, { at: i, tool: "T" });
    return countLooks(() => {
      feed.result("5", { at: open }).call(null, { at: 7, tool: "T" })
        .result(null, { at: open, tool: "T" });
    });
  });
  assertEquals(looks.map((it) => it < 500), [true, true], `${looks}`);
});

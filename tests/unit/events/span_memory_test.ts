// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { type SpanEvent, SpanProjector } from "../../../src/events/mod.ts";
import { OpenSpan } from "../../../src/events/open_spans.ts";
import { Feed, HOUR, SILENT } from "./_span_feed.ts";

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

Deno.test("SpanProjector rebuilds from the latest 512 events", () => {
  const feed = new Feed().call("old").call("new");
  for (let i = 0; i < 511; i++) feed.add(null);
  feed.restart();
  feed.result(null).result(null);
  assertEquals(feed.order, ["s1:new"]);
});

Deno.test("SpanProjector asks for paths of a rebuild's open spans only", () => {
  let asked = 0;
  const event = (act: SpanEvent["act"], toolCallId: string): SpanEvent => ({
    ...SILENT,
    act,
    toolCallId,
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

Deno.test("SpanProjector.rollback() takes back everything since the last commit", () => {
  const feed = new Feed().call("a", { costUsdE6: 1, paths: ["x"] });
  const { projector } = feed;
  projector.commit();
  const stored = feed.stored.get(1);
  feed.call("b", { at: 1 }).result("b", { at: 2, costUsdE6: 5 })
    .call("a", { at: 9, paths: ["y"] })
    .add(null, { at: HOUR * 9, session: 2 });
  projector.rollback();
  stored?.splice(1);
  feed.stored.delete(2);
  feed.order.length = 0;
  feed.rows.clear();
  feed.call("b", { at: 1 }).result("b", { at: 7 });
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
    ...SILENT,
    toolCallId: "a",
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

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import type { AnswerOf } from "../../../src/proto/mod.ts";
import { buildTrace } from "../../../src/output/trace.ts";
import { event, node, session, START_MS } from "./_samples.ts";

const NOW_MS = START_MS + 60_000;

function call(
  id: string | null,
  at: number,
  seq = 0,
): ReturnType<typeof event> {
  return event({
    kind: "ToolCall",
    tool: "Bash",
    tool_call_id: id,
    ts_ms: START_MS + at,
    seq,
  });
}

function build(
  detail: Partial<AnswerOf<"detail">>,
): ReturnType<typeof buildTrace> {
  return buildTrace(
    session(),
    {
      type: "detail",
      session: session(),
      events: [],
      spans: [],
      ...detail,
    },
    NOW_MS,
  );
}

Deno.test("buildTrace() places a span where its call was, for as long as it took", () => {
  const { traceEvents } = build({
    events: [call("t1", 100)],
    spans: [node({ span_id: "v1:2:s1:t1", lead_time_ms: 750, paths: ["/a"] })],
  });
  const [span] = traceEvents.filter(({ ph }) => ph === "X");
  assertEquals(span?.ts, (START_MS + 100) * 1000);
  assertEquals(span?.dur, 750_000);
  assertEquals(span?.args["paths"], ["/a"]);
});

Deno.test("buildTrace() knows a call without an id by its number and time", () => {
  const { traceEvents } = build({
    events: [call(null, 5, 3)],
    spans: [node({ span_id: `v1:2:s1:s1:3:${START_MS + 5}` })],
  });
  assertEquals(traceEvents.filter(({ ph }) => ph === "X").length, 1);
});

Deno.test("buildTrace() counts spans whose call it does not know", () => {
  const { otherData } = build({
    spans: [node(), node({ span_id: "v1:2:s1:x" })],
  });
  assertEquals(otherData["spans_without_time"], 2);
});

Deno.test("buildTrace() draws an open call until now, colors failed ones, and gives each subagent tracks of its own", () => {
  const at = (start: number, end: number | null) => ({
    started_at_ms: START_MS + start,
    ended_at_ms: end === null ? null : START_MS + end,
  });
  const { traceEvents } = build({
    spans: [
      node({ tool: "Agent", span_id: "1", ...at(0, 50_000) }, [
        node({ tool: "Read", span_id: "2", agent_id: "a1", ...at(10, 20) }),
        node({ tool: "Grep", span_id: "3", agent_id: "a2", ...at(10, 20) }),
      ]),
      node({ tool: "Bash", span_id: "4", status: "open", ...at(55_000, null) }),
      node({
        tool: "Edit",
        span_id: "5",
        status: "failed",
        ...at(56_000, 57_000),
      }),
    ],
  });
  const names = new Map(
    traceEvents.filter(({ name }) => name === "thread_name")
      .map(({ tid, args }) => [tid, args["name"]]),
  );
  const calls = traceEvents.filter(({ ph }) => ph === "X")
    .map(({ name, tid, dur, cname }) => [name, names.get(tid), dur, cname]);
  assertEquals(calls, [
    ["Agent", "tools 1", 50_000_000, undefined],
    ["Read", "agent a1 1", 10_000, undefined],
    ["Grep", "agent a2 1", 10_000, undefined],
    ["Bash", "tools 1", 5_000_000, "thread_state_running"],
    ["Edit", "tools 1", 1_000_000, "terrible"],
  ]);
});

Deno.test("buildTrace() marks other events as moments, calls not twice", () => {
  const { traceEvents } = build({
    events: [event({ payload: { event: "Stop" }, seq: 4 }), call("t1", 1)],
  });
  const moments = traceEvents.filter(({ ph }) => ph === "i");
  assertEquals(moments.map(({ name, args }) => [name, args["seq"]]), [[
    "Stop",
    4,
  ]]);
});

Deno.test("buildTrace() never lets spans of one track overlap, unless one encloses the other", () => {
  // Three calls: the second outlives the first, the third lies within the second.
  const times: [id: string, start: number, took: number][] = [
    ["a", 0, 100],
    ["b", 50, 100],
    ["c", 60, 20],
    ["d", 200, 10],
  ];
  const { traceEvents } = build({
    events: times.map(([id, start]) => call(id, start)),
    spans: times.map(([id, , took]) =>
      node({ span_id: `v1:2:s1:${id}`, tool: id, lead_time_ms: took })
    ),
  });
  const spans = traceEvents.filter(({ ph }) => ph === "X");
  assertEquals(spans.length, 4);
  for (const a of spans) {
    for (const b of spans) {
      if (a === b || a.tid !== b.tid || a.ts > b.ts) continue;
      const [aEnd, bEnd] = [a.ts + (a.dur ?? 0), b.ts + (b.dur ?? 0)];
      assert(b.ts >= aEnd || bEnd <= aEnd, `${a.name} and ${b.name} overlap`);
    }
  }
});

Deno.test("buildTrace() follows the rules of the Trace Event Format", () => {
  const { traceEvents, displayTimeUnit } = build({
    events: [call("t1", 0), event()],
    spans: [node({ lead_time_ms: null, status: "orphaned" })],
  });
  assertEquals(displayTimeUnit, "ms");
  for (const it of traceEvents) {
    assert(typeof it.name === "string" && typeof it.cat === "string");
    assert([it.ts, it.pid, it.tid].every(Number.isFinite));
    assert("XiM".includes(it.ph));
    if (it.ph === "X") assert((it.dur ?? -1) >= 0);
    if (it.ph === "i") assertEquals(it.s, "t");
    if (it.ph === "M") assert(typeof it.args["name"] === "string");
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type { JsonObject, JsonValue } from "../../../src/proto/mod.ts";
import { asList, asObject, event, list, TestService } from "./_service.ts";

/** Computes the totals of a session that follow from its events. */
function recount(events: JsonValue | undefined): JsonObject {
  const all = asList(events).map(asObject);
  const sum = (key: string) => {
    const known = all.flatMap((event) =>
      event[key] === null ? [] : [Number(event[key])]
    );
    return known.length === 0 ? null : known.reduce((a, b) => a + b);
  };
  return {
    events: all.length,
    tokens_in: sum("tokens_in"),
    tokens_out: sum("tokens_out"),
    cost_usd_e6: sum("cost_usd_e6"),
    last_event_ms: Math.max(...all.map(({ ts_ms }) => Number(ts_ms))),
  };
}

Deno.test("totals and the store's counts agree with a recount, even after a restart and a prune", async () => {
  await using it = new TestService();
  const check = async () => {
    const { store } = await it.ask({ type: "status" });
    const { rows } = await it.ask(list({}));
    let events = 0;
    for (const row of asList(rows)) {
      const { id, totals } = asObject(row);
      const detail = await it.detail(String(id));
      assertEquals(asObject(asObject(detail.session).totals), totals);
      assertEquals({ ...asObject(totals), ...recount(detail.events) }, totals);
      assertEquals(asList(detail.spans).length, asObject(totals).tool_calls);
      events += asList(detail.events).length;
    }
    const { bytes: _, ...counts } = asObject(store);
    assertEquals(counts, { sessions: asList(rows).length, events });
    return events;
  };
  for (let i = 0; i < 60; i++) {
    const fields = {
      event: i % 3 === 0 ? "PreToolUse" : "PostToolUse",
      tool_call_id: `c${i % 11}`,
      timestamp_ms: 1000 * (i % 7) + 1,
      input_tokens: i,
      output_tokens: i % 5 === 0 ? null : 2 * i,
      total_cost_usd: i % 4 === 0 ? 1.005 : -0.5,
      is_error: i % 2 === 0,
    };
    await it.ingest("cursor", event(`s${i % 7}`, fields));
  }
  assertEquals(await check(), 60);
  await it.restart();
  assertEquals(await check(), 60);
  const removed = await it.prune({ before_ms: 3001 });
  const left = await check();
  assertEquals(removed, { sessions: 3, events: 60 - left });
  await it.restart();
  assertEquals(await check(), left);
});

Deno.test("store_prune forgets the session's calls: the next event of that id begins anew", async () => {
  await using it = new TestService();
  await it.ingest(
    "cursor",
    event("s", { event: "PreToolUse", tool_name: "A", tool_call_id: "1" }),
  );
  assertEquals(await it.prune({ session: "s" }), { sessions: 1, events: 1 });
  await it.ingest("cursor", event("s", { event: "Stop" }));
  const { events, spans } = await it.detail("s");
  assertEquals([asList(events).length, asList(spans).length], [1, 0]);
});

Deno.test("after store_prune a session that continues is made of its later events alone, apart from their numbers", async () => {
  await using it = new TestService();
  await using twin = new TestService();
  for (let i = 0; i < 300; i++) {
    const made = event("s", {
      event: i % 2 === 0 ? "PreToolUse" : "PostToolUse",
      tool_name: "T",
      tool_call_id: `c${i >> 1}`,
      timestamp_ms: 1000 + i,
      total_cost_usd: 0.001,
    });
    await it.ingest("cursor", made);
    if (i >= 170) await twin.ingest("cursor", made);
  }
  assertEquals(await it.prune({ before_ms: 1170 }), {
    sessions: 0,
    events: 170,
  });
  const { events, ...rest } = await it.detail("s");
  const { events: fresh, ...expected } = await twin.detail("s");
  assertEquals(rest, expected);
  assertEquals(
    asList(events).map((it) => ({
      ...asObject(it),
      seq: Number(asObject(it).seq) - 170,
    })),
    asList(fresh),
  );
  // It continues as if the prune had not happened.
  await it.ingest("cursor", event("s", { event: "Stop", timestamp_ms: 2000 }));
  assertEquals(asObject(asList((await it.detail("s")).events).at(-1)).seq, 300);
});

Deno.test("store_prune refuses to delete everything, and counts when asked to", async () => {
  await using it = new TestService();
  await it.ingest("cursor", event("s"));
  assertEquals((await it.ask({ type: "store_prune" })).type, "error");
  const counted = await it.ask({
    type: "store_prune",
    session: "s",
    dry_run: true,
  });
  assertEquals([
    counted.removed_sessions,
    counted.removed_events,
    counted.done,
    counted.sessions,
  ], [1, 1, true, 1]);
  const elsewhere = await it.ask({
    type: "store_prune",
    session: "s",
    workspace: "/w",
  });
  assertEquals([elsewhere.removed_sessions, elsewhere.sessions], [0, 1]);
});

Deno.test("store_stats reports the size of the store", async () => {
  await using it = new TestService();
  await it.ingest("cursor", event("s", { timestamp_ms: 70 }));
  await it.ingest("cursor", event("s", { timestamp_ms: 90 }), "/v");
  const { bytes: _, ...stats } = await it.ask({ type: "store_stats" });
  assertEquals(stats, {
    type: "store",
    sessions: 2,
    events: 2,
    workspaces: 2,
    free_bytes: 0,
    oldest_ms: 70,
    newest_ms: 90,
  });
});

Deno.test("Service keeps the events of a quiet session through a crash, however many new ones begin", async () => {
  await using it = new TestService();
  let sent = 0;
  const tell = async (session: string) => {
    const answer = await it.ingest("cursor", event(session, { n: sent++ }));
    assertEquals(answer, { type: "ack", message: "ingested" });
  };
  let quiet = 0;
  // More than one row may lack, and more than is looked through after a crash.
  for (const others of [100, 5000]) {
    await it.service.settled(); // work at the start reads, and a read writes rows
    for (let n = 0; n < 3; n++, quiet++) await tell("quiet");
    // The row of a new session is written at once.
    for (let n = 0; n < others; n++) await tell(`s${sent}`);
    await it.crash();
    const { events } = await it.detail("quiet");
    assertEquals(asList(events).length, quiet);
  }
});

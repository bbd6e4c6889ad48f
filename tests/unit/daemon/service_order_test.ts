// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import type { DaemonRequest } from "../../../src/proto/mod.ts";
import type { Reply } from "../../../src/daemon/reply.ts";
import { asList, asObject, readReply, TestService } from "./_service.ts";

const LIST: DaemonRequest = {
  type: "list_sessions",
  workspace: "/w/app",
  offset: 0,
  limit: 1000,
  filter: {},
};

function event(id: string, fields: Record<string, unknown> = {}) {
  return { event: "Notification", session_id: id, timestamp_ms: 5, ...fields };
}

/** Fills one session with events of about a KiB. */
async function fill(it: TestService, events: number): Promise<void> {
  const asked = [];
  for (let i = 0; i < events; i++) {
    if (!it.service.hasRoom()) await it.service.room();
    asked.push(it.ingest("cursor", event("big", { i, text: "x".repeat(900) })));
  }
  await Promise.all(asked);
}

Deno.test("a read sees the events passed in before it, and none after", async () => {
  await using it = new TestService();
  const total = async () => (await it.ask(LIST)).total;
  const answers = await Promise.all([
    total(),
    it.ingest("cursor", event("a")).then(({ message }) => message),
    total(),
    it.ingest("cursor", event("b")).then(({ message }) => message),
    it.ingest("cursor", event("c")).then(({ message }) => message),
    total(),
    it.detail("c").then(({ events }) => asList(events).length),
  ]);
  assertEquals(answers, [0, "ingested", 1, "ingested", "ingested", 3, 1]);
});

Deno.test("status answers at once and counts the waiting requests; so does hello", async () => {
  await using it = new TestService();
  const waiting = [
    it.ingest("cursor", event("a")),
    it.ask(LIST),
    it.detail("a"),
  ];
  let done = 0;
  for (const one of waiting) one.then(() => done++);
  assertEquals((await it.ask({ type: "status" })).queue_depth, 3);
  assertEquals(done, 0);
  await Promise.all(waiting);
  assertEquals((await it.ask({ type: "status" })).queue_depth, 0);
});

Deno.test("hasRoom() is false while the queue is full, and room() resolves when that changes", async () => {
  await using it = new TestService({ maxQueue: 2 });
  const waiting = [it.ask(LIST), it.ask(LIST)];
  assertEquals(it.service.hasRoom(), false);
  await it.service.room();
  assertEquals(it.service.hasRoom(), true);
  await Promise.all(waiting);
});

Deno.test("a detail of many events shows one snapshot, is streamed, and lets events be stored", async () => {
  await using it = new TestService();
  await fill(it, 3000);
  const reply = await it.service.handle({
    type: "get_session_detail",
    id: "big",
    workspace: "/w/app",
  });
  assert(reply.length > 3_000_000);
  const text: string[] = [];
  const decoder = new TextDecoder();
  let largest = 0;
  for (const chunk of reply.chunks()) {
    largest = Math.max(largest, chunk.length);
    text.push(decoder.decode(chunk, { stream: true }));
    if (text.length % 8 === 0) {
      assertEquals(
        (await it.ingest("cursor", event("big", { late: true }))).message,
        "ingested",
      );
    }
  }
  reply.close?.();
  assert(text.length > 20 && largest <= 128 * 1024);
  const whole = text.join("");
  assertEquals(new TextEncoder().encode(whole).length, reply.length);
  const detail = JSON.parse(whole);
  assertEquals(detail.events.length, 3000);
  assertEquals(detail.session.totals.events, 3000);
  const { events } = await it.detail("big");
  assert(asList(events).length > 3000);
});

Deno.test("a long answer that is not read is released by close(), even if it was partly read", async () => {
  await using it = new TestService();
  await fill(it, 1000);
  const ask = () =>
    it.service.handle({
      type: "get_session_detail",
      id: "big",
      workspace: "/w/app",
    });
  const replies: Reply[] = [];
  for (let i = 0; i < 8; i++) replies.push(await ask());
  for (const [i, reply] of replies.entries()) {
    if (i % 2 === 0) reply.chunks()[Symbol.iterator]().next();
    reply.close?.();
    reply.close?.();
    assertEquals([...reply.chunks()], []);
  }
  // No reader is left that would keep the WAL from being moved into the file.
  await it.prune({ session: "none" });
  assertEquals((await Deno.stat(`${it.path}-wal`)).size, 0);
  assertEquals(asList((await it.detail("big")).events).length, 1000);
});

Deno.test("closing an answer again does not end another one", async () => {
  await using it = new TestService();
  await fill(it, 1000);
  const ask = () =>
    it.service.handle({
      type: "get_session_detail",
      id: "big",
      workspace: "/w/app",
    });
  const first = await ask();
  readReply(first);
  const second = await ask();
  first.close?.();
  await it.prune({ session: "big" });
  assertEquals(asList(readReply(second).events).length, 1000);
  assertEquals((await it.detail("big")).session, null);
});

Deno.test("stop is acknowledged after all earlier requests", async () => {
  await using it = new TestService();
  const filling = [];
  for (let i = 0; i < 8000; i++) {
    if (!it.service.hasRoom()) await it.service.room();
    filling.push(it.ingest("cursor", event(`s${i}`)));
  }
  await Promise.all(filling);
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  const earlier = [
    it.ingest("cursor", event("a")).then(note("ingest")),
    it.detail("a").then(note("detail")),
    // Takes many turns of the event loop.
    it.ask({ ...LIST, limit: 2n ** 63n }).then(note("list")),
  ];
  const stop = await it.service.handle({ type: "stop" });
  order.push("stop");
  assertEquals(stop.after, "stop");
  assertEquals(readReply(stop), { type: "ack", message: "stopping" });
  await Promise.all(earlier);
  assertEquals(order.at(-1), "stop");
  // The daemon stops itself; until then the service continues.
  assertEquals((await it.ingest("cursor", event("b"))).message, "ingested");
});

Deno.test("disposing answers all accepted requests, and refuses later ones", async () => {
  await using it = new TestService();
  const { service } = it;
  const waiting = Array.from(
    { length: 300 },
    (_, i) => it.ingest("cursor", event(`s${i}`)),
  );
  const closed = service[Symbol.asyncDispose]();
  const late = await it.ingest("cursor", event("late"));
  assertEquals([late.type, late.message], [
    "error",
    "Cannot answer as the daemon is stopping",
  ]);
  await closed;
  await service[Symbol.asyncDispose]();
  const answers = await Promise.all(waiting);
  assertEquals(answers.every(({ type }) => type === "ack"), true);
  assertEquals(it.number("SELECT count(*) FROM sessions"), 300);
  await it.restart();
  assertEquals((await it.ask(LIST)).total, 300);
});

Deno.test("a prune that is cut short by a stop is finished after the next start", async () => {
  await using it = new TestService();
  await fill(it, 3000);
  await it.ingest("cursor", event("small"));
  const pruning = it.ask({ type: "store_prune", session: "big" });
  const stop = it.ask({ type: "stop" });
  const pruned = await pruning;
  assertEquals([pruned.removed_sessions, pruned.removed_events, pruned.done], [
    1,
    3000,
    false,
  ]);
  assertEquals((await stop).message, "stopping");
  assert(it.number("SELECT count(*) FROM events") > 1);
  assertEquals(asObject((await it.ask({ type: "status" })).store).events, 1);
  await it.restart();
  await it.service[Symbol.asyncDispose]();
  await it.restart();
  assertEquals(await it.prune({ session: "big" }), { sessions: 0, events: 0 });
  assertEquals(it.number("SELECT count(*) FROM events"), 1);
});

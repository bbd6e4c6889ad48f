// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeFrame } from "../../../src/frame/mod.ts";
import {
  type DaemonRequest,
  encodeRequest,
  MAX_REQUEST_BYTES,
} from "../../../src/proto/mod.ts";
import { LIMITS } from "../../../src/daemon/limits.ts";
import { nextTurn } from "../../../src/daemon/pace.ts";
import type { Reply } from "../../../src/daemon/reply.ts";
import { FakeService, header, startServer, textReply } from "./_server.ts";

const STATUS: DaemonRequest = { type: "status" };
const LIST: DaemonRequest = {
  type: "list_sessions",
  workspace: "/w",
  offset: 0,
  limit: 10,
  filter: {},
};
const MIB = 1024 * 1024;

function frame(text: string): Uint8Array {
  return encodeFrame(new TextEncoder().encode(text));
}

/** An ingest whose frame has `bytes` bytes. */
function ingest(bytes: number): DaemonRequest {
  const request = (payload: string): DaemonRequest => ({
    type: "ingest_hook",
    source: "claude",
    payload,
    workspace: null,
  });
  const empty = encodeRequest(request("")).length + 4;
  return request("x".repeat(bytes - empty));
}

/** Makes `count` pieces of `size` bytes, and counts those that were requested. */
function pieces(count: number, size: number): Reply & { made: () => number } {
  let made = 0;
  return {
    type: "sessions",
    length: count * size,
    *chunks() {
      while (made < count) {
        made++;
        yield new Uint8Array(size);
      }
    },
    made: () => made,
  };
}

Deno.test("Connection answers one request and closes", async () => {
  await using running = await startServer();
  const { text, bytes, end } = await running.ask(STATUS);
  assertEquals([text, bytes, end], ['"status"', 12, "eof"]);
});

Deno.test("Connection answers a request that arrives a byte at a time", async () => {
  await using running = await startServer();
  using client = await running.connect();
  for (const byte of encodeFrame(encodeRequest(STATUS))) {
    await client.write(Uint8Array.of(byte));
  }
  assertEquals((await client.readAll()).text, '"status"');
});

Deno.test("Connection answers a client that has shut down its writing half", async () => {
  await using running = await startServer();
  running.service.hold();
  using client = await running.connect();
  await client.send(LIST);
  await client.conn.closeWrite();
  await running.service.arrived(1);
  running.service.release();
  assertEquals(await client.readAll(), {
    text: '"list_sessions"',
    bytes: 19,
    end: "eof",
  });
});

Deno.test("Connection never reads bytes after the first frame", async () => {
  await using running = await startServer();
  using client = await running.connect();
  const first = encodeFrame(encodeRequest(STATUS));
  const more = new Uint8Array(first.length + 1);
  more.set(first);
  await client.write(more); // at once, so that all is there when the first is answered
  assertEquals((await client.readAll()).text, '"status"');
  assertEquals(running.service.seen.length, 1);
});

// Bytes left unread make the end a reset, unless the reader sees the runtime's shutdown that comes
// just before.
const undecodable: [name: string, bytes: Uint8Array[], end: "eof" | "any"][] = [
  ["an empty frame", [header(0)], "eof"],
  ["an oversize header", [header(MAX_REQUEST_BYTES + 1)], "eof"],
  [
    "an oversize header followed by its body",
    [new Uint8Array(9).fill(255)],
    "any",
  ],
  ["a text protocol", [
    new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
  ], "any"],
  ["half a header", [Uint8Array.of(0, 0)], "eof"],
  ["half a body", [header(9), Uint8Array.of(123)], "eof"],
  ["no JSON", [frame("{")], "eof"],
  ["invalid UTF-8", [encodeFrame(Uint8Array.of(0x22, 0xff, 0x22))], "eof"],
  ["a byte order mark", [frame('\ufeff{"type":"status"}')], "eof"],
  ["an unknown type", [frame('{"type":"nope"}')], "eof"],
  ["a missing field", [frame('{"type":"get_session_detail"}')], "eof"],
  ["a lone surrogate", [frame('{"type":"status","x":"\\ud800"}')], "eof"],
  [
    "deep nesting",
    [frame(`{"type":"status","x":${"[".repeat(128)}${"]".repeat(128)}}`)],
    "eof",
  ],
];
for (const [name, bytes, end] of undecodable) {
  Deno.test(`Connection closes without an answer after ${name}`, async () => {
    await using running = await startServer();
    using client = await running.connect();
    await client.write(...bytes);
    if (end === "eof") await client.conn.closeWrite();
    const ending = await client.readAll();
    assertEquals(ending.bytes, 0);
    if (end === "eof") assertEquals(ending.end, end);
    assertEquals(running.service.seen, []);
    assertEquals((await running.ask(STATUS)).text, '"status"');
    assertEquals(running.log.lines.length, 1);
  });
}

Deno.test("Connection does not log a client that only connects and closes", async () => {
  await using running = await startServer();
  using client = await running.connect();
  await client.conn.closeWrite();
  assertEquals((await client.readAll()).bytes, 0);
  assertEquals(running.log.lines, []);
});

Deno.test("Connection accepts a request of exactly the limit", async () => {
  await using running = await startServer();
  using client = await running.connect();
  await client.send(ingest(MAX_REQUEST_BYTES + 4));
  assertEquals((await client.readAll()).text, '"ingest_hook"');
});

Deno.test("Connection is closed when no byte arrives", async () => {
  await using running = await startServer({ limits: { idleMs: 1 } });
  using client = await running.connect();
  assertEquals(await client.readAll(), { text: "", bytes: 0, end: "eof" });
  assertEquals(running.log.lines[0]?.reason, "sent nothing for 1 ms");
});

Deno.test("Connection is closed when its request does not arrive in time, even if its sender keeps sending", async () => {
  await using running = await startServer({ limits: { requestMs: 50 } });
  using client = await running.connect();
  await client.write(header(MIB));
  const ended = client.readAll();
  let open = true;
  ended.then(() => open = false);
  while (open) {
    try {
      await client.write(Uint8Array.of(32));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals((await ended).bytes, 0);
  assertEquals(
    running.log.lines[0]?.reason,
    "did not send its request within 50 ms",
  );
});

Deno.test("Connection may wait for its answer longer than for its request", async () => {
  await using running = await startServer({
    limits: { requestMs: 1, idleMs: 10_000, stalledReaderMs: 1 },
  });
  running.service.hold();
  using client = await running.connect();
  await client.send(LIST);
  await running.service.arrived(1);
  using silent = await running.connect();
  await silent.write(Uint8Array.of(0));
  await silent.readAll(); // the sweep has passed over both
  running.service.release();
  assertEquals((await client.readAll()).text, '"list_sessions"');
});

Deno.test("Connection is cut when its reader stops, and delays no other", async () => {
  const huge = pieces(256, MIB);
  const service = new FakeService({ list_sessions: huge });
  await using running = await startServer({
    service,
    limits: { stalledReaderMs: 100 },
  });
  using client = await running.connect();
  await client.send(LIST);
  await service.arrived(1);
  assertEquals((await running.ask(STATUS)).text, '"status"');
  await running.log.said("connection cut");
  const { bytes } = await client.readAll();
  assert(bytes > 0 && bytes < 2 * MIB, `${bytes}`);
  assert(huge.made() < 4, `${huge.made()} pieces for a reader that stopped`);
  assertEquals(
    running.log.lines[0]?.reason,
    "did not take its answer for 100 ms",
  );
});

Deno.test("Connection gives a reader that keeps reading all the time it needs", async () => {
  const service = new FakeService({ list_sessions: pieces(40, 64 * 1024) });
  await using running = await startServer({
    service,
    limits: { stalledReaderMs: 300 },
  });
  using client = await running.connect();
  await client.send(LIST);
  let bytes = 0;
  for (let n: number | null = 0; n !== null;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    n = await client.conn.read(new Uint8Array(64 * 1024));
    bytes += n ?? 0;
  }
  assertEquals(bytes, 40 * 64 * 1024 + 4);
});

Deno.test("Connection makes no more of a long answer while others are not read, but all of a short one", async () => {
  const first = pieces(64, MIB);
  const second = pieces(2, MIB);
  const service = new FakeService({
    list_sessions: first,
    get_session_detail: second,
  });
  await using running = await startServer({
    service,
    limits: { pendingAnswerBytes: MIB },
  });
  using stopped = await running.connect();
  await stopped.send(LIST);
  await stopped.conn.read(new Uint8Array(1)); // the first part is being written
  const waiting = running.ask({ type: "get_session_detail", id: "x" });
  await service.arrived(2);
  assertEquals((await running.ask(STATUS)).text, '"status"');
  assertEquals([first.made(), second.made()], [1, 0]);
  stopped.close();
  assertEquals((await waiting).bytes, 2 * MIB + 4);
});

Deno.test("Connection answers an error in place of an answer too long for a header", async () => {
  const service = new FakeService({ list_sessions: pieces(3, 100) });
  await using running = await startServer({
    service,
    limits: { answerBytes: 299 },
  });
  const { text, end } = await running.ask(LIST);
  assertEquals([JSON.parse(text), end], [{
    type: "error",
    message:
      "Cannot send answer as it must be <= 299 bytes: current length is 300",
    supported_min: null,
    supported_max: null,
  }, "eof"]);
});

/** Limits with which each answer counts as long, so that it is sent while it is made. */
const LONG = { freeAnswerBytes: 0 };

for (const [wrong, length] of [["short", 9], ["long", 7]] as const) {
  Deno.test(`Connection never ends an answer that is too ${wrong} like a whole one`, async () => {
    const reply = { ...textReply("12345678"), length };
    const service = new FakeService({ list_sessions: reply });
    await using running = await startServer({ service, limits: LONG });
    const { bytes } = await running.ask(LIST);
    assert(bytes < length + 4, `${bytes}`);
    assertEquals(running.log.lines[0]?.message, "connection failed");
  });
}

Deno.test("Connection survives an answer that breaks in the middle", async () => {
  const reply = {
    type: "sessions" as const,
    length: 9,
    *chunks() {
      yield new Uint8Array(5);
      throw new Error("disk gone");
    },
  };
  const service = new FakeService({ list_sessions: reply });
  await using running = await startServer({ service, limits: LONG });
  assertEquals((await running.ask(LIST)).bytes, 9);
  const [line] = running.log.lines;
  assertEquals([line?.message, line?.reason], [
    "answer broken off",
    "disk gone",
  ]);
  assertEquals((await running.ask(STATUS)).text, '"status"');
});

for (
  const [when, length, sent] of [
    ["a long answer that breaks before its first byte", 1, 0],
    ["a short answer that breaks in the middle", 0, 5],
  ] as const
) {
  Deno.test(`Connection answers an error in place of ${when}`, async () => {
    const reply = closable({
      type: "sessions",
      length: LIMITS.freeAnswerBytes + length,
      *chunks() {
        if (sent > 0) yield new Uint8Array(sent);
        throw new Error("disk gone");
      },
    });
    const service = new FakeService({ list_sessions: reply });
    await using running = await startServer({ service });
    const { text, end } = await running.ask(LIST);
    assertEquals([JSON.parse(text).message, end], ["disk gone", "eof"]);
    assertEquals(reply.closed(), 1);
  });
}

Deno.test("Connection lets a request wait for room in the queue, but not a status", async () => {
  await using running = await startServer();
  running.service.fill();
  using client = await running.connect();
  await client.send(LIST);
  assertEquals((await running.ask(STATUS)).text, '"status"');
  assertEquals(running.service.seen, [STATUS]);
  running.service.empty();
  assertEquals((await client.readAll()).text, '"list_sessions"');
});

Deno.test("Connection reads a large request only when a slot is free, a small one always", async () => {
  await using running = await startServer({
    limits: { freeRequestBytes: 1_000, largeRequests: 1 },
  });
  running.service.hold();
  using first = await running.connect();
  await first.send(ingest(200_000));
  await running.service.arrived(1);
  using second = await running.connect();
  let sent = false; // more than a socket takes without a reader
  const sending = second.send(ingest(400_000)).then(() => sent = true);
  using small = await running.connect();
  await small.send(ingest(900));
  await running.service.arrived(2);
  for (let i = 0; i < 50; i++) await running.ask(STATUS);
  assertEquals(sent, false);
  running.service.release();
  assertEquals((await first.readAll()).text, '"ingest_hook"');
  await sending;
  assertEquals((await second.readAll()).text, '"ingest_hook"');
  assertEquals((await small.readAll()).text, '"ingest_hook"');
});

Deno.test("Connection has garbage collected after many bytes of large requests, not after many requests", async () => {
  const { gc } = globalThis;
  let collected = 0;
  globalThis.gc = () => collected++;
  try {
    await using running = await startServer({
      limits: { freeRequestBytes: 1_000, garbageBytes: 100_000 },
    });
    const counts = [];
    for (const bytes of [900, 30_000, 30_000, 30_000, 30_000, 200_000]) {
      using client = await running.connect();
      await client.send(ingest(bytes));
      await client.readAll();
      while (running.server.size > 0) await nextTurn();
      counts.push(collected);
    }
    assertEquals(counts, [0, 0, 0, 0, 1, 2]);
  } finally {
    globalThis.gc = gc;
  }
});

Deno.test("Server has the garbage of long answers collected once no client is left", async () => {
  const { gc } = globalThis;
  const collected = Promise.withResolvers<number>();
  await using running = await startServer({
    service: new FakeService({ list_sessions: pieces(4, MIB) }),
    limits: { garbageBytes: 4 * MIB },
  });
  globalThis.gc = () => collected.resolve(running.server.size);
  try {
    assertEquals((await running.ask(LIST)).bytes, 4 * MIB + 4);
    assertEquals(await collected.promise, 0);
  } finally {
    globalThis.gc = gc;
  }
});

Deno.test("Connection reports that it answered a stop", async () => {
  const stop = textReply('{"type":"ack","message":"stopping"}', "stop");
  await using running = await startServer({
    service: new FakeService({ stop }),
  });
  assertStringIncludes((await running.ask({ type: "stop" })).text, "stopping");
  await running.server.stopAsked;
});

Deno.test("Connection does not count a stop whose answer could not be written", async () => {
  const stop = textReply("{}", "stop");
  await using running = await startServer({
    service: new FakeService({ stop }),
  });
  running.service.hold();
  using client = await running.connect();
  await client.send({ type: "stop" });
  await running.service.arrived(1);
  client.close();
  running.service.release();
  await running.log.said("client went away");
  let stopped = false;
  running.server.stopAsked.then(() => stopped = true);
  assertEquals((await running.ask(STATUS)).text, '"status"');
  assertEquals(stopped, false);
});

/** Counts how often the reply is closed. */
function closable(reply: Reply): Reply & { closed: () => number } {
  let count = 0;
  return { ...reply, close: () => void count++, closed: () => count };
}

Deno.test("Connection closes the source of an answer when it is sent", async () => {
  const reply = closable(textReply("[1]"));
  const service = new FakeService({ list_sessions: reply });
  await using running = await startServer({ service });
  await running.ask(LIST);
  await running.server.close();
  assertEquals(reply.closed(), 1);
});

Deno.test("Connection closes the source of an answer that is too long, or broken off", async () => {
  const long = closable(pieces(65, MIB));
  const broken = closable(pieces(64, MIB));
  const service = new FakeService({
    list_sessions: long,
    get_session_detail: broken,
  });
  await using running = await startServer({
    service,
    limits: { answerBytes: 64 * MIB },
  });
  await running.ask(LIST);
  using client = await running.connect();
  await client.send({ type: "get_session_detail", id: "x" });
  await client.conn.read(new Uint8Array(1));
  client.close();
  await running.log.said("client went away");
  assertEquals([long.closed(), broken.closed()], [1, 1]);
});

Deno.test("Connection closes the source of an answer whose reader left before it began", async () => {
  const reply = closable(pieces(64, MIB));
  const service = new FakeService({ list_sessions: reply });
  await using running = await startServer({ service });
  service.hold();
  using client = await running.connect();
  await client.send(LIST);
  await service.arrived(1);
  client.close();
  service.release();
  await running.log.said("client went away");
  assertEquals(reply.closed(), 1);
});

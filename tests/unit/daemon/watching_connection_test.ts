// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Connections on which answers follow one another.
 */
import { assertEquals } from "@std/assert";
import type { ReplyBody, ReplyStream } from "../../../src/daemon/reply.ts";
import { type Client, FakeService, startServer, textReply } from "./_server.ts";

/** A stream that the test feeds. */
class FakeStream implements ReplyStream {
  readonly #bodies: (ReplyBody | null)[] = [];
  #wake = Promise.withResolvers<void>();
  readonly closed = Promise.withResolvers<void>();
  isClosed = false;

  push(body: ReplyBody | null): void {
    this.#bodies.push(body);
    this.#wake.resolve();
  }

  async next(stop: AbortSignal): Promise<ReplyBody | null> {
    stop.addEventListener("abort", () => this.#wake.resolve());
    if (stop.aborted) this.#wake.resolve();
    if (this.#bodies.length === 0) await this.#wake.promise;
    this.#wake = Promise.withResolvers();
    const body = this.#bodies.shift();
    if (body !== undefined) return body;
    this.#bodies.push(null);
    return textReply("stopping");
  }

  close(): void {
    this.isClosed = true;
    this.closed.resolve();
  }
}

const WATCH = { type: "watch_events" } as const;

function serviceWith(stream: ReplyStream): FakeService {
  return new FakeService({ watch_events: { ...textReply("begin"), stream } });
}

/** Reads the first answer. */
async function readBegin({ conn }: Client): Promise<void> {
  const begin = new Uint8Array(9);
  for (let n = 0; n < begin.length;) {
    n += await conn.read(begin.subarray(n)) ?? begin.length;
  }
}

/** A body of two frames with their headers. */
const FRAMED: ReplyBody = {
  length: 10,
  isFramed: true,
  chunks: () => [Uint8Array.of(0, 0, 0, 1, 97), Uint8Array.of(0, 0, 0, 1, 98)],
};

Deno.test("Connection sends the answers of a stream one after the other, frames as they are", async () => {
  const stream = new FakeStream();
  await using running = await startServer({ service: serviceWith(stream) });
  using client = await running.connect();
  await client.send(WATCH);
  stream.push(FRAMED);
  stream.push(textReply("end"));
  stream.push(null);
  const { text, end } = await client.readAll();
  assertEquals(
    [text, end],
    ["begin\0\0\0\x01a\0\0\0\x01b\0\0\0\x03end", "eof"],
  );
  assertEquals(stream.isClosed, true);
});

Deno.test("Connection frees the place of a client that leaves while nothing happens", async () => {
  const stream = new FakeStream();
  await using running = await startServer({ service: serviceWith(stream) });
  const client = await running.connect();
  await client.send(WATCH);
  await readBegin(client);
  client.close();
  await stream.closed.promise;
  assertEquals(running.log.lines, []);
});

Deno.test("Server tells a client that watches when it stops", async () => {
  const stream = new FakeStream();
  await using running = await startServer({ service: serviceWith(stream) });
  using client = await running.connect();
  await client.send(WATCH);
  await running.service.arrived(1);
  const closing = running.server.close();
  const { text, end } = await client.readAll();
  assertEquals([text, end], ["begin\0\0\0\x08stopping", "eof"]);
  await closing;
});

Deno.test("Server closes a client that waits for events when all places are taken, not one that asks", async () => {
  const stream = new FakeStream();
  await using running = await startServer({
    limits: { connections: 1 },
    service: serviceWith(stream),
  });
  using watcher = await running.connect();
  await watcher.send(WATCH);
  await readBegin(watcher);
  const { text } = await running.ask({ type: "status" });
  assertEquals(text, '"status"');
  await stream.closed.promise;
  assertEquals(
    running.log.lines.map(({ reason }) => reason),
    ["too many connections"],
  );
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../../src/daemon/limits.ts";
import { nextTurn } from "../../../src/daemon/pace.ts";
import { Pending } from "../../../src/daemon/pending.ts";
import type { Reply } from "../../../src/daemon/reply.ts";
import { MAX_QUEUE } from "../../../src/daemon/service.ts";
import type { DaemonRequest } from "../../../src/proto/mod.ts";
import { FakeService, header, startServer } from "./_server.ts";
import { list, TestService } from "./_service.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const PAGE = new URL("../../../docs/daemon.md", import.meta.url);

Deno.test("docs/daemon.md lists the limits that the daemon runs with", async () => {
  const free = LIMITS.freeAnswerBytes / KIB;
  const rows: Record<string, string> = {
    "request": `${LIMITS.requestBytes / MIB} MiB`,
    "answer": `${(LIMITS.answerBytes + 1) / KIB / MIB} GiB - 1`,
    "connections": `${LIMITS.connections}`,
    "no first byte": `${LIMITS.idleMs / 1000} s`,
    "from a request's first byte to its last": `${LIMITS.requestMs / 1000} s`,
    [`piece of ${LIMITS.pieceBytes / KIB} KiB of an answer not taken`]: `${
      LIMITS.stalledReaderMs / 1000
    } s`,
    "requests waiting for the store": MAX_QUEUE.toLocaleString("en"),
    [`requests over ${LIMITS.freeRequestBytes / KIB} KiB at once`]:
      `${LIMITS.largeRequests}`,
    [`answers over ${free} KiB made and not taken`]: `${
      LIMITS.pendingAnswerBytes / MIB
    } MiB in all`,
    "answers read from the store while they are sent": `${LIMITS.longAnswers}`,
    "a stop waits for answers": `${LIMITS.shutdownMs / 1000} s`,
  };
  const told = (await Deno.readTextFile(PAGE)).split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  for (const [name, value] of Object.entries(rows)) {
    const row = told.find(([, first]) => first === name);
    assertEquals([name, row?.[2]], [name, value]);
  }
});

/** An answer may exceed its limit by this: a span whose paths come from two events. */
const LARGEST_PART = 2 * LIMITS.requestBytes;
const PROMISED = 256 * MIB;

Deno.test("LIMITS keep all that connections hold within 256 MiB", () => {
  const pending = new Pending(LIMITS);
  const { signal } = new AbortController();
  for (let i = 0; i < LIMITS.largeRequests; i++) {
    pending.largeRequests.draw(() => 1, signal);
  }
  for (let i = 0; i < LIMITS.longAnswers; i++) {
    pending.longAnswers.draw(() => 1, signal);
  }
  const most = LIMITS.pendingAnswerBytes + LARGEST_PART;
  pending.answers.draw(() => most, signal);
  const bytes = pending.bytes(LIMITS.connections);
  assert(bytes <= PROMISED, `${bytes}`);
  assert(bytes > PROMISED - MIB, `${bytes}: the promise is not what is held`);
});

/** Answers with 32 MiB that read the store, and counts those that are open. */
class StoredAnswers extends FakeService {
  open = 0;
  most = 0;

  override async handle(request: DaemonRequest): Promise<Reply> {
    if (request.type === "status") return await super.handle(request);
    this.open++;
    this.most = Math.max(this.most, this.open);
    let isOpen = true;
    return {
      type: "detail",
      length: 32 * MIB,
      *chunks() {
        for (let i = 0; i < 64; i++) yield new Uint8Array(512 * KIB);
      },
      close: () => {
        if (isOpen) this.open--;
        isOpen = false;
      },
    };
  }
}

Deno.test("Server lets clients that stop hold no more than the limits promise, and serves each in its turn", async () => {
  const READERS = 200;
  const SENDERS = 50;
  const service = new StoredAnswers();
  await using running = await startServer({
    service,
    limits: { crowdedReaderMs: 50 },
  });
  const { server } = running;
  let peak = 0;
  const look = () => peak = Math.max(peak, server.pendingBytes);
  const clients = [];
  while (clients.length < SENDERS) {
    const client = await running.connect();
    clients.push(client);
    // With the header, this is more than is read of each: two of them go on to be read.
    await client.write(header(LIMITS.requestBytes));
    await client.write("x".repeat(LIMITS.freeRequestBytes));
    look();
  }
  const served = [];
  while (served.length < READERS) {
    const client = await running.connect();
    clients.push(client);
    await client.send({ type: "get_session_detail", id: "s" });
    // One byte, and no more until the daemon cuts it.
    served.push(client.conn.read(new Uint8Array(1)).finally(look));
  }
  assertEquals((await running.ask({ type: "status" })).text, '"status"');
  assertEquals(await Promise.all(served), served.map(() => 1));
  look();
  const { longAnswers, longAnswerBytes } = LIMITS;
  assertEquals(service.most, longAnswers);
  assert(peak > longAnswers * longAnswerBytes + 64 * MIB, `${peak}`);
  assert(peak <= PROMISED, `${peak}`);
  for (const client of clients) client.close();
  while (server.size > 0) await nextTurn();
  assertEquals([service.open, server.pendingBytes], [0, 0]);
});

Deno.test("Server holds as many connections as its limit, and not one more", async () => {
  await using running = await startServer();
  const { connections } = LIMITS;
  const first = await running.connect();
  const others = [];
  while (others.length < connections - 1) others.push(await running.connect());
  while (running.server.size < connections) await nextTurn();
  assertEquals(running.log.lines, []);
  others.push(await running.connect());
  assertEquals((await first.readAll()).bytes, 0);
  assertEquals(running.log.lines.map(({ reason }) => reason), [
    "too many connections",
  ]);
  for (const client of [first, ...others]) client.close();
});

Deno.test("Service has room for as many requests as its limit, and not one more", async () => {
  await using it = new TestService();
  const asked = [];
  while (asked.length < MAX_QUEUE) {
    assertEquals(it.service.hasRoom(), true);
    asked.push(it.ask(list({})));
  }
  assertEquals(it.service.hasRoom(), false);
  await Promise.all(asked);
  assertEquals(it.service.hasRoom(), true);
});

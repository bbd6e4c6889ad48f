// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../../src/daemon/limits.ts";
import { nextTurn } from "../../../src/daemon/pace.ts";
import { MAX_QUEUE } from "../../../src/daemon/service.ts";
import { startServer } from "./_server.ts";
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
    "a stop waits for answers": `${LIMITS.shutdownMs / 1000} s`,
  };
  const told = (await Deno.readTextFile(PAGE)).split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  for (const [name, value] of Object.entries(rows)) {
    const row = told.find(([, first]) => first === name);
    assertEquals([name, row?.[2]], [name, value]);
  }
});

Deno.test("LIMITS keep the answers of all connections within 256 MiB, and their requests within 128", () => {
  const { connections, freeAnswerBytes, freeRequestBytes } = LIMITS;
  const largestPart = 2 * LIMITS.requestBytes;
  const answers = connections * freeAnswerBytes + LIMITS.pendingAnswerBytes +
    largestPart;
  assert(answers <= 256 * MIB, `${answers}`);
  const requests = connections * freeRequestBytes +
    LIMITS.largeRequests * LIMITS.requestBytes;
  assert(requests <= 128 * MIB, `${requests}`);
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

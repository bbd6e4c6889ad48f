// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  type Acceptor,
  Server,
  SPARE_DESCRIPTORS,
} from "../../../src/daemon/server.ts";
import { nextTurn } from "../../../src/daemon/pace.ts";
import { SocketTurn } from "../../../src/daemon/socket_turn.ts";
import type { DaemonRequest } from "../../../src/proto/mod.ts";
import { tempFolder } from "./_folder.ts";
import {
  Client,
  FakeService,
  LogLines,
  PATIENT,
  startServer,
} from "./_server.ts";

const STATUS: DaemonRequest = { type: "status" };
const DETAIL: DaemonRequest = { type: "get_session_detail", id: "x" };
const NOTHING = { text: "", bytes: 0, end: "eof" } as const;

Deno.test("Server closes the longest idle connection when one too many arrives", async () => {
  await using running = await startServer({ limits: { connections: 4 } });
  using first = await running.connect();
  using second = await running.connect();
  using third = await running.connect();
  await first.write(Uint8Array.of(0));
  for (let i = 0; i < 5; i++) await running.ask(STATUS); // the byte has been read by then
  assertEquals(running.log.lines, []);
  using fourth = await running.connect();
  using fifth = await running.connect();
  assertEquals(await second.readAll(), NOTHING);
  assertEquals(running.log.lines.map((line) => line.reason), [
    "too many connections",
  ]);
  for (const client of [first, third, fourth, fifth]) client.close();
});

Deno.test("Server never closes a connection with a complete request to make room", async () => {
  await using running = await startServer({ limits: { connections: 2 } });
  running.service.hold();
  using waiting = await running.connect();
  await waiting.send(DETAIL);
  await running.service.arrived(1);
  using idle = await running.connect();
  assertEquals((await running.ask(STATUS)).text, '"status"');
  assertEquals(await idle.readAll(), NOTHING);
  running.service.release();
  assertEquals((await waiting.readAll()).text, '"get_session_detail"');
});

Deno.test("Server lets the next connection wait when all have complete requests", async () => {
  await using running = await startServer({ limits: { connections: 2 } });
  running.service.hold();
  const both = [running.ask(DETAIL), running.ask(DETAIL)];
  await running.service.arrived(2);
  using next = await running.connect();
  await next.send(STATUS);
  assertEquals([running.service.seen.length, running.server.size], [2, 2]);
  running.service.release();
  assertEquals((await next.readAll()).text, '"status"');
  for (const { text } of await Promise.all(both)) {
    assertEquals(text, '"get_session_detail"');
  }
});

Deno.test("Server serves one client while others are silent, slow or gone", async () => {
  await using running = await startServer();
  const others = await Promise.all(
    Array.from({ length: 50 }, () => running.connect()),
  );
  for (const [i, other] of others.entries()) {
    if (i % 3 === 1) await other.write(Uint8Array.of(0, 0, 1));
    if (i % 3 === 2) other.close();
  }
  for (let i = 0; i < 20; i++) {
    assertEquals((await running.ask(STATUS)).text, '"status"');
  }
  for (const other of others) other.close();
});

/** Fails as the test says, then returns the connections that it was given. */
class FakeAcceptor implements Acceptor {
  readonly #outcomes: (Deno.Conn | Promise<Deno.Conn> | Error)[];
  readonly #end = Promise.withResolvers<Deno.Conn>();
  calls = 0;

  constructor(...outcomes: (Deno.Conn | Promise<Deno.Conn> | Error)[]) {
    this.#outcomes = outcomes;
    this.#end.promise.catch(() => {}); // a server that is busy does not wait for it
  }

  async accept(): Promise<Deno.Conn> {
    this.calls++;
    const outcome = this.#outcomes.shift();
    if (outcome instanceof Error) throw outcome;
    return await (outcome ?? this.#end.promise);
  }

  close(): void {
    this.#end.reject(new Deno.errors.BadResource("closed"));
  }
}

/** Two ends of one connection. */
async function pair(): Promise<[client: Client, server: Deno.Conn]> {
  const folder = await Deno.makeTempDir({ prefix: "kz" });
  const path = `${folder}/s`;
  using listener = Deno.listen({ transport: "unix", path });
  const [client, server] = await Promise.all([
    Deno.connect({ transport: "unix", path }),
    listener.accept(),
  ]);
  await Deno.remove(folder, { recursive: true });
  return [new Client(client), server];
}

Deno.test("Server keeps a client that has sent its request, however many come and vanish after it", async () => {
  const crowd = 300;
  const pairs = [];
  while (pairs.length <= crowd) pairs.push(await pair());
  const [client] = pairs[0] ?? [];
  if (client === undefined) throw new TypeError("no client");
  await client.send(STATUS);
  for (const [gone] of pairs.slice(1)) gone.close();
  const log = new LogLines();
  using folder = tempFolder();
  using turn = await SocketTurn.open(`${folder.path}/turn.sock`);
  const acceptor = new FakeAcceptor(...pairs.map(([, conn]) => conn));
  await using server = new Server({
    acceptor,
    service: new FakeService(),
    limits: { ...PATIENT, connections: 64 },
    log: log.log,
    turn: () => turn.wait(),
  });
  assertEquals((await client.readAll()).text, '"status"');
  client.close();
  while (acceptor.calls <= pairs.length || server.size > 0) await nextTurn();
  assertEquals(log.lines, []);
});

Deno.test("Server continues after accept errors, and logs them once", async () => {
  const [client, conn] = await pair();
  using _ = client;
  const full = new Error("Too many open files (os error 24)");
  const log = new LogLines();
  await using _server = new Server({
    acceptor: new FakeAcceptor(full, full, full, conn),
    service: new FakeService(),
    limits: PATIENT,
    log: log.log,
  });
  await client.send(STATUS);
  assertEquals((await client.readAll()).text, '"status"');
  assertEquals(log.lines, [{
    message: "accept failed, retrying",
    reason: "Too many open files (os error 24)",
  }]);
});

Deno.test("Server gives up idle connections when descriptors run out", async () => {
  const [idle, conn] = await pair();
  using _ = idle;
  await using _server = new Server({
    acceptor: new FakeAcceptor(conn, new Error("Too many open files")),
    service: new FakeService(),
    limits: { ...PATIENT, acceptPauseMs: 60_000 }, // ends with the connection, not with time
    log: () => {},
  });
  assertEquals(await idle.readAll(), NOTHING);
});

Deno.test("Server keeps descriptors free after they ran out, until all connections have gone", async () => {
  const pairs = await Promise.all(
    Array.from({ length: SPARE_DESCRIPTORS + 6 }, () => pair()),
  );
  const conns = pairs.map(([, conn]) => conn);
  const clients = pairs.map(([client]) => client);
  const full = new Error("Too many open files");
  const later = conns.splice(-2);
  const again = Promise.withResolvers<Deno.Conn>();
  const log = new LogLines();
  await using server = new Server({
    acceptor: new FakeAcceptor(...conns, full, ...later, again.promise),
    service: new FakeService(),
    limits: { ...PATIENT, acceptPauseMs: 60_000 },
    log: log.log,
  });
  const failures = () =>
    log.lines.filter(({ message }) => message.startsWith("accept failed"));
  // Four may stay; then each of the two later ones takes the place of an earlier one.
  const staying = clients.splice(-4);
  for (const client of clients) assertEquals(await client.readAll(), NOTHING);
  assertEquals([server.size, failures().length], [4, 1]);
  for (const client of [...clients, ...staying]) client.close();
  while (server.size > 0) await nextTurn();
  again.reject(full);
  while (failures().length < 2) await nextTurn();
});

Deno.test("Server.close() cuts clients without a request, and waits for the others", async () => {
  const running = await startServer();
  running.service.hold();
  using waiting = await running.connect();
  await waiting.send(DETAIL);
  await running.service.arrived(1);
  using idle = await running.connect();
  using half = await running.connect();
  await half.write(Uint8Array.of(0, 0));
  while (running.server.size < 3) await running.ask(STATUS);
  const closed = running.server.close();
  assertEquals(await idle.readAll(), NOTHING);
  await half.readAll();
  running.service.release();
  assertEquals((await waiting.readAll()).text, '"get_session_detail"');
  await closed;
  assertEquals(running.server.size, 0);
  await running[Symbol.asyncDispose]();
});

Deno.test("Server.close() stops waiting for late answers at its limit", async () => {
  const running = await startServer({ limits: { shutdownMs: 1 } });
  running.service.hold();
  using waiting = await running.connect();
  await waiting.send(DETAIL);
  await running.service.arrived(1);
  await running.server.close();
  assertEquals(await waiting.readAll(), NOTHING);
  await running[Symbol.asyncDispose]();
});

Deno.test("Server.close() may be called twice, and holds new connections until the server is disposed of", async () => {
  const running = await startServer({ limits: { connections: 2 } });
  await Promise.all([running.server.close(), running.server.close()]);
  const held = [await running.connect(), await running.connect()];
  using last = await running.connect();
  assertEquals(await last.readAll(), NOTHING); // no room to hold it
  for (const client of held) await client.send(STATUS);
  const ends = Promise.all(held.map((client) => client.readAll()));
  await running.server[Symbol.asyncDispose]();
  for (const { bytes } of await ends) assertEquals(bytes, 0);
  assertEquals(running.service.seen, []);
  const error = await running.connect().catch((error) => error);
  assertEquals(error instanceof Deno.errors.NotFound, true);
  for (const client of held) client.close();
  await running[Symbol.asyncDispose]();
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import type { DaemonRequest } from "../../src/proto/mod.ts";
import { tempHome } from "./harness.ts";
import {
  ask,
  askStatus,
  connect,
  exists,
  frameOf,
  ingest,
  readToEnd,
  sessionIds,
  writeTo,
} from "./_socket.ts";

/**
 * More than the two seconds that a stop may take, so that no test fails on a busy machine, in
 * milliseconds.
 */
const STOP_MS = 5_000;
/** Number of clients of each kind that are connected when the daemon stops. */
const CLIENTS = 20;
/** Number of events of 1 MB, which are more than a socket takes at once. */
const LONG_EVENTS = 4;

function longEvent(session_id: string, workspace: string): DaemonRequest {
  const payload = JSON.stringify({
    hook_event_name: "Notification",
    session_id,
    text: "x".repeat(1_000_000),
  });
  return { type: "ingest_hook", source: "claude", payload, workspace };
}

async function connectMany(
  socket: string,
  bytes: Uint8Array | null,
): Promise<Deno.UnixConn[]> {
  return await Promise.all(Array.from({ length: CLIENTS }, async () => {
    const conn = await connect(socket);
    if (bytes !== null) await writeTo(conn, bytes);
    return conn;
  }));
}

for (const how of ["SIGTERM", "SIGINT", "stop"] as const) {
  Deno.test(`daemon run exits cleanly on ${how} while clients are connected`, async () => {
    await using home = await tempHome();
    const daemon = await home.startDaemon();
    for (let i = 0; i < LONG_EVENTS; i++) {
      await ask(home.socket, longEvent("s1", home.workspace));
    }
    const silent = await connectMany(home.socket, null);
    const half = await connectMany(home.socket, Uint8Array.of(0, 0, 1));
    const readers = await connectMany(
      home.socket,
      frameOf({
        type: "get_session_detail",
        id: "s1",
        workspace: home.workspace,
      }),
    );
    // Each has read the header of its answer, and reads no more.
    for (const conn of readers) await conn.read(new Uint8Array(4));
    const started = performance.now();
    if (how === "stop") {
      assertEquals(await ask(home.socket, { type: "stop" }), {
        text: '{"type":"ack","message":"stopping"}',
        end: "eof",
      });
    } else daemon.signal(how);
    const { code, signal, stderr } = await daemon.ended;
    assert(performance.now() - started < STOP_MS);
    assertEquals([code, signal], [0, null], stderr);
    for (const conn of [...silent, ...half]) {
      assertEquals((await readToEnd(conn)).text, "");
    }
    for (const conn of readers) {
      const { text } = await readToEnd(conn);
      assert(text.length < LONG_EVENTS * 1_000_000, "it was cut");
    }
    for (const conn of [...silent, ...half, ...readers]) conn.close();
    assertEquals(await exists(home.socket), false);
    assertEquals(await exists(`${home.home}/daemon.pid`), true);
    assertEquals(await exists(`${home.home}/store.db-wal`), false);
    await using _next = await home.startDaemon();
    assertEquals(await sessionIds(home.socket, home.workspace), ["s1"]);
  });
}

Deno.test("daemon run answers the requests that came before the stop", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  const clients = await Promise.all(
    Array.from({ length: 50 }, () => connect(home.socket)),
  );
  await Promise.all(
    clients.map((conn, i) =>
      writeTo(conn, frameOf(ingest(`s${i + 10}`, home.workspace)))
    ),
  );
  const answers = clients.map((conn) => readToEnd(conn));
  daemon.signal("SIGTERM");
  const acked = (await Promise.all(answers)).filter(({ text }) => text !== "");
  assertEquals((await daemon.ended).code, 0);
  for (const conn of clients) conn.close();
  await using _next = await home.startDaemon();
  const stored = await sessionIds(home.socket, home.workspace);
  assert(stored.length >= acked.length, `${stored.length} ${acked.length}`);
});

Deno.test("a stop whose client goes away before the ack either does nothing or ends the daemon cleanly", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  for (let i = 0; i < 20; i++) {
    const conn = await connect(home.socket);
    await writeTo(conn, frameOf({ type: "stop" }));
    conn.close();
    if (!await exists(home.socket)) break;
  }
  // It is a race whether the answer can be written. Either the daemon still works, or it has exited
  // cleanly.
  const alive = await askStatus(home.socket).catch(() => null);
  if (alive !== null) daemon.signal("SIGTERM");
  assertEquals((await daemon.ended).code, 0);
});

Deno.test("a daemon can be started while its predecessor is still stopping", async () => {
  await using home = await tempHome();
  for (let i = 0; i < 3; i++) {
    await home.run(["daemon", "start", "--background"]);
    await ask(home.socket, { type: "stop" });
    const { code, stdout } = await home.run([
      "daemon",
      "start",
      "--background",
      "--json",
    ]);
    assertEquals([code, JSON.parse(stdout).started], [0, true]);
    await ask(home.socket, { type: "stop" });
  }
});

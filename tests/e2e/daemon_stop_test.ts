// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
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

/** Far above the two seconds that a stop may take, so that a busy machine fails nothing. */
const STOP_MS = 10_000;

for (const how of ["SIGTERM", "SIGINT", "stop"] as const) {
  Deno.test(`daemon run ends cleanly on ${how}, with clients connected`, async () => {
    await using home = await tempHome();
    const daemon = await home.startDaemon();
    await ask(home.socket, ingest("s1", home.workspace));
    const silent = await connect(home.socket);
    const half = await connect(home.socket);
    await writeTo(half, Uint8Array.of(0, 0, 1));
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
    assertEquals((await readToEnd(silent)).text, "");
    assertEquals((await readToEnd(half)).text, "");
    silent.close();
    half.close();
    assertEquals(await exists(home.socket), false);
    assertEquals(await exists(`${home.home}/daemon.pid`), true);
    assertEquals(await exists(`${home.home}/store.db-wal`), false);
    await using _next = await home.startDaemon();
    assertEquals(await sessionIds(home.socket, home.workspace), ["s1"]);
  });
}

Deno.test("daemon run answers what was asked before the stop", async () => {
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

Deno.test("a stop whose asker leaves before the ack stops nothing, or ends cleanly", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  for (let i = 0; i < 20; i++) {
    const conn = await connect(home.socket);
    await writeTo(conn, frameOf({ type: "stop" }));
    conn.close();
    if (!await exists(home.socket)) break;
  }
  // Whether the answer could be written is a race; what is left is a daemon that works, or one that has ended well.
  const alive = await askStatus(home.socket).catch(() => null);
  if (alive !== null) daemon.signal("SIGTERM");
  assertEquals((await daemon.ended).code, 0);
});

Deno.test("a daemon can be started while the one before is still stopping", async () => {
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

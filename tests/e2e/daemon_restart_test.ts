// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Home, tempHome } from "./harness.ts";
import { ask, askStatus, ingest, sessionIds } from "./_socket.ts";

async function restart(home: Home): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await home.run([
    "daemon",
    "restart",
    "--json",
  ]);
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

Deno.test("daemon restart starts a daemon, or replaces a running one, and keeps the stored events", async () => {
  await using home = await tempHome();
  const first = await restart(home);
  assertEquals(first, {
    running: true,
    started: true,
    pid: (await askStatus(home.socket)).pid,
    socket: home.socket,
    log: `${home.home}/daemon.log`,
  });
  await ask(home.socket, ingest("kept", home.workspace));
  const second = await restart(home);
  assert(second.pid !== first.pid);
  assertEquals((await askStatus(home.socket)).pid, second.pid);
  assertEquals(await sessionIds(home.socket, home.workspace), ["kept"]);
});

Deno.test("daemon restart also stops a daemon in the foreground", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  const { pid, started } = await restart(home);
  assertEquals([(await daemon.ended).code, started], [0, true]);
  assertEquals((await askStatus(home.socket)).pid, pid);
});

Deno.test("daemon restart does not touch a daemon that does not answer", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  daemon.signal("SIGSTOP");
  const { code, stderr } = await home.run(
    ["daemon", "restart", "--timeout", "500ms"],
    { env: { KAIZEN_OUTPUT: "text" } },
  );
  daemon.signal("SIGCONT");
  assertEquals(code, 4);
  assertStringIncludes(stderr, "did not answer");
  assertEquals((await askStatus(home.socket)).pid, daemon.pid);
});

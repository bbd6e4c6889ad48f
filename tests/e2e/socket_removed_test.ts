// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The file of the socket disappears while the daemon runs: a cleaner of temporary folders, a
 * mistaken `rm`.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ALICE, hasUsers, homeOf, runAs } from "./_users.ts";
import { tempHome } from "./harness.ts";

Deno.test("a daemon whose socket was removed is found by every command", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  for (const words of [["status", "--wait", "5s"], ["sessions"]]) {
    await Deno.remove(home.socket);
    const { code, stderr } = await home.run(words);
    assertEquals([code, stderr], [0, ""]);
  }
  await Deno.remove(home.socket);
  const start = await home.run(["daemon", "start", "--background"]);
  assertEquals([start.code, start.stderr], [0, ""]);
  assertEquals(JSON.parse(start.stdout).pid, daemon.pid);
  await Deno.remove(home.socket);
  const stop = await home.run(["stop"]);
  assertEquals(JSON.parse(stop.stdout), {
    stopped: true,
    was_running: true,
    pid: daemon.pid,
    message: "stopping",
  });
  assertEquals((await daemon.ended).code, 0);
});

Deno.test("a daemon whose home was removed and made again ends, and the next one records there", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  await Deno.remove(home.home, { recursive: true });
  await Deno.mkdir(home.home, { mode: 0o700 });
  assertEquals((await daemon.ended).code, 0);
  await using _next = await home.startDaemon();
  const ingest = ["ingest", "--source", "claude", "--event", "Stop"];
  const { code, stderr } = await home.run([...ingest, "--session", "s"]);
  assertEquals([code, stderr], [0, ""]);
  const { stdout } = await home.run(["sessions", "--all-workspaces"]);
  assertEquals(JSON.parse(stdout).total, 1);
});

Deno.test({
  name:
    "a daemon ends if what is in the place of its socket cannot be moved away",
  // Nothing keeps root from moving it.
  ignore: !await hasUsers(),
  async fn() {
    await using home = await tempHome();
    const own = `${await homeOf(ALICE, home)}/.kaizen`;
    const daemon = runAs(ALICE, ["daemon", "run"], home);
    const wait = await runAs(ALICE, ["status", "--wait", "20s"], home);
    assertEquals(wait.code, 0, wait.stderr);
    await Deno.chmod(own, 0o500);
    await Deno.remove(`${own}/daemon.sock`);
    await Deno.writeTextFile(`${own}/daemon.sock`, "kept");
    const { code, stderr } = await daemon;
    assertEquals(code, 0, stderr);
    assertEquals(await Deno.readTextFile(`${own}/daemon.sock`), "kept");
  },
});

Deno.test("status and stop find a process that holds the home and listens nowhere", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home, { mode: 0o700 });
  const holder = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-config"],
      "data:text/typescript," + encodeURIComponent(
        `const file = Deno.openSync(Deno.args[0], { create: true, write: true });
         file.lockSync(true);
         file.writeSync(new TextEncoder().encode(Deno.pid + "\\n"));
         console.log("ready");
         setInterval(() => {}, 1e6);`,
      ),
      `${home.home}/daemon.pid`,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = holder.stdout.getReader();
  assertStringIncludes(
    new TextDecoder().decode((await reader.read()).value),
    "ready",
  );
  const status = await home.run(["status", "-o", "text"]);
  assertEquals(status.code, 4);
  assertMatch(
    status.stdout,
    RegExp(
      `Process ${holder.pid} holds the home, but cannot be reached: (?!The daemon)`,
    ),
  );
  const stop = await home.run(["stop", "-o", "text"]);
  assertEquals([stop.code, stop.stdout], [
    0,
    `Stopped the daemon (pid ${holder.pid}).\n`,
  ]);
  assertEquals((await holder.status).signal, "SIGTERM");
  await reader.cancel();
  assertEquals((await home.run(["status"])).code, 3);
});

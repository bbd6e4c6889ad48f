// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Divergences that no answer shows, by the numbers of docs/compatibility.md: command lines, files
 * and processes.
 */
import { assert, assertEquals } from "@std/assert";
import { tempHome } from "../e2e/harness.ts";
import { interopTest, runReference } from "./_reference.ts";
import { TheirDaemon, theirOptions } from "./_their_daemon.ts";

const EVENT =
  '{"event":"SessionStart","hook_event_name":"SessionStart","session_id":"s"}';

interopTest(
  "divergence 1: their client lets the daemon's directory be the workspace, ours names its own",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    const elsewhere = `${home.root}/elsewhere`;
    await Deno.mkdir(elsewhere);
    const ingest = ["ingest", "hook", "--source", "cursor"];
    const there = { ...theirs.options, cwd: elsewhere };
    assertEquals((await runReference(ingest, there, EVENT)).code, 0);
    await home.run(ingest, { cwd: elsewhere, stdin: EVENT });
    for (const workspace of [home.workspace, elsewhere]) {
      const { stdout } = await home.run(["sessions", "--workspace", workspace]);
      assertEquals([workspace, JSON.parse(stdout).total], [workspace, 1]);
    }
  },
);

interopTest("divergence 2: their command line refuses openclaw", async () => {
  await using theirs = await TheirDaemon.start();
  const ingest = ["ingest", "hook", "--source", "openclaw"];
  assertEquals((await theirs.run(ingest, EVENT)).code, 2);
  await theirs.home.run(ingest, { stdin: EVENT });
  const { stdout } = await theirs.home.run(["sessions"]);
  assertEquals(JSON.parse(stdout).rows[0].agent, "openclaw");
});

interopTest(
  "divergence 8: theirs leaves its socket at SIGTERM and at stop, ours does not",
  async () => {
    for (const how of ["SIGTERM", "stop"]) {
      await using theirs = await TheirDaemon.start();
      if (how === "SIGTERM") theirs.signal("SIGTERM");
      else await theirs.home.run(["stop"]);
      await theirs.ended();
      assert((await Deno.lstat(theirs.home.socket)).isSocket);
      // The file it leaves disturbs no other daemon.
      await using ours = await theirs.home.startDaemon();
      await ours.stop();
      assert(!await exists(theirs.home.socket));
      assert(await exists(`${theirs.home.home}/daemon.pid`));
    }
  },
);

interopTest(
  "divergence 15: what a stopped daemon means for the exit code",
  async () => {
    await using home = await tempHome();
    const options = theirOptions(home);
    const codes = [];
    for (const word of ["status", "stop"]) {
      codes.push((await runReference(["daemon", word], options)).code);
      codes.push((await home.run(["daemon", word])).code);
    }
    assertEquals(codes, [0, 3, 1, 0]);
  },
);

interopTest(
  "divergence 18: neither touches what the other has stored",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    await home.run(["ingest", "--source", "claude"], { stdin: EVENT });
    await home.run(["stop"]);
    await theirs.ended();
    const folder = `${home.home}/projects`;
    const [project] = await Array.fromAsync(
      Deno.readDir(folder),
      ({ name }) => name,
    );
    const before = await Deno.readFile(`${folder}/${project}/kaizen.db`);
    {
      await using _ours = await home.startDaemon();
      const { stdout } = await home.run(["sessions"]);
      assertEquals(JSON.parse(stdout).total, 0);
      await home.run(["ingest", "--source", "claude"], { stdin: EVENT });
    }
    assertEquals(await Deno.readFile(`${folder}/${project}/kaizen.db`), before);
    const store = await Deno.readFile(`${home.home}/store.db`);
    await theirs.startAgain();
    const { stdout } = await home.run(["sessions"]);
    assertEquals(JSON.parse(stdout).total, 1);
    assertEquals(await Deno.readFile(`${home.home}/store.db`), store);
  },
);

interopTest(
  "divergence 26: a daemon in the background runs where it was started, ours in its home",
  async () => {
    const rows = [];
    for (const whose of ["theirs", "ours"]) {
      await using home = await tempHome();
      const options = theirOptions(home);
      const start = ["daemon", "start", "--background"];
      if (whose === "theirs") await runReference(start, options);
      else await home.run(start);
      const ingest = ["ingest", "hook", "--source", "cursor"];
      await runReference(ingest, options, EVENT);
      const place = whose === "theirs" ? home.workspace : home.home;
      const { stdout } = await home.run(["sessions", "--workspace", place]);
      rows.push(JSON.parse(stdout).total);
      await home.run(["stop"]);
    }
    assertEquals(rows, [1, 1]);
  },
);

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

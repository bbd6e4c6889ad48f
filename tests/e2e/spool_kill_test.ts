// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { type Home, IS_BINARY, tempHome } from "./harness.ts";

const HOOK = ["ingest", "hook", "--source", "claude"];
const NO_START = { KAIZEN_NO_START: "1" };

async function runHook(
  home: Home,
  n: number,
  env: Record<string, string> = {},
): Promise<{ signal: Deno.Signal | null; code: number }> {
  const stdin = JSON.stringify({
    hook_event_name: "Notification",
    session_id: "s",
    cwd: home.workspace,
    n,
  });
  return await home.run(HOOK, { stdin, env: { ...NO_START, ...env } });
}

async function storedNumbers(
  home: Home,
  env: Record<string, string> = {},
): Promise<number[]> {
  const args = ["detail", "s", "--workspace", home.workspace, "--json"];
  const { stdout } = await home.run(args, { env });
  return JSON.parse(stdout).events.map((event: { payload: { n: number } }) =>
    event.payload.n
  );
}

/** Every step between two system calls of keeping an event. */
const writing = [
  "spool:before-open",
  "spool:after-open",
  "spool:after-lock",
  "spool:half-written",
  "spool:after-write",
  "spool:after-sync",
  "spool:after-rename",
  "spool:after-folder-sync",
];

Deno.test("hooks killed at every step of keeping their events lose nothing of the others, and leave nothing half", async () => {
  await using home = await tempHome();
  const promised: number[] = [];
  let n = 0;
  for (const point of writing) {
    promised.push(n);
    await runHook(home, n++);
    const { code } = await runHook(home, n++, { KAIZEN_FAULT: point });
    // A launcher keeps even this from the agent; a binary that is run without one cannot.
    assertEquals(code, IS_BINARY ? 137 : 0);
  }
  await using _daemon = await home.startDaemon();
  await home.run(["spool", "flush"]);
  const stored = await storedNumbers(home);
  assertEquals(stored.filter((n) => promised.includes(n)), promised);
  assertEquals(new Set(stored).size, stored.length, "none is there twice");
  assert(stored.length > promised.length, "whole ones are kept");
  const { stdout } = await home.run(["spool", "status", "--json"]);
  const { pending, rejected, bytes } = JSON.parse(stdout);
  assertEquals([pending, rejected, bytes], [0, 0, 0]);
});

async function countPending(home: Home): Promise<number> {
  const { stdout } = await home.run(["spool", "status", "--json"]);
  return JSON.parse(stdout).pending;
}

/** Every step of a delivery, and how many of three events are in the spool then. */
const delivering: [point: string, pending: number][] = [
  ["deliver:after-lock", 3],
  ["deliver:after-read", 3],
  ["deliver:after-send", 3],
  ["deliver:after-remove", 2],
];

for (const [point, pending] of delivering) {
  Deno.test(`a daemon killed at ${point} leaves each event to the next one, once`, async () => {
    await using home = await tempHome();
    for (const n of [0, 1, 2]) await runHook(home, n);
    const killed = home.spawn(["daemon", "run"], {
      env: { KAIZEN_FAULT: point },
    });
    assertEquals((await killed.ended).signal, "SIGKILL");
    assertEquals(await countPending(home), pending);
    await using _daemon = await home.startDaemon();
    await home.run(["spool", "flush"]);
    assertEquals(await storedNumbers(home), [0, 1, 2]);
  });

  Deno.test(`a hook killed at ${point} while it delivers for others loses nothing`, async () => {
    await using home = await tempHome();
    for (const n of [0, 1]) await runHook(home, n);
    // The daemon of another home does not look into this one's spool: the hook alone delivers.
    await using other = await tempHome();
    await using _daemon = await other.startDaemon();
    const there = { KAIZEN_SOCK: other.socket };
    await runHook(home, 2, { ...there, KAIZEN_FAULT: point });
    assertEquals(await countPending(home), pending);
    await runHook(home, 3, there);
    await home.run(["spool", "flush"], { env: there });
    assertEquals(await storedNumbers(home, there), [0, 1, 2, 3]);
  });
}

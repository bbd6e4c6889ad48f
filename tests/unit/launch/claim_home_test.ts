// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { HomeBusyError } from "../../../src/context/mod.ts";
import { HomeLock } from "../../../src/launch/home_lock.ts";
import { claimHome } from "../../../src/launch/claim_home.ts";
import { tempFolder } from "../daemon/_folder.ts";
import { FakeService, startServer, textReply } from "../daemon/_server.ts";

function pathsIn(folder: string, socket = `${folder}/h/daemon.sock`) {
  return { home: `${folder}/h`, lock: `${folder}/h/daemon.pid`, socket };
}

Deno.test("claimHome() makes the home and takes its lock", async () => {
  using folder = tempFolder();
  const paths = pathsIn(folder.path);
  using _lock = await claimHome({ paths, patienceMs: 0 });
  assertEquals(HomeLock.take(paths.lock), null);
});

Deno.test("claimHome() names the daemon that answers, at once", async () => {
  using folder = tempFolder();
  const status = textReply(
    '{"type":"status","pid":41,"uptime_ms":1,"queue_depth":0,"last_error":null}',
  );
  const service = new FakeService({ status });
  await using running = await startServer({ service });
  const paths = pathsIn(folder.path, running.path);
  using _lock = await claimHome({ paths, patienceMs: 0 });
  const error = await assertRejects(
    () => claimHome({ paths, patienceMs: 1e9 }),
    HomeBusyError,
    "one runs already: its pid is 41",
  );
  assertEquals([error.pid, error.answers], [41, true]);
});

Deno.test("claimHome() names the holder that does not answer, after a while", async () => {
  using folder = tempFolder();
  const paths = pathsIn(folder.path);
  using _lock = await claimHome({ paths, patienceMs: 0 });
  const error = await assertRejects(
    () => claimHome({ paths, patienceMs: 1 }),
    HomeBusyError,
    `process ${Deno.pid} holds it and does not answer`,
  );
  assertEquals([error.pid, error.answers], [Deno.pid, false]);
});

Deno.test("claimHome() waits for a holder that is about to let go", async () => {
  using folder = tempFolder();
  const paths = pathsIn(folder.path);
  const first = await claimHome({ paths, patienceMs: 0 });
  const second = claimHome({ paths, patienceMs: 1e9 });
  first[Symbol.dispose]();
  using _lock = await second;
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertMatch } from "@std/assert";
import { tempHome } from "../e2e/harness.ts";
import { oldInteropTest, oldReference, runReference } from "./_reference.ts";
import { TheirDaemon, theirOptions } from "./_their_daemon.ts";

const START = 1_714_000_000_000;
const EVENT = JSON.stringify({
  hook_event_name: "SessionStart",
  event: "SessionStart",
  session_id: "s",
  timestamp_ms: START,
});

oldInteropTest("our client understands a daemon of 0.1.15", async () => {
  await using theirs = await TheirDaemon.start(oldReference);
  const { home } = theirs;
  const status = await home.run(["status"]);
  assertEquals(status.code, 0);
  const { daemon_version, pid, capture, web } = JSON.parse(status.stdout);
  assertEquals([daemon_version, pid, capture, web], [
    "0.1.15",
    theirs.pid,
    undefined,
    undefined,
  ]);
  assertEquals((await home.run(["status", "-o", "text"])).code, 0);
  for (const source of ["claude", "cursor", "openclaw"]) {
    const ingest = ["ingest", "hook", "--source", source];
    const { code, stderr } = await home.run(ingest, { stdin: EVENT });
    assertEquals([code, stderr], [0, ""]);
  }
  const sessions = await home.run(["sessions"]);
  assertEquals(JSON.parse(sessions.stdout).rows[0].id, "s");
  const filtered = await home.run(["sessions", "--agent", "vibe"]);
  assertEquals(JSON.parse(filtered.stdout).total, 0);
  const detail = await home.run(["detail", "s"]);
  assertEquals(
    detail.stdoutBytes,
    Uint8Array.of(
      ...await theirs.bytes({
        type: "get_session_detail",
        id: "s",
        workspace: home.workspace,
      }),
      0x0a,
    ),
  );
  assertEquals((await home.run(["detail", "nobody"])).code, 1);
  const stop = await home.run(["stop"]);
  assertEquals([stop.code, JSON.parse(stop.stdout).was_running], [0, true]);
});

oldInteropTest(
  "an event that 0.1.15 does not know stays in the spool",
  async () => {
    await using theirs = await TheirDaemon.start(oldReference);
    const { home } = theirs;
    const stdin = '{"event":"stop","session_id":"v"}';
    const plain = ["ingest", "--source", "vibe"];
    const strict = await home.run([...plain, "--no-spool"], { stdin });
    assertEquals(strict.code, 6);
    const hook = await home.run(["ingest", "hook", "--source", "vibe"], {
      stdin,
    });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    const { stdout } = await home.run(["spool", "status", "--json"]);
    assertEquals(JSON.parse(stdout).pending, 1);
  },
);

oldInteropTest("a client of 0.1.15 understands our daemon", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const options = theirOptions(home, oldReference);
  const status = await runReference(["daemon", "status"], options);
  assertEquals([status.code, status.stderr], [0, ""]);
  assertMatch(
    status.stdout,
    new RegExp(`^pid: ${daemon.pid}\nuptime_ms: \\d+\nqueue_depth: 0\n`),
  );
  for (const source of ["cursor", "claude"]) {
    const ingest = ["ingest", "hook", "--source", source];
    const { code, stderr } = await runReference(
      [...ingest, "--workspace", home.workspace],
      options,
      EVENT,
    );
    assertEquals([code, stderr], [0, ""]);
  }
  const list = await runReference(["sessions", "list", "--json"], options);
  assertEquals(JSON.parse(list.stdout).count, 1);
  const ours = await home.run(["detail", "s"]);
  assertEquals(JSON.parse(ours.stdout).events.length, 2);
  const stop = await runReference(["daemon", "stop"], options);
  assertEquals([stop.code, stop.stdout], [0, "stopping\n"]);
  assertEquals((await daemon.ended).code, 0);
});

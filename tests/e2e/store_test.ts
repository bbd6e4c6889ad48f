// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { feed, sampleSession } from "./_feed.ts";
import { hasStrace, traced } from "./_strace.ts";
import { ALICE, hasUsers, runAs } from "./_users.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { tempHome } from "./harness.ts";

const DAY = 86_400_000;

Deno.test("store prune counts, then deletes what is old, and says what is left", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await feed(home, ...sampleSession("old", Date.now() - 10 * DAY));
  await feed(home, ...sampleSession("new", Date.now()));
  const dry = await home.run([
    "store",
    "prune",
    "--older-than",
    "7d",
    "--dry-run",
  ]);
  assertEquals(dry.code, 0);
  const would = JSON.parse(dry.stdout);
  assertEquals([would.removed_sessions, would.removed_events, would.sessions], [
    1,
    8,
    2,
  ]);
  for (const [age, words] of [["7d", "7 days"], ["90", "90ms"]]) {
    const args = ["--older-than", `${age}`, "--dry-run", "-o", "text"];
    const { stdout } = await home.run(["store", "prune", ...args]);
    assertStringIncludes(stdout, ` older than ${words}.`);
  }
  const { code, stdout } = await home.run([
    "store",
    "prune",
    "--older-than",
    "7d",
    "--yes",
  ]);
  assertEquals(code, 0);
  const did = JSON.parse(stdout);
  assertEquals([
    did.removed_sessions,
    did.removed_events,
    did.sessions,
    did.events,
  ], [1, 8, 1, 8]);
  assertEquals((await home.run(["detail", "old"])).code, 1);
  const stats = JSON.parse((await home.run(["store", "stats"])).stdout);
  assertEquals([stats.sessions, stats.events], [1, 8]);
});

Deno.test("store prune --session deletes one, and is exit 1 if it is not there", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await feed(home, ...sampleSession("s1", Date.now()));
  const none = await home.run(["store", "prune", "--session", "nope", "--yes"]);
  assertEquals(none.code, 1);
  assertEquals(
    (await home.run(["store", "prune", "--session", "s1", "--yes"])).code,
    0,
  );
  assertEquals((await home.run(["detail", "s1"])).code, 1);
});

Deno.test("store prune without a terminal to ask on is wrong usage, and deletes nothing", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using daemon = fakeDaemon(home.socket, () => {});
  const { code, stderr } = await home.run([
    "store",
    "prune",
    "--older-than",
    "7d",
  ]);
  assertEquals(code, 64);
  assertStringIncludes(stderr, "add --yes");
  assertEquals(daemon.requests, []);
});

Deno.test("store prune asks again until the daemon is done, and adds up", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  let asked = 0;
  await using daemon = fakeDaemon(
    home.socket,
    ({ request, answer }) =>
      answer(JSON.stringify({
        type: "store",
        bytes: 9,
        sessions: 1,
        events: 1,
        removed_sessions: 2,
        removed_events: 5,
        done: request.dry_run === true || ++asked === 3,
      })),
  );
  const { code, stdout } = await home.run([
    "store",
    "prune",
    "--older-than",
    "1d",
    "--yes",
  ]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), {
    bytes: 9,
    sessions: 1,
    events: 1,
    removed_sessions: 6,
    removed_events: 15,
  });
  assertEquals(daemon.requests.length, 4);
});

Deno.test("store with a daemon that does not know it is exit 6, without one 3", async () => {
  await using home = await tempHome();
  assertEquals((await home.run(["store", "stats"])).code, 3);
  await Deno.mkdir(home.home);
  await using _daemon = fakeDaemon(home.socket, () => {});
  const { code, stderr } = await home.run(["store", "stats"]);
  assertEquals(code, 6);
  assertStringIncludes(stderr, "may not know this request");
});

Deno.test("spool status, list, flush and purge tell what waits and what was set aside", async () => {
  await using home = await tempHome();
  const env = { KAIZEN_NO_START: "1" };
  const event = JSON.stringify({ hook_event_name: "Stop", session_id: "s1" });
  const hook = ["ingest", "hook", "--source", "claude"];
  await home.run(hook, { stdin: event, env });
  await home.run(hook, { stdin: '{"no":"event"}', env });
  const status = JSON.parse((await home.run(["spool", "status"])).stdout);
  assertEquals([status.pending, status.rejected, status.folder], [
    1,
    1,
    `${home.home}/spool`,
  ]);
  const { entries } = JSON.parse((await home.run(["spool", "list"])).stdout);
  assertEquals(entries.map(({ state }: { state: string }) => state), [
    "pending",
    "rejected",
  ]);
  const text = await home.run(["spool", "list", "-o", "text"]);
  assertStringIncludes(text.stdout, "missing 'hook_event_name' field");

  const refused = await home.run(["spool", "flush"]);
  assertEquals(refused.code, 3);
  assertEquals(JSON.parse(refused.stdout).left, 1);
  assertStringIncludes(refused.stderr, "kaizen daemon start --background");

  const purge = ["spool", "purge"];
  assertEquals(JSON.parse((await home.run(purge)).stdout), {
    rejected: 1,
    pending: 0,
    failures: 0,
  });
  assertEquals((await home.run([...purge, "--pending"])).code, 64);
  const both = await home.run([...purge, "--pending", "--yes"]);
  assertEquals(JSON.parse(both.stdout), {
    rejected: 0,
    pending: 1,
    failures: 0,
  });
  assert(
    JSON.parse((await home.run(["spool", "status"])).stdout).pending === 0,
  );
});

Deno.test("spool flush delivers what waits", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const env = { KAIZEN_NO_START: "1" };
  const event = JSON.stringify({ hook_event_name: "Stop", session_id: "s1" });
  for (let i = 0; i < 2; i++) {
    await home.run(["ingest", "hook", "--source", "claude"], {
      stdin: event,
      env,
    });
  }
  await using daemon = fakeDaemon(
    home.socket,
    ({ request: { type }, answer }) =>
      answer(
        type === "status"
          ? '{"type":"status","pid":1,"uptime_ms":1,"queue_depth":0}'
          : '{"type":"ack","message":"ingested"}',
      ),
  );
  const { code, stdout } = await home.run(["spool", "flush"]);
  assertEquals(code, 0);
  const report = JSON.parse(stdout);
  assertEquals([report.delivered, report.left, report.stopped], [
    2,
    0,
    "empty",
  ]);
  assertEquals(daemon.requests.map(({ type }) => type), [
    "status",
    "ingest_hook",
    "ingest_hook",
  ]);
});

Deno.test("store prune --session takes a prefix and @latest, and says when a prefix is ambiguous", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const now = Date.now();
  for (const [i, id] of ["abc-1", "abc-2", "b", "z"].entries()) {
    await feed(home, ...sampleSession(id, now + i));
  }
  const prune = async (session: string) =>
    (await home.run(["store", "prune", "--session", session, "--yes"])).code;
  assertEquals([await prune("abc"), await prune("@latest")], [1, 0]);
  assertEquals((await home.run(["detail", "z"])).code, 1);
  assertEquals([await prune("abc-2"), await prune("abc")], [0, 0]);
  const { stdout } = await home.run(["sessions"]);
  const left = JSON.parse(stdout).rows.map(({ id }: { id: string }) => id);
  assertEquals(left, ["b"]);
});

Deno.test("store backup and restore go there and back, with a daemon and without", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const backup = `${home.root}/backup.db`;
  await feed(home, ...sampleSession("old", Date.now()));
  const made = await home.run(["store", "backup", "backup.db"], {
    cwd: home.root,
  });
  assertEquals(made.code, 0);
  const { bytes, ...rest } = JSON.parse(made.stdout);
  assertEquals(rest, { backup, sessions: 1, events: 8 });
  const { size, mode } = await Deno.stat(backup);
  assertEquals([size, (mode ?? 0) & 0o777], [bytes, 0o600]);
  const again = await home.run(["store", "backup", backup]);
  assertEquals(again.code, 74);
  assertStringIncludes(again.stderr, "exists");

  await feed(home, ...sampleSession("new", Date.now() + 1));
  const ids = async () => {
    const { stdout } = await home.run(["sessions"]);
    return JSON.parse(stdout).rows.map(({ id }: { id: string }) => id);
  };
  for (const running of [true, false]) {
    assertEquals(await ids(), ["new", "old"].slice(running ? 0 : 1));
    if (!running) await home.run(["stop"]);
    const { code, stdout } = await home.run(["store", "restore", backup]);
    const { kept, daemon_stopped } = JSON.parse(stdout);
    assertEquals([code, daemon_stopped], [0, running]);
    assert((await Deno.stat(kept)).isFile);
    assertEquals(await ids(), ["old"]);
  }
  const missing = await home.run(["store", "restore", `${home.root}/none`]);
  assertEquals(missing.code, 74);
  // It names the file once.
  assertEquals(missing.stderr.split(`${home.root}/none`).length, 2);
  assertStringIncludes(missing.stderr, "try: kaizen store restore --help");
  assertEquals(await ids(), ["old"]);
});

Deno.test({
  name: "store restore says that it cannot read a backup",
  ignore: !await hasUsers(),
  async fn() {
    await using home = await tempHome();
    const backup = `${home.root}/backup.db`;
    await Deno.writeTextFile(backup, "", { mode: 0o600 });
    const args = ["store", "restore", backup];
    const env = { DENO_DIR: Deno.env.get("DENO_DIR") ?? "" };
    const { code, stderr } = await runAs(ALICE, args, home, { env });
    assertEquals(code, 74);
    assertStringIncludes(
      stderr,
      `Cannot read backup: "${backup}": Permission denied`,
    );
  },
});

Deno.test({
  name: "store backup makes one whole file, or none, on a disk that fails",
  ignore: !await hasStrace(),
  async fn() {
    await using home = await tempHome();
    {
      await using _daemon = await home.startDaemon();
      await feed(home, ...sampleSession("old", Date.now()));
    }
    const folder = `${home.root}/copies`;
    await Deno.mkdir(folder);
    const copy = `${folder}/copy.db`;
    const codes = new Set<number>();
    for (let nth = 1; nth <= 7; nth++) {
      const fault = ["-e", `inject=fsync:error=EIO:when=${nth}`];
      const { code, stderr } = await home.run(["store", "backup", copy], {
        program: traced("/dev/null", "fsync", fault),
      });
      codes.add(code);
      const left = await Array.fromAsync(Deno.readDir(folder), (it) => it.name);
      assertEquals(left, code === 0 ? ["copy.db"] : [], `fsync ${nth}`);
      if (code !== 0) {
        assertStringIncludes(stderr, `to "${copy}"`);
        continue;
      }
      const [, , writeVersion] = (await Deno.readFile(copy)).subarray(16);
      assertEquals(writeVersion, 1, "it has no WAL");
      await Deno.remove(copy);
    }
    assert(codes.has(74), "a fault was met");
  },
});
Deno.test("a backup that is copied over the store of a running daemon gets nothing of the old one", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const backup = `${home.root}/backup.db`;
  const store = `${home.home}/store.db`;
  await feed(home, ...sampleSession("old", Date.now()));
  assertEquals((await home.run(["store", "backup", backup])).code, 0);
  await feed(home, ...sampleSession("new", Date.now() + 1));
  await Deno.copyFile(backup, store);
  // The hook is not acknowledged, and keeps its event.
  const hook = ["ingest", "hook", "--source", "claude"];
  const stdin = '{"hook_event_name":"Stop","session_id":"waits"}';
  assertEquals((await home.run(hook, { stdin })).code, 0);
  const { stderr } = await home.run(["ingest", "--source", "claude"], {
    stdin,
  });
  assertStringIncludes(stderr, "kaizen daemon restart");
  assertEquals(await Deno.readFile(store), await Deno.readFile(backup));
  assertEquals((await home.run(["daemon", "restart"])).code, 0);
  await home.run(["spool", "flush"]);
  const { stdout } = await home.run(["sessions"]);
  const left = JSON.parse(stdout).rows.map(({ id }: { id: string }) => id);
  assertEquals(left.sort(), ["old", "waits"]);
});

for (const isMet of [true, false]) {
  const how = isMet ? "as an event of the daemon meets it" : "as it ends";
  Deno.test(`a store whose WAL was cut has all that was not cut, ${how}`, () =>
    cutWal({ isMet, isCopied: false }));
  Deno.test(`a store whose WAL was cut has all that was copied before, ${how}`, () =>
    cutWal({ isMet, isCopied: true }));
}

async function cutWal(
  { isMet, isCopied }: { isMet: boolean; isCopied: boolean },
): Promise<void> {
  await using home = await tempHome();
  {
    await using _daemon = await home.startDaemon();
    await feed(home, ...sampleSession("old", Date.now()));
  }
  await using daemon = await home.startDaemon();
  await feed(home, ...sampleSession("new", Date.now() + 1));
  const wal = `${home.home}/store.db-wal`;
  const { size } = await Deno.stat(wal);
  if (isCopied) {
    using other = new DatabaseSync(`${home.home}/store.db`);
    other.exec("PRAGMA wal_checkpoint(PASSIVE)");
  }
  await Deno.truncate(
    wal,
    isCopied ? Math.floor(size / 2) : isMet ? 0 : size - 4096,
  );
  if (isMet) {
    // The event is not acknowledged, but waits.
    const stdin = '{"hook_event_name":"Stop","session_id":"waits"}';
    const sent = await home.run(["ingest", "--source", "claude"], { stdin });
    assertStringIncludes(sent.stderr, "waits in the spool");
    assertStringIncludes(sent.stderr, `has cut "${wal}"`);
    assertEquals(sent.stderr.includes("may be lost"), !isCopied);
    const asked = await home.run(["sessions"]);
    assertEquals(asked.stderr.includes("it is damaged"), false);
  }
  const { code, stderr } = await daemon.stop();
  assertEquals(code, 0);
  assertStringIncludes(stderr, `has cut \\"${wal}\\"`);
  await using _next = await home.startDaemon();
  await home.run(["spool", "flush"]);
  const { stdout } = await home.run(["sessions"]);
  const left = JSON.parse(stdout).rows.map(({ id }: { id: string }) => id);
  assertEquals(left.includes("old"), true);
  if (isCopied) assertEquals(left.includes("new"), true);
  assertEquals(left.includes("waits"), isMet);
}

Deno.test("a daemon that finds at its end that its store was replaced names what it keeps", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const backup = `${home.root}/backup.db`;
  await feed(home, ...sampleSession("old", Date.now()));
  assertEquals((await home.run(["store", "backup", backup])).code, 0);
  await feed(home, ...sampleSession("new", Date.now() + 1));
  await Deno.copyFile(backup, `${home.home}/store.db`);
  const { code, stderr } = await daemon.stop();
  assertEquals(code, 0);
  assertMatch(stderr, /not yet copied into its file what is in .*-before-/);
});

Deno.test("store prune gives up on a daemon that is never done", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const size = { type: "store", bytes: 0, sessions: 0, events: 0 };
  await using _daemon = fakeDaemon(
    home.socket,
    ({ request, answer }) =>
      answer(JSON.stringify({ ...size, done: request.dry_run })),
  );
  const args = ["store", "prune", "--older-than", "1d", "--yes"];
  const { code, stderr } = await home.run(args);
  assertEquals(code, 6);
  assertStringIncludes(stderr, "it is not done after 5000 requests");
});

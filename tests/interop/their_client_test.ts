// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Home, tempHome } from "../e2e/harness.ts";
import { interopTest, ReferenceDaemon, runReference } from "./_reference.ts";
import { ask } from "./_exchange.ts";
import { Pair } from "./_pair.ts";
import { HOOK_SOURCES } from "../../src/proto/mod.ts";
import { theirOptions } from "./_their_daemon.ts";

const START = 1_714_000_000_000;

/** Hands an event over with their client. */
async function ingest(home: Home, source: string, payload: object) {
  return await runReference(
    ["ingest", "hook", "--source", source, "--workspace", home.workspace],
    theirOptions(home),
    JSON.stringify(payload),
  );
}

function startOf(id: string, ms = START) {
  return {
    event: "SessionStart",
    hook_event_name: "SessionStart",
    session_id: id,
    timestamp_ms: ms,
  };
}

interopTest("their daemon status and start see ours as running", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const run = (...args: string[]) => runReference(args, theirOptions(home));
  const status = await run("daemon", "status");
  assertEquals([status.code, status.stderr], [0, ""]);
  assertMatch(
    status.stdout,
    new RegExp(
      `^status: running\npid: ${daemon.pid}\nuptime_ms: \\d+\nqueue_depth: 0\nlast_error: -\n$`,
    ),
  );
  const start = await run("daemon", "start", "--background");
  assertEquals([start.code, start.stdout], [
    0,
    `daemon already running\npid: ${daemon.pid}\nsocket: ${home.socket}\nlog: ${home.home}/daemon.log\n`,
  ]);
  const second = await run("daemon", "start");
  assertEquals([second.code, second.stderr], [
    1,
    `Error: daemon already running: ${home.home}/daemon.pid\n`,
  ]);
});

interopTest("their daemon stop stops ours", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const run = (...args: string[]) => runReference(args, theirOptions(home));
  const stop = await run("daemon", "stop");
  assertEquals([stop.code, stop.stdout, stop.stderr], [0, "stopping\n", ""]);
  assertEquals((await daemon.ended).code, 0);
  const status = await run("daemon", "status");
  assertEquals([status.code, status.stdout], [
    0,
    `status: stopped\nsocket: ${home.socket}\n`,
  ]);
  assertEquals((await run("daemon", "stop")).code, 1);
});

interopTest(
  "their daemon status says that ours hangs when it does",
  async () => {
    await using home = await tempHome();
    await using daemon = await home.startDaemon();
    daemon.signal("SIGSTOP");
    const status = await runReference(["daemon", "status"], theirOptions(home));
    const start = await runReference(
      ["daemon", "start", "--background"],
      theirOptions(home),
    );
    daemon.signal("SIGCONT");
    for (const { code, stderr } of [status, start]) {
      assertEquals([code, stderr], [
        1,
        "Error: daemon IPC timed out after 500ms\n",
      ]);
    }
  },
);

interopTest(
  "while ours is suspended theirs gives up, starts no second one, and ours goes on",
  async () => {
    await using home = await tempHome();
    await using daemon = await home.startDaemon();
    const run = (...args: string[]) => runReference(args, theirOptions(home));
    daemon.signal("SIGSTOP");
    const restart = await run("daemon", "restart");
    const event = await ingest(home, "claude", startOf("s"));
    const list = await run("sessions", "list");
    daemon.signal("SIGCONT");
    for (const { code, stderr } of [restart, event, list]) {
      assertEquals([code, stderr], [
        1,
        "Error: daemon IPC timed out after 500ms\n",
      ]);
    }
    const { stdout } = await home.run(["status", "--wait", "10s"]);
    const { pid, running } = JSON.parse(stdout);
    assertEquals([pid, running], [daemon.pid, true]);
    assertEquals((await ingest(home, "claude", startOf("s"))).code, 0);
  },
);

interopTest(
  "their daemon stop that ours wakes up too late for is not heeded",
  async () => {
    await using home = await tempHome();
    await using daemon = await home.startDaemon();
    daemon.signal("SIGSTOP");
    const stop = await runReference(["daemon", "stop"], theirOptions(home));
    daemon.signal("SIGCONT");
    assertEquals(stop.code, 1);
    // The next in the queue.
    assertEquals((await ingest(home, "claude", startOf("s"))).code, 0);
    const { stdout } = await home.run(["status"]);
    assertEquals(JSON.parse(stdout).pid, daemon.pid);
  },
);

interopTest(
  "their daemon restart among hooks of ours: one daemon, and every event is somewhere",
  async () => {
    await using home = await tempHome();
    await using _before = await home.startDaemon();
    const ids = Array.from({ length: 24 }, (_, i) => i);
    const hook = async (i: number) => {
      const { code, stdout, stderr } = await home.run(
        ["ingest", "hook", "--source", "claude"],
        { stdin: JSON.stringify({ ...startOf("s"), i }) },
      );
      assertEquals([code, stdout, stderr], [0, "", ""]);
    };
    const lane = async (from: number) => {
      for (const i of ids.filter((id) => id % 4 === from)) await hook(i);
    };
    const [restart] = await Promise.all([
      runReference(["daemon", "restart"], theirOptions(home)),
      ...[0, 1, 2, 3].map(lane),
    ]);
    // A hook that finds no daemon starts ours: then theirs is turned away by the lock, and says so.
    if (restart.code !== 0) {
      assertMatch(restart.stderr, /^Error: daemon (?:exited before|did not)/);
    }
    const status = JSON.parse((await home.run(["status"])).stdout);
    const lock = await Deno.readTextFile(`${home.home}/daemon.pid`);
    assertEquals(Number(lock), status.pid);
    const found = new Set<number>();
    const look = async () => {
      await home.run(["spool", "flush"]);
      const { stdout } = await home.run(["detail", "s"]);
      for (const { payload } of JSON.parse(stdout).events ?? []) {
        found.add(payload.i);
      }
      assertEquals((await home.run(["stop"])).code, 0);
    };
    await look();
    {
      await using _theirs = await ReferenceDaemon.start(theirOptions(home));
      await look();
    }
    await using _ours = await home.startDaemon();
    await look();
    assertEquals([...found].sort((a, b) => a - b), ids);
  },
);

interopTest(
  "their daemon restart takes over, with one daemon at any time and nothing lost",
  async () => {
    await using home = await tempHome();
    for (let round = 0; round < 3; round++) {
      const before = await home.startDaemon();
      assertEquals(
        (await ingest(home, "claude", startOf(`r${round}`))).code,
        0,
      );
      const restart = await runReference(
        ["daemon", "restart"],
        theirOptions(home),
      );
      assertEquals([restart.code, restart.stderr], [0, ""]);
      assertMatch(restart.stdout, /^daemon started\npid: \d+\n/);
      assertEquals((await before.ended).code, 0);
      const { stdout } = await home.run(["status"]);
      const { pid, daemon_version } = JSON.parse(stdout);
      assertEquals(daemon_version, "0.1.46");
      const lock = await Deno.readTextFile(`${home.home}/daemon.pid`);
      assertEquals(Number(lock), pid);
      assertEquals((await home.run(["stop"])).code, 0);
    }
    await using _again = await home.startDaemon();
    const { stdout } = await home.run(["sessions"]);
    const rows: { id: string }[] = JSON.parse(stdout).rows;
    assertEquals(rows.map(({ id }) => id), ["r0", "r1", "r2"]);
  },
);

interopTest(
  "their ingest hook reaches ours from every source, and hears of what is none",
  async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    for (const source of ["cursor", "claude", "vibe"]) {
      const { code, stdout, stderr } = await ingest(
        home,
        source,
        startOf(source),
      );
      assertEquals([code, stdout, stderr], [0, "", ""]);
    }
    const { stdout } = await home.run(["sessions"]);
    const rows: { id: string; agent: string }[] = JSON.parse(stdout).rows;
    assertEquals(
      rows.map(({ id, agent }) => [id, agent]),
      ["claude", "cursor", "vibe"].map((name) => [name, name]),
    );
    const refused = await ingest(home, "claude", { session_id: "s" });
    assertEquals([refused.code, refused.stderr], [
      1,
      "Error: claude hook: missing 'hook_event_name' field\n",
    ]);
    const status = await runReference(["daemon", "status"], theirOptions(home));
    assert(
      status.stdout.includes(
        "last_error: claude hook: missing 'hook_event_name' field\n",
      ),
    );
  },
);

interopTest(
  "their ingest hook without a workspace lands where our daemon runs",
  async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon(); // in the foreground: where it was started
    const { code } = await runReference(
      ["ingest", "hook", "--source", "cursor"],
      { ...theirOptions(home), cwd: `${home.root}/user` },
      JSON.stringify(startOf("s")),
    );
    assertEquals(code, 0);
    const { stdout } = await home.run(["sessions"]);
    assertEquals(JSON.parse(stdout).rows[0].workspace, home.workspace);
  },
);

interopTest("their sessions list shows ours, as text and as JSON", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const run = (...args: string[]) =>
    runReference(["sessions", "list", ...args], theirOptions(home));
  assertMatch((await run()).stdout, /\(no sessions\)/);
  for (let i = 0; i < 3; i++) {
    await ingest(home, "cursor", startOf(`s${i}`, START + i * 60_000));
  }
  const text = await run();
  assertEquals([text.code, text.stderr], [0, ""]);
  assertEquals(
    text.stdout.trimEnd().split("\n").slice(2).map((line) =>
      line.split(/ {2,}|(?<=\S) (?=Idle)/)
    ),
    ["2024-04-24 23:08", "2024-04-24 23:07", "2024-04-24 23:06"].map(
      (time, i) => [`s${2 - i}`, "cursor", "Idle", time],
    ),
  );
  const json = await run("--json", "--limit", "2");
  const { workspace, count, sessions } = JSON.parse(json.stdout);
  assertEquals([workspace, count], [home.workspace, 2]);
  const ours = await home.run(["sessions", "--limit", "2"]);
  const rows: Record<string, unknown>[] = JSON.parse(ours.stdout).rows;
  assertEquals(
    sessions,
    rows.map((row) => {
      const { totals: _, activity, last_event_at_ms, title, ...record } = row;
      assertEquals([activity, title].map((it) => typeof it), [
        "object",
        "object",
      ]);
      assertEquals(last_event_at_ms, record["started_at_ms"]);
      return record;
    }),
  );
});

interopTest(
  "their sessions list and ingest hook print the same with ours as with theirs",
  async () => {
    await using pair = await Pair.start();
    const cwd = pair.home.workspace;
    await Deno.symlink(cwd, `${pair.home.root}/link`);
    const ids = [
      "s",
      "a\0b",
      "é😀",
      "\u001b[31m",
      "__proto__",
      "x".repeat(300),
      " ",
    ];
    const times = ["1", "1714000000000", "253402300800000", "9007199254740993"]
      .concat(["9223372036854775807", "9223372036854775808"])
      .concat(["18446744073709551615"]);
    for (const [i, id] of ids.entries()) {
      const source = HOOK_SOURCES[i % HOOK_SOURCES.length] ?? "cursor";
      const name = i % 2 === 0 ? "Stop" : "PermissionRequest";
      const request = {
        type: "ingest_hook",
        source,
        payload: `{"event":"${name}","hook_event_name":"${name}","session_id":${
          JSON.stringify(id)
        },"timestamp_ms":${times[i]},"model":"m","total_cost_usd":9e12}`,
        workspace: cwd,
      };
      const { ours, theirs } = pair.sockets;
      assertEquals(await ask(ours, request), await ask(theirs, request));
    }
    const all: string[][] = [[], ["--json"], ["--json", "--limit", "3"]]
      .concat([["--limit", "0"], ["--workspace", cwd], ["--all-workspaces"]])
      .concat([["--workspace", `${pair.home.root}/link`, "--json"]])
      .concat([["--workspace", `${cwd}/../w`, "--json"]])
      .concat([["--workspace", "/gone"], ["--project", "w"]]);
    for (const more of all) {
      const args = ["sessions", "list", ...more];
      const ours = await runReference(args, { home: pair.home.home, cwd });
      const theirs = await runReference(args, pair.reference);
      assertEquals([more, plain(ours)], [more, plain(theirs)]);
    }
  },
);

/** The activity of a session is told in other words (38): both are made the same. */
function plain<T extends { stdout: string }>(result: T): T {
  const words = /\b(?:Running|Waiting|Idle|Done) */g;
  return { ...result, stdout: result.stdout.replaceAll(words, "STATUS ") };
}

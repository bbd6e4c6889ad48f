// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen events`: all events of all sessions, once and as they are stored.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { ask } from "./_socket.ts";
import { fakeDaemon, greetingDaemon, HELLO } from "./fake_daemon.ts";
import { type Home, type Spawned, tempHome } from "./harness.ts";

async function put(
  home: Home,
  n: number,
  more: Record<string, unknown> = {},
  workspace = home.workspace,
): Promise<void> {
  const { text } = await ask(home.socket, {
    type: "ingest_hook",
    source: "claude",
    payload: JSON.stringify({
      hook_event_name: "PreToolUse",
      session_id: "s",
      timestamp_ms: 1_714_000_000_000 + n,
      tool_name: "Bash",
      n,
      ...more,
    }),
    workspace,
  });
  assertEquals(JSON.parse(text).type, "ack");
}

interface Line {
  cursor: string;
  machine: string;
  workspace: string;
  event: { session_id: string; payload: { n: number } };
}

function readLines(stdout: string): Line[] {
  return stdout.trim().split("\n").filter((it) => it !== "").map((line) =>
    JSON.parse(line)
  );
}

async function nextEvent(follower: Spawned): Promise<Line> {
  const line = await follower.nextLine();
  assert(line !== null, "the follower has ended");
  return JSON.parse(line);
}

const numbersOf = (lines: readonly Line[]) =>
  lines.map(({ event }) => event.payload.n);

Deno.test("--session finds a session of any workspace, also with --all-workspaces", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await put(home, 1, { session_id: "session-here" });
  const other = `${home.root}/other`;
  await Deno.mkdir(`${other}/.git`, { recursive: true });
  await put(home, 2, { session_id: "session-there" }, other);
  for (const id of ["session-there", "session-t", "session-h"]) {
    for (const more of [[], ["--all-workspaces"]]) {
      const { code, stdout } = await home.run([
        ...["events", "--session", id],
        ...more,
      ]);
      assertEquals(
        { code, numbers: numbersOf(readLines(stdout)) },
        { code: 0, numbers: [id === "session-h" ? 1 : 2] },
        `${id} ${more}`,
      );
    }
  }
});

Deno.test("events prints all sessions' events in a pipe, one a line with a cursor", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  for (let n = 0; n < 5; n++) await put(home, n, { session_id: `s${n % 2}` });
  const { code, stdout, stderr } = await home.run(["events"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const lines = readLines(stdout);
  assertEquals(numbersOf(lines), [0, 1, 2, 3, 4]);
  assertEquals(new Set(lines.map(({ machine }) => machine)).size, 1);
  assertEquals(lines[0]?.workspace, home.workspace);
  const cursors = ["", ...lines.map(({ cursor }) => cursor)];
  for (const [i, cursor] of cursors.entries()) {
    const rest = await home.run(["events", "--since-cursor", cursor]);
    assertEquals(
      numbersOf(readLines(rest.stdout)),
      [0, 1, 2, 3, 4].slice(i),
    );
  }
  const one = await home.run(["events", "--session", "s1", "-o", "json"]);
  const { type, rows } = JSON.parse(one.stdout);
  assertEquals([type, numbersOf(rows)], ["events", [1, 3]]);
  const none = await home.run(["events", "--errors", "--json"]);
  assertEquals(JSON.parse(none.stdout), { type: "events", rows: [] });
  const text = await home.run(["events", "--last", "2", "-o", "text"]);
  assertMatch(text.stdout, /^TIME .*\n2024-.* s1 .*Bash.*\n2024-.* s0 .*\n$/);
});

Deno.test("events --follow goes on through a stopped, a killed and a restarted daemon", async () => {
  await using home = await tempHome();
  let daemon = await home.startDaemon();
  await put(home, 0);
  const follower = home.spawn(["events", "--follow"]);
  assertEquals((await nextEvent(follower)).event.payload.n, 0);
  for (const [i, signal] of (["SIGTERM", "SIGKILL"] as const).entries()) {
    await put(home, 2 * i + 1);
    assertEquals((await nextEvent(follower)).event.payload.n, 2 * i + 1);
    daemon.signal(signal);
    await daemon.ended;
    daemon = await home.startDaemon();
    await put(home, 2 * i + 2);
    assertEquals((await nextEvent(follower)).event.payload.n, 2 * i + 2);
  }
  follower.signal("SIGINT");
  const { signal, stdout } = await follower.ended;
  assertEquals(signal, "SIGINT");
  assertEquals(numbersOf(readLines(stdout)), [0, 1, 2, 3, 4]);
  await daemon.stop();
});

Deno.test("a reader that does not read makes no one wait, and gets everything later", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const follower = home.spawn(["events", "--follow"]);
  await put(home, 0);
  await nextEvent(follower);
  follower.signal("SIGSTOP");
  for (let n = 1; n <= 40; n++) {
    await put(home, n, { text: "x".repeat(100_000) });
  }
  follower.signal("SIGCONT");
  for (let n = 1; n <= 40; n++) {
    assertEquals((await nextEvent(follower)).event.payload.n, n);
  }
});

Deno.test("events refuses a cursor whose events were pruned with an exit code of its own", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await put(home, 0);
  await put(home, 1, { session_id: "gone" });
  await put(home, 2);
  const [first] = readLines((await home.run(["events"])).stdout);
  assert(first !== undefined);
  const pruned = await home.run([
    "store",
    "prune",
    "--session",
    "gone",
    "--yes",
  ]);
  assertEquals(pruned.code, 0);
  const since = ["events", "--since-cursor", first.cursor];
  const { code, stdout } = await home.run(since);
  assertEquals(code, 7);
  assertEquals(JSON.parse(stdout).code, "cursor_gone");
  const gap = await home.run([...since, "--allow-gap"]);
  assertEquals(numbersOf(readLines(gap.stdout)), [2]);
  const foreign = await home.run(["events", "--since-cursor", "f".repeat(30)]);
  assertEquals(foreign.code, 7);
  const wrong = await home.run(["events", "--since-cursor", "x"]);
  assertEquals(wrong.code, 64);
});

Deno.test("events goes on after a restored backup, with the events that came after it", async () => {
  await using home = await tempHome();
  let daemon = await home.startDaemon();
  for (let n = 0; n < 3; n++) await put(home, n);
  const backup = `${home.root}/backup.db`;
  assertEquals((await home.run(["store", "backup", backup])).code, 0);
  for (let n = 3; n < 6; n++) await put(home, n);
  const last = readLines((await home.run(["events"])).stdout).at(-1);
  assert(last !== undefined);
  assertEquals((await home.run(["store", "restore", backup])).code, 0);
  await daemon.ended;
  daemon = await home.startDaemon();
  for (let n = 10; n < 12; n++) await put(home, n);
  const rest = await home.run(["events", "--since-cursor", last.cursor]);
  assertEquals(numbersOf(readLines(rest.stdout)), [10, 11]);
  const all = readLines((await home.run(["events"])).stdout);
  assertEquals(numbersOf(all), [0, 1, 2, 10, 11]);
  await daemon.stop();
});

Deno.test("events says what a daemon is that does not know it", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _fake = greetingDaemon(home.socket);
  const { code, stderr } = await home.run(["events", "--since-cursor", "x"]);
  assertEquals(code, 6);
  assertMatch(stderr, /This daemon is 0\.1\.46; it neither sends the events/);
});

/** Options, and cursor and `last` of the next request when a daemon ends before the first event. */
const places: [options: string[], next: unknown[]][] = [
  [["events"], ["start", null]],
  [["events", "--last", "0"], ["start", null]],
  [["events", "--last", "2"], [null, 2]],
  [["grep", "x"], ["start", null]],
  [["grep", "x", "--limit", "2"], [null, 2]],
];

Deno.test("events and grep ask the next daemon for the newest events again until they know where these begin", async () => {
  for (const [options, next] of places) {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    const machine = "0".repeat(32);
    const place = { machine, workspace: "/w", agent: "claude" };
    const event = { session_id: "s", seq: 0, ts_ms: 1_714_000_000_000 };
    const asked: unknown[][] = [];
    const first = options[0] === "grep"
      ? {
        type: "match",
        ...place,
        ...event,
        cursor: "first",
        event: "Hook",
        tool: null,
        where: "prompt",
        snippet: "x",
        matches: [],
      }
      : {
        type: "event",
        ...place,
        cursor: "first",
        event: { ...event, kind: "Hook", source: "Hook", payload: {} },
      };
    await using _fake = fakeDaemon(
      home.socket,
      async ({ request, answer: tell }) => {
        const say = (state: string) =>
          tell(
            JSON.stringify({ type: "watch", state, cursor: "start", machine }),
          );
        if (request.type === "hello") return;
        asked.push([request.cursor ?? null, request.last ?? null]);
        await say("begin");
        if (asked.length === 2) await tell(JSON.stringify(first));
        if (asked.length === 3) await say("end");
      },
    );
    const { code, stderr } = await home.run(options);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(asked.slice(1), [next, ["first", null]], options.join(" "));
  }
});

/** A state of a watch, for a daemon that says nothing else. */
const sayState = (state: string) =>
  JSON.stringify({
    type: "watch",
    state,
    cursor: "start",
    machine: "0".repeat(32),
  });

Deno.test("events and grep give up if a daemon breaks off again and again without news", async () => {
  for (const args of [["events"], ["events", "--last", "2"], ["grep", "x"]]) {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    await using daemon = fakeDaemon(
      home.socket,
      ({ answer }) => answer(sayState("begin")),
    );
    const { code, stderr } = await home.run(args);
    assertEquals(code, 6);
    assertStringIncludes(stderr, "before the end of its answers");
    assert(daemon.requests.length <= 4);
  }
});

Deno.test("grep gives up if a daemon breaks off again and again after a long silence", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  let asked = Promise.withResolvers<void>();
  await using daemon = fakeDaemon(home.socket, async ({ request, answer }) => {
    if (request.type === "hello") {
      await answer(HELLO);
      return asked.resolve();
    }
    asked = Promise.withResolvers<void>();
    await answer(sayState("begin"));
    await asked.promise; // whether it hangs, after two silences
  });
  const { code, stderr } = await home.run(["grep", "x", "--timeout", "1100ms"]);
  assertEquals(code, 6);
  assertStringIncludes(stderr, "before the end of its answers");
  const searches = daemon.requests.filter(({ type }) => type !== "hello");
  assert(searches.length <= 4);
});

Deno.test("events and grep end if a daemon hangs in the middle of its answers", async () => {
  for (const args of [["events"], ["events", "--last", "2"], ["grep", "x"]]) {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    const ended = Promise.withResolvers<void>();
    await using _daemon = fakeDaemon(
      home.socket,
      async ({ request, answer }) => {
        if (request.type !== "hello") await answer(sayState("begin"));
        await ended.promise;
      },
    );
    const words = [...args, "--timeout", "200ms"];
    const { code, stderr } = await home.run(words);
    ended.resolve();
    assertEquals(code, 4);
    assertStringIncludes(stderr, "did not answer");
  }
});

Deno.test("events asks no daemon again and again whether it hangs with a timeout of a month", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  await using daemon = fakeDaemon(home.socket, async ({ request, answer }) => {
    if (request.type !== "watch_events") return;
    await answer(sayState("begin"));
    began.resolve();
    await ended.promise;
    await answer(sayState("end"));
  });
  const watching = home.run(["events", "--timeout", "30d"]);
  await began.promise;
  await home.run(["--version"]);
  ended.resolve();
  assertEquals((await watching).code, 0);
  assertEquals(daemon.requests.map(({ type }) => type), ["watch_events"]);
});

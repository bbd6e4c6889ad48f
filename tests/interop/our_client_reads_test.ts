// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { feed, sampleSession } from "../e2e/_feed.ts";
import { interopTest } from "./_reference.ts";
import { TheirDaemon } from "./_their_daemon.ts";

const START = 1_714_000_000_000;

/** Their daemon with five sessions: three of claude, two of cursor. */
async function filled(): Promise<TheirDaemon> {
  const theirs = await TheirDaemon.start();
  const { home } = theirs;
  await feed(home, ...sampleSession("long", START));
  for (
    const [i, source] of ["claude", "cursor", "claude", "cursor"].entries()
  ) {
    await feed({ ...home, source }, {
      [source === "claude" ? "hook_event_name" : "event"]: "SessionStart",
      session_id: `s${i}`,
      timestamp_ms: START + 1_000 * (i + 1),
      n: 0,
    });
  }
  return theirs;
}

interopTest(
  "status of theirs has all that it sends, with the token hidden",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    const { code, stdout, stderr } = await home.run(["status"]);
    assertEquals([code, stderr], [0, ""]);
    const { uptime_ms, web, spool, ...rest } = JSON.parse(stdout);
    assert(uptime_ms >= 0);
    assertEquals([web.token, spool.pending], ["***", 0]);
    assertStringIncludes(web.url, "***");
    assertEquals(rest, {
      running: true,
      socket: home.socket,
      pid: theirs.pid,
      queue_depth: 0,
      last_error: null,
      last_error_ms: null,
      last_stored_ms: null,
      capture: [],
      proto_version: 1,
      daemon_version: "0.1.46",
      workspaces: [],
    });
    const shown = await home.run(["status", "--show-token"]);
    assertEquals(JSON.parse(shown.stdout).web.token.length, 64);
    const text = await home.run(["daemon", "status", "-o", "text"]);
    assertEquals(text.code, 0);
    for (const word of ["0.1.46", `${theirs.pid}`, home.socket]) {
      assertStringIncludes(text.stdout, word);
    }
    assertEquals((await home.run(["status", "--wait", "5s"])).code, 0);
  },
);

function withLineFeed(answer: Uint8Array): Uint8Array {
  const line = new Uint8Array(answer.length + 1);
  line.set(answer);
  line[answer.length] = 0x0a;
  return line;
}

interopTest("sessions and detail pass their bytes on untouched", async () => {
  await using theirs = await filled();
  const { home } = theirs;
  const pages = [
    [["sessions"], {
      type: "list_sessions",
      workspace: home.workspace,
      offset: 0,
      limit: 100,
      filter: {},
    }],
    [["detail", "long"], {
      type: "get_session_detail",
      id: "long",
      workspace: home.workspace,
    }],
  ] as const;
  for (const [args, request] of pages) {
    const { code, stdoutBytes } = await home.run(args);
    assertEquals(code, 0);
    const answer = await theirs.bytes(request);
    assertEquals(stdoutBytes.length, answer.length + 1);
    assertEquals(
      stdoutBytes,
      withLineFeed(answer),
    );
  }
});

interopTest(
  "detail passes on an answer that their own client would refuse for its size",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    for (let i = 0; i < 3; i++) {
      await feed(home, {
        hook_event_name: "Notification",
        session_id: "big",
        timestamp_ms: START + i,
        text: "x".repeat(6 * 1024 * 1024),
      });
    }
    const { code, stdoutBytes } = await home.run(["detail", "big"]);
    assertEquals(code, 0);
    const answer = await theirs.bytes({
      type: "get_session_detail",
      id: "big",
      workspace: home.workspace,
    });
    assert(answer.length > 16 * 1024 * 1024);
    assertEquals(stdoutBytes.length, answer.length + 1);
    assert(answer.every((byte, i) => byte === stdoutBytes[i]));
  },
);

interopTest(
  "every form shows calls in calls that no fixed depth of JSON holds, and ids of any letters",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    const id = "a\0\u001b[31m__proto__é\u202e";
    const calls = Array.from({ length: 150 }, (_, i) => i);
    const event = (name: string, i: number) => ({
      hook_event_name: name,
      session_id: id,
      timestamp_ms: START + i,
      tool_name: `T${i}`,
      tool_use_id: `c${i}`,
    });
    await feed(home, ...calls.map((i) => event("PreToolUse", i)));
    await feed(home, ...calls.toReversed().map((i) => event("PostToolUse", i)));
    const { stdoutBytes } = await home.run(["detail", "@latest"]);
    const answer = await theirs.bytes({
      type: "get_session_detail",
      id,
      workspace: home.workspace,
    });
    assertEquals(stdoutBytes, withLineFeed(answer));
    const forms: [args: string[], last: string][] = [
      [["detail", "@latest", "-o", "ndjson"], '"c149"'],
      [["detail", "@latest", "-o", "trace"], "T149"],
      [["detail", "@latest", "-o", "text", "--full"], "T149"],
      [["sessions", "tree", "@latest", "-o", "text"], "T149"],
      [["sessions", "-o", "text"], "__proto__"],
    ];
    for (const [args, last] of forms) {
      const { code, stdout, stderr } = await home.run(args);
      assertEquals([args, code, stderr], [args, 0, ""]);
      assertStringIncludes(stdout, last);
      // Control characters are not passed on to a terminal.
      const obeyed = ["\0", "\u001b", "\u202e"].filter((it) =>
        stdout.includes(it)
      );
      if (args.includes("text")) assertEquals(obeyed, []);
    }
  },
);

interopTest("sessions filters and pages theirs", async () => {
  await using theirs = await filled();
  const { home } = theirs;
  const cases: [args: string[], ids: string[], total: number][] = [
    [[], ["s3", "s2", "s1", "s0", "long"], 5],
    [["--agent", "CUR"], ["s3", "s1"], 2],
    [["--agent", "c%"], [], 0],
    [["--status", "done"], ["long"], 1],
    [["--status", "Running"], ["s3", "s2", "s1", "s0"], 4],
    [["--status", "Idle"], [], 0],
    [["--since", `${START + 3_000}`], ["s3", "s2"], 2],
    [["--since", "2024-04-24T23:06:44Z"], ["s3"], 1],
    [["--since", "7d"], [], 0],
    [["--limit", "2"], ["s3", "s2"], 5],
    [["--limit", "2", "--offset", "2"], ["s1", "s0"], 5],
    [["--offset", "9"], [], 5],
    [["--limit", "0"], ["s3", "s2", "s1", "s0", "long"], 5],
    [["--agent", "claude", "--status", "Running", "--limit", "1"], ["s2"], 2],
    [["--workspace", home.workspace], ["s3", "s2", "s1", "s0", "long"], 5],
    // No workspace is registered with it, so it names none.
    [["--all-workspaces"], [], 0],
  ];
  for (const [args, ids, total] of cases) {
    const { code, stdout, stderr } = await home.run(["sessions", ...args]);
    const { rows, total: found } = JSON.parse(stdout);
    assertEquals(
      [args, code, stderr, rows.map(({ id }: { id: string }) => id), found],
      [args, 0, "", ids, total],
    );
  }
  const lines = await home.run(["sessions", "-o", "ndjson"]);
  assertEquals(lines.stdout.trimEnd().split("\n").length, 5);
  const text = await home.run(["sessions", "list", "-o", "text"]);
  for (const id of ["s3", "s2", "s1", "s0", "long"]) {
    assertStringIncludes(text.stdout, id);
  }
  const unknown = await home.run(["sessions", "--project", "w"]);
  assertEquals(unknown.code, 1);
});

interopTest(
  "detail shows theirs in every form, and says what is not there",
  async () => {
    await using theirs = await filled();
    const { home } = theirs;
    for (const id of ["long", "lo", "@latest"]) {
      const { code, stdout } = await home.run(["detail", id]);
      assertEquals(code, 0);
      assertEquals(
        JSON.parse(stdout).session.id,
        id === "@latest" ? "s3" : "long",
      );
    }
    const spans = await home.run(["detail", "long", "--spans"]);
    assertEquals(JSON.parse(spans.stdout).spans.length, 2);
    const events = await home.run([
      "detail",
      "long",
      "--events",
      "--since-seq",
      "5",
    ]);
    assertEquals(
      JSON.parse(events.stdout).events.map(({ seq }: { seq: number }) => seq),
      [5, 6, 7],
    );
    const records = await home.run(["detail", "long", "-o", "ndjson"]);
    assertEquals(
      records.stdout.trimEnd().split("\n").map((line) =>
        JSON.parse(line).record
      ),
      ["session", ...Array(8).fill("event"), ...Array(3).fill("span")],
    );
    const trace = await home.run(["detail", "long", "-o", "trace"]);
    assertEquals(trace.code, 0);
    JSON.parse(trace.stdout);
    const text = await home.run(["sessions", "show", "long", "-o", "text"]);
    assertStringIncludes(text.stdout, "claude-opus-4");
    const tree = await home.run(["sessions", "tree", "long", "-o", "text"]);
    for (const tool of ["Task", "Read", "Bash"]) {
      assertStringIncludes(tree.stdout, tool);
    }
    for (const id of ["nobody", "s"]) {
      const { code, stdout } = await home.run(["detail", id]);
      assertEquals([code, JSON.parse(stdout).type], [1, "error"]);
    }
  },
);

interopTest(
  "detail --follow and sessions --watch go on with theirs",
  async () => {
    await using theirs = await filled();
    const { home } = theirs;
    const following = home.spawn(["detail", "s2", "--follow", "-o", "ndjson"]);
    const watching = home.spawn([
      "sessions",
      "--watch",
      "50ms",
      "-o",
      "ndjson",
    ]);
    const first = JSON.parse(await following.nextLine() ?? "");
    assertEquals([first.record, first.id ?? first.session?.id], [
      "session",
      "s2",
    ]);
    for (let i = 0; i < 5; i++) assert(await watching.nextLine());
    await feed(home, {
      hook_event_name: "Stop",
      session_id: "s2",
      timestamp_ms: START + 9_000,
    });
    const changed = JSON.parse(await watching.nextLine() ?? "");
    assertEquals([changed.id, changed.status], ["s2", "Done"]);
    let line: string | null;
    do line = await following.nextLine(); while (
      line !== null && !line.includes('"session_stop"')
    );
    assert(line !== null);
    following.signal("SIGINT");
    watching.signal("SIGINT");
    assertEquals((await following.ended).code, 130);
    assertEquals((await watching.ended).code, 130);
  },
);

interopTest(
  "what only our daemon does is refused by theirs, and said",
  async () => {
    await using theirs = await filled();
    const { home } = theirs;
    for (
      const args of [["store", "stats"], [
        "store",
        "prune",
        "--session",
        "s1",
        "--yes",
      ]]
    ) {
      const { code, stdout } = await home.run(args);
      assertEquals([code, JSON.parse(stdout).code], [6, "protocol_error"]);
    }
    const { stdout } = await home.run(["sessions"]);
    assertEquals(JSON.parse(stdout).total, 5);
  },
);

interopTest(
  "stop ends theirs and waits until it is gone; a second one is no failure",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    const { code, stdout } = await home.run(["stop"]);
    assertEquals(code, 0);
    assertEquals(JSON.parse(stdout), {
      stopped: true,
      was_running: true,
      pid: theirs.pid,
      message: "stopping",
    });
    await theirs.ended();
    const again = await home.run(["stop"]);
    assertEquals([again.code, JSON.parse(again.stdout).was_running], [
      0,
      false,
    ]);
    for (const args of [["status"], ["sessions", "--no-start"]]) {
      assertEquals((await home.run(args)).code, 3);
    }
  },
);

interopTest(
  "our daemon does not take a home that theirs owns, and takes it over after",
  async () => {
    await using theirs = await filled();
    const { home } = theirs;
    const run = await home.run(["daemon", "run"]);
    assertEquals(run.code, 73);
    assertStringIncludes(run.stderr, `${theirs.pid}`);
    const start = await home.run(["daemon", "start", "--background"]);
    assertEquals(start.code, 0);
    const { started, pid } = JSON.parse(start.stdout);
    assertEquals([started, pid], [false, theirs.pid]);
    const restart = await home.run(["daemon", "restart"]);
    assertEquals(restart.code, 0);
    await theirs.ended();
    const status = await home.run(["status"]);
    assertEquals(JSON.parse(status.stdout).daemon_version, "0.1.0");
  },
);

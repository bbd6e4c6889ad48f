// SPDX-License-Identifier: AGPL-3.0-or-later
/** `kaizen import`: the events of transcripts, each once, also after hooks and earlier imports. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  answerLine,
  codexLine,
  countLine,
  print,
  SESSION,
  START_MS,
  THREAD,
  threadLine,
  userLine,
} from "../unit/transcripts/_transcripts.ts";
import { LIMITS } from "../../src/daemon/limits.ts";
import { fakeDaemon, HELLO } from "./fake_daemon.ts";
import { isInstalled, Terminal } from "./_terminal.ts";
import { ALICE, hasUsers, homeOf, runAs } from "./_users.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

/** The lines of a turn of Claude Code with one call. */
function turn(n: number, second: number): object[] {
  const id = `toolu_${n}`;
  return [
    userLine(second, `prompt ${n}`, { uuid: `p${n}` }),
    answerLine(second + 1, {
      id: `msg_${n}a`,
      content: [{
        type: "tool_use",
        id,
        name: "Bash",
        input: { command: `make ${n}` },
      }],
      more: { uuid: `a${n}` },
    }),
    userLine(second + 3, [{
      type: "tool_result",
      tool_use_id: id,
      content: "ok",
    }], { toolUseResult: { stdout: "ok" } }),
    answerLine(second + 4, { id: `msg_${n}b`, more: { uuid: `b${n}` } }),
  ];
}

/** Writes a transcript below the user's home of the test. */
async function write(
  home: Home,
  path: string,
  lines: readonly object[],
): Promise<string> {
  const whole = `${home.root}/user/${path}`;
  await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(whole, print(lines));
  return whole;
}

const CLAUDE = `.claude/projects/-repo-app/${SESSION}.jsonl`;

async function runImport(
  home: Home,
  ...args: string[]
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await home.run(["import", ...args]);
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

interface Detail {
  events: { source: string; ts_ms: number; payload: Record<string, string> }[];
  spans: {
    span: { tool: string; status: string; lead_time_ms: number | null };
  }[];
  session: { agent: string; workspace: string; title: string };
}

async function detail(home: Home, id: string): Promise<Detail> {
  const { stdout } = await home.run(["detail", id, "-o", "json"]);
  const { session, events, spans } = JSON.parse(stdout);
  return { session, events, spans };
}

Deno.test("import records what transcripts tell, with its times, and nothing twice", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await write(home, CLAUDE, [...turn(1, 0), ...turn(2, 60)]);
  await write(
    home,
    `.claude/projects/-repo-app/${SESSION}/subagents/agent-a7.jsonl`,
    turn(3, 10).map((line) => ({
      ...line,
      isSidechain: true,
      agentId: "a7",
    })),
  );
  await write(
    home,
    `.codex/sessions/2026/11/03/rollout-2026-11-03T09-00-00-${THREAD}.jsonl`,
    [
      threadLine(0),
      codexLine(1, "turn_context", { model: "gpt-5.5", cwd: "/repo/app" }),
      codexLine(1, "event_msg", { type: "user_message", message: "fix it" }),
      countLine(5, [100, 20, 30, 10], [100, 20, 30, 10]),
    ],
  );
  const first = await runImport(home);
  assertEquals(
    [first.transcripts, first.sessions, first.new, first.known],
    [3, 2, 11, 0],
  );
  const claude = await detail(home, SESSION);
  assertEquals(claude.session.agent, "claude");
  assertEquals(claude.session.workspace, "/repo/app");
  assertEquals(claude.session.title, "prompt 1");
  assertEquals(
    new Set(claude.events.map(({ source }) => source)),
    new Set(["Tail"]),
  );
  assertEquals(
    claude.events.sort((a, b) => a.ts_ms - b.ts_ms).map((
      { ts_ms, payload },
    ) => [
      (ts_ms - START_MS) / 1000,
      payload.hook_event_name,
    ]).filter(([second]) => Number(second) < 10),
    [[0, "UserPromptSubmit"], [1, "PreToolUse"], [3, "PostToolUse"], [
      4,
      "Stop",
    ]],
  );
  assertEquals(
    claude.spans.map(({ span }) => [span.tool, span.status, span.lead_time_ms]),
    [["Bash", "done", 2000], ["agent", "done", null], ["Bash", "done", 2000]],
  );
  const codex = await detail(home, THREAD);
  assertEquals([codex.session.agent, codex.session.title], ["codex", "fix it"]);

  const second = await runImport(home);
  assertEquals([second.new, second.known, second.sessions], [0, 11, 0]);
  assertEquals((await detail(home, SESSION)).events.length, 10);
});

Deno.test("import adds to what hooks have told only what is missing", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const path = await write(home, CLAUDE, [
    ...turn(1, 0),
    ...turn(2, 60),
    ...turn(1, 120).map((line) => ({ ...line, uuid: crypto.randomUUID() })),
  ]);
  const told = [
    { hook_event_name: "UserPromptSubmit", prompt: "prompt 1", at: 0 },
    {
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command: "make 1" },
      tool_use_id: "toolu_1",
      at: 1,
    },
    {
      hook_event_name: "PostToolUse",
      tool_name: "Bash",
      tool_use_id: "toolu_1",
      tool_response: { stdout: "ok" },
      at: 3,
    },
    { hook_event_name: "Stop", at: 5 },
    {
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_use_id: "toolu_2",
      at: 61,
    },
  ];
  for (const { at, ...event } of told) {
    const { code } = await home.run(["ingest", "hook", "--source", "claude"], {
      stdin: JSON.stringify({
        session_id: SESSION,
        transcript_path: path,
        cwd: home.workspace,
        permission_mode: "default",
        timestamp_ms: START_MS + at * 1000,
        ...event,
      }),
    });
    assertEquals(code, 0);
  }
  // The third turn repeats the first one's prompt an hour later, and makes no new call.
  const { new: added, known } = await runImport(home);
  const { events, spans, session } = await detail(home, SESSION);
  assertEquals([added, known], [5, 5]);
  assertEquals(events.length, told.length + 5);
  assertEquals(spans.length, 2);
  assertEquals(session.workspace, home.workspace);
  const { new: again } = await runImport(home);
  assertEquals(again, 0);
});

Deno.test("import sends many events in one request, and one at a time to a daemon that knows no other", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home, { mode: 0o700 });
  const turns = 40;
  const stdout = 'é "'.repeat(4000);
  const lines = Array.from(
    { length: turns },
    (_, n) =>
      turn(n, n * 10).map((line) =>
        "toolUseResult" in line ? { ...line, toolUseResult: { stdout } } : line
      ),
  );
  await write(home, CLAUDE, lines.flat());
  for (const knowsMany of [true, false]) {
    const stored: string[] = [];
    await using daemon = fakeDaemon(
      home.socket,
      async ({ request, answer }) => {
        const { type, payload, payloads } = request;
        if (type === "hello") {
          await answer(HELLO);
        } else if (type === "ingest_hook") {
          stored.push(String(payload));
          await answer('{"type":"ack","message":"ingested"}');
        } else if (type === "ingest_events" && knowsMany) {
          const lines = String(payloads).trimEnd().split("\n");
          stored.push(...lines);
          await answer(
            `{"type":"ingested","stored":${lines.length},"refused":0,"reason":null}`,
          );
        } else if (type === "get_session_detail") {
          await answer(
            '{"type":"detail","session":null,"events":[],"spans":[]}',
          );
        }
      },
    );
    const { new: count } = await runImport(home);
    assertEquals([count, stored.length], [4 * turns, 4 * turns]);
    const ids = stored.map((payload) => JSON.parse(payload).kaizen_id);
    assertEquals(new Set(ids).size, 4 * turns);
    const requests = (type: string) =>
      daemon.requests.filter((request) => request.type === type).length;
    assertEquals(requests("ingest_hook"), knowsMany ? 0 : 4 * turns);
    // All that are on their way when the first one is not answered.
    if (!knowsMany) assert(requests("ingest_events") <= 4);
    for (const { payloads = "", ...head } of daemon.requests) {
      const text = `${JSON.stringify(head)}\n${payloads}`;
      const { length } = new TextEncoder().encode(text);
      assert(length < LIMITS.freeRequestBytes, `${head.type}: ${length} bytes`);
    }
  }
});

Deno.test({
  name: "import shows on a terminal how far it is, and clears that line",
  ignore: !isInstalled("tmux") || !isInstalled("bash"),
  async fn() {
    await using home = await tempHome();
    await Deno.mkdir(home.home, { mode: 0o700 });
    const lines = Array.from({ length: 200 }, (_, n) => turn(n, n * 10));
    await write(home, CLAUDE, lines.flat());
    // No event is acknowledged before the line has been seen.
    const isSeen = Promise.withResolvers<void>();
    await using _daemon = fakeDaemon(
      home.socket,
      async ({ request: { type, payloads }, answer }) => {
        if (type === "hello") {
          await answer(HELLO);
        } else if (type === "get_session_detail") {
          await answer(
            '{"type":"detail","session":null,"events":[],"spans":[]}',
          );
        } else if (type === "ingest_events") {
          await isSeen.promise;
          const stored = String(payloads).trimEnd().split("\n").length;
          await answer(
            `{"type":"ingested","stored":${stored},"refused":0,"reason":null}`,
          );
        }
      },
    );
    await using terminal = await Terminal.open({
      columns: 80,
      rows: 20,
      command: "bash --noprofile --norc",
      env: { HOME: `${home.root}/user`, KAIZEN_HOME: home.home },
      cwd: home.workspace,
    });
    const program = programCommand().join(" ");
    await terminal.type(
      `clear; ${program} import; echo it has en""ded`,
      "Enter",
    );
    try {
      await terminal.waitFor((screen) =>
        /^ *\d+% \[#*-*\] \S+ \S+ of \S+ [KM]iB/m.test(screen)
      );
    } finally {
      isSeen.resolve();
    }
    const screen = await terminal.waitFor((screen) =>
      screen.includes("it has ended")
    );
    assert(!screen.includes("%"), screen);
    assertStringIncludes(screen, "800 events of 1 session");
  },
});

Deno.test("import --dry-run counts and stores nothing", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await write(home, CLAUDE, turn(1, 0));
  const { new: count, dry_run } = await runImport(home, "claude", "--dry-run");
  assertEquals([count, dry_run], [4, true]);
  const { stdout } = await home.run(["sessions", "--all-workspaces"]);
  assertEquals(JSON.parse(stdout).rows, []);
  const late = await runImport(home, "--since", "2099-01-01");
  assertEquals(late.transcripts, 0);
  const none = await runImport(home, "codex");
  assertEquals(none.transcripts, 0);
});

Deno.test("import goes on where an import was killed", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const turns = 400;
  for (const name of ["a", "b"]) {
    await write(
      home,
      CLAUDE.replace(SESSION, `${name}${SESSION.slice(1)}`),
      Array.from({ length: turns }, (_, n) => turn(n, n * 10)).flat()
        .map((line) => ({ ...line, sessionId: `${name}${SESSION.slice(1)}` })),
    );
  }
  const cut = home.spawn(["import"]);
  const stored = async () => {
    const { stdout } = await home.run(["store", "stats", "-o", "json"]);
    return Number(JSON.parse(stdout).events);
  };
  while (await stored() === 0);
  cut.signal("SIGKILL");
  await cut.ended;
  const { new: rest, known } = await runImport(home);
  assertEquals(Number(rest) + Number(known), 2 * 4 * turns);
  assertEquals(await stored(), 2 * 4 * turns);
});

Deno.test("import keeps to config.toml", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home, { mode: 0o700 });
  await Deno.writeTextFile(
    `${home.home}/config.toml`,
    '[exclude]\nworkspaces = ["/repo/app"]\n',
  );
  await using _daemon = await home.startDaemon();
  await write(home, CLAUDE, turn(1, 0));
  const report = await runImport(home);
  assertEquals([report.new, report.excluded], [0, 4]);
});

Deno.test("import names what it cannot read, and imports the rest", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const good = await write(home, CLAUDE, turn(1, 0));
  const folder = good.slice(0, good.lastIndexOf("/"));
  await Deno.symlink("/etc/passwd", `${folder}/link.jsonl`);
  await Deno.writeTextFile(`${folder}/odd.jsonl`, "\0\x01\n".repeat(100));
  await Deno.writeTextFile(good, "{half\n", { append: true });
  const { code } = await new Deno.Command("mkfifo", {
    args: [`${folder}/pipe.jsonl`],
  }).output();
  assertEquals(code, 0);
  const all = await runImport(home);
  assertEquals(
    [all.new, all.unreadable_lines, all.unreadable_transcripts],
    [4, 1, 1],
  );
  assertEquals(all.unreadable, [{
    path: `${folder}/odd.jsonl`,
    reason: "it is not a transcript of the agent",
  }]);
  for (
    const [name, reason] of [
      ["link", "it is not a plain file"],
      ["pipe", "it is not a plain file"],
      ["none", "no such file"],
    ]
  ) {
    const path = `${folder}/${name}.jsonl`;
    const { code, stdout } = await home.run(["import", path]);
    assertEquals([code, JSON.parse(stdout).unreadable], [74, [
      { path, reason },
    ]]);
  }
  const { code: passwd } = await home.run(["import", "/etc/passwd"]);
  assertEquals(passwd, 74);
  const { stdout } = await home.run(["import", "./none.jsonl", "-o", "text"]);
  assertStringIncludes(stdout, "no such file");
});

Deno.test({
  name:
    "import ends with 74, and doctor says why, if permissions keep transcripts from the user",
  ignore: !await hasUsers(),
  async fn() {
    await using home = await tempHome();
    const user = await homeOf(ALICE, home);
    const text = print(turn(1, 0));
    const projects = `${user}/.claude/projects`;
    const paths = ["a", "b", "c", "d"].map((name) =>
      `${projects}/-${name}/${SESSION}.jsonl`
    );
    for (const path of paths) {
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.writeTextFile(path, text);
    }
    await new Deno.Command("chown", { args: ["-R", `${ALICE}`, user] })
      .output();
    const [closed = "", inClosed = "", inShut = ""] = paths;
    const folders = [inClosed, inShut].map((path) =>
      path.slice(0, path.lastIndexOf("/"))
    );
    await Deno.chmod(closed, 0o000);
    await Deno.chmod(folders[0] ?? "", 0o000);
    await Deno.chmod(folders[1] ?? "", 0o600);
    const run = (...words: string[]) =>
      runAs(ALICE, words, home, { env: { KAIZEN_NO_START: "" } });
    const all = await run("import", "--json");
    assertEquals(all.code, 74, all.stderr);
    const report = JSON.parse(all.stdout);
    assertEquals(report.new, 4);
    assertEquals(report.unreadable, [
      ...folders.map((path) => ({ path, reason: "permission denied" })),
      { path: closed, reason: "its owner may not read it" },
    ]);
    const named = await run("import", closed, "--json");
    assertEquals([named.code, JSON.parse(named.stdout).unreadable], [74, [
      { path: closed, reason: "its owner may not read it" },
    ]]);
    const advised: [words: string[], advice: string][] = [
      [[], "kaizen doctor"],
      [[folders[0] ?? ""], `chmod -R u+rX ${folders[0]}`],
    ];
    for (const [words, advice] of advised) {
      const { code, stdout, stderr } = await run("import", ...words, "-o=text");
      assertEquals(code, 74);
      assertMatch(stdout, /\nunreadable +\d paths?, 0 lines\n/);
      assertStringIncludes(
        stderr,
        `kaizen: to import what you may not read yet: ${advice}\n`,
      );
    }
    const findFault = async () => {
      const { stdout } = await run("doctor", "--json");
      const { findings } = JSON.parse(stdout);
      return findings.find(({ check, level }: Record<string, string>) =>
        check === "transcripts" && level === "fault"
      );
    };
    const { message, repair } = await findFault();
    for (const path of [...folders, closed]) {
      assertStringIncludes(message, path);
    }
    assertEquals(repair, `chmod -R u+rX ${projects}`);
    await new Deno.Command("chmod", { args: ["-R", "u+rX", projects] })
      .output();
    assertEquals(await findFault(), undefined);
    assertEquals((await run("import")).code, 0);
    await run("stop");
  },
});

Deno.test("import takes texts that no path and no request can have, once", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const lines = [
    ...["/a\0b", "/a\ud83d"].map((cwd, n) =>
      userLine(n, "prompt", { cwd, uuid: `p${n}` })
    ),
    userLine(2, "prompt", { uuid: `${"u".repeat(114)}\u{1f600}` }),
    userLine(3, "prompt", { uuid: "\ud83d" }),
  ];
  await write(home, CLAUDE, lines);
  assertEquals((await runImport(home)).new, 4);
  const { new: more, known } = await runImport(home);
  assertEquals([more, known], [0, 4]);
});

Deno.test("import says where it found no transcripts", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const words = ["import", "codex", "--since", "2026-01-02T03:04:05Z"];
  const { code, stdout, stderr } = await home.run([...words, "-o", "text"]);
  assertEquals([code, stdout], [0, "(no transcripts)\n"]);
  assertStringIncludes(
    stderr,
    `no transcripts that were written since 2026-01-02T03:04:05Z in ${home.root}/user/.codex/sessions`,
  );
});

Deno.test("import needs a daemon, and words that it knows", async () => {
  await using home = await tempHome();
  await write(home, CLAUDE, turn(1, 0));
  const stopped = await home.run(["import", "--no-start"]);
  assertEquals(stopped.code, 3);
  for (const word of ["gemini", "nonsense"]) {
    const { code, stderr } = await home.run(["import", word]);
    assertEquals(code, 64);
    assert(stderr.includes(word));
  }
});

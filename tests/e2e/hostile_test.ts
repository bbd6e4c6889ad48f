// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Agents, repositories and daemons choose names and messages. Here every text that a daemon can
 * send tries to break out of its place on a terminal: to move the cursor, to set the title or the
 * clipboard, to reverse a line, to hide, to begin a line of its own that looks like one of ours.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { event, node, session } from "../unit/output/_samples.ts";
import { Git } from "./_git.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { type Finished, type Home, tempHome } from "./harness.ts";

/** A line that must never be one. */
const FORGED = "FORGED";
const attacks: [name: string, text: string][] = [
  ["CSI", "\x1b[2J\x1b[31m\x1b[1;1H"],
  ["OSC", "\x1b]0;owned\x07\x1b]52;c;cm0=\x1b\\"],
  ["DCS, APC and a reset", "\x1bP+q\x1b\\\x1b_x\x1b\\\x1bc"],
  ["C1", "\x9b31m\x9d0;owned\x9c\x85"],
  ["bidi", "\u202egnp.exe\u202c\u2066x\u2069\u200f\u061c"],
  ["zero-width", "a\u200b\u200c\u200d\u2060\ufeffb\u00ad\u034f\u3164"],
  ["tags and selectors", "\u{e0041}\u{e0042}\ufe01\u{e0100}"],
  [
    "line breaks",
    `\n${FORGED}\r\n${FORGED}\r${FORGED}\x0b\x0c\u2028${FORGED}\u2029`,
  ],
  ["others", "\0\b\b\b\t\x7f\x0e\x0f"],
];
const HOSTILE = attacks.map(([, text]) => text).join("");
/** The same as an argument, which ends at a NUL. */
const WORD = HOSTILE.replaceAll("\0", "");
/** The same where a text has to be unlike its namesakes. */
const hostile = (name: string) => `${name}${HOSTILE}`;

// deno-lint-ignore no-control-regex
const SAFE_COLORS = /\x1b\[(?:1|2|22|31|32|33|36|39)m/g;
const UNSAFE =
  /(?![\n\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

function assertHarmless({ stdout, stderr }: Finished, what: string): void {
  for (const text of [stdout, stderr]) {
    const shown = text.replace(SAFE_COLORS, "");
    const at = shown.search(UNSAFE);
    assertEquals(
      at,
      -1,
      `${what}: ${JSON.stringify(shown.slice(Math.max(0, at - 20), at + 20))}`,
    );
    const forged = shown.split("\n").filter((line) => line.startsWith(FORGED));
    assertEquals(forged, [], what);
  }
}

function rows(count: number): unknown[] {
  return Array.from({ length: count }, (_, i) =>
    session({
      id: hostile(`id-${i}-`),
      agent: HOSTILE,
      model: HOSTILE,
      workspace: hostile("/w/"),
      branch: HOSTILE,
      trace_path: HOSTILE,
      start_commit: HOSTILE,
      end_commit: HOSTILE,
      agent_version: HOSTILE,
      parent_session_id: HOSTILE,
      os: HOSTILE,
      arch: HOSTILE,
    }));
}

const [first] = rows(1);
const payload = {
  hook_event_name: HOSTILE,
  [HOSTILE]: HOSTILE,
  tool_input: { command: HOSTILE },
};
const HELLO = {
  proto_version: 1,
  daemon_version: HOSTILE,
  workspaces: [hostile("/w/"), hostile("/v/")],
};
const ANSWERS: Record<string, unknown> = {
  hello: HELLO,
  status: {
    pid: 1,
    uptime_ms: 1,
    queue_depth: 0,
    last_error: HOSTILE,
    web: { listen: HOSTILE, url: HOSTILE, token: "t" },
  },
  sessions: { rows: rows(2), total: 5, next_offset: null },
  detail: {
    session: first,
    events: [
      event({ tool: HOSTILE, tool_call_id: HOSTILE, payload }),
      event({ kind: "Error", payload: { error: HOSTILE } }),
    ],
    spans: [
      node({ tool: HOSTILE, span_id: HOSTILE, paths: [HOSTILE, HOSTILE] }, [
        node({ tool: HOSTILE, status: "orphaned" }),
      ]),
    ],
  },
};
const NAMES: Record<string, string> = {
  list_sessions: "sessions",
  get_session_detail: "detail",
};

/** Answers as {@linkcode ANSWERS} has it, but for what `overrides` has. */
function serve(home: Home, overrides: Record<string, unknown> = {}) {
  const answers = { ...ANSWERS, ...overrides };
  return fakeDaemon(home.socket, async ({ request, answer }) => {
    const type = String(request.type);
    const name = NAMES[type] ?? type;
    const given = answers[name];
    const fields = typeof given === "function" ? given(request) : given;
    await answer(JSON.stringify({ type: name, ...Object(fields) }));
  });
}

/** No sessions here, but some in the workspaces that `hello` names. */
const NONE = ({ workspace }: Record<string, unknown>) =>
  HELLO.workspaces.includes(String(workspace))
    ? ANSWERS["sessions"]
    : { rows: [], total: 0, next_offset: null };
const NO_DETAIL = { session: null, events: [], spans: [] };
const ERROR = { type: "error", message: HOSTILE, [HOSTILE]: HOSTILE };
const runs: [
  what: string,
  args: string[],
  overrides?: Record<string, unknown>,
][] = [
  ["status", ["status"]],
  ["sessions", ["sessions"]],
  ["sessions of all workspaces", ["sessions", "--all-workspaces"]],
  ["no sessions", ["sessions"], { sessions: NONE }],
  ["an ambiguous project", ["sessions", "--project", WORD], {
    hello: { ...HELLO, workspaces: [`/w/${WORD}`, `/v/${WORD}`] },
  }],
  ["detail", ["detail", "x"]],
  ["detail with payloads", ["detail", "x", "--full"]],
  ["the tree", ["sessions", "tree", "x"]],
  ["an ambiguous beginning", ["detail", "id-"], { detail: NO_DETAIL }],
  ["an unknown id", ["detail", hostile("no")], { detail: NO_DETAIL }],
  ["an error about sessions", ["sessions"], { sessions: ERROR }],
  ["an error about a session", ["detail", "x"], { detail: ERROR }],
  ["an error about the store", ["store", "stats"], { store_stats: ERROR }],
  ["an answer of a wrong shape", ["sessions"], { sessions: { type: HOSTILE } }],
  ["an unknown command", [hostile("sesions")]],
  ["a value that is none", [
    "sessions",
    "--status",
    HOSTILE.replaceAll("\0", ""),
  ]],
  ["ids for a shell", ["completions", "ids"]],
];

Deno.test("nothing that a daemon sends breaks out of its place in a text", async (test) => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  for (const [what, args, overrides] of runs) {
    await test.step(what, async () => {
      await using _daemon = serve(home, overrides);
      for (const color of ["always", "never"]) {
        const words = args.map((word) => word.replaceAll("\0", ""));
        const result = await home.run([
          ...words,
          ...["-o", "text", "--color", color],
        ]);
        assertHarmless(result, `${what}, color ${color}`);
        // It was shown, and not just left out.
        if (what !== "ids for a shell") {
          assertStringIncludes(result.stdout + result.stderr, "\\x1b[2J");
        }
      }
    });
  }
});

Deno.test("nothing that a daemon sends breaks out of what goes on", async (test) => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  for (const args of [["sessions", "--watch"], ["detail", "x", "--follow"]]) {
    await test.step(args.join(" "), async () => {
      await using daemon = serve(home);
      const process = home.spawn([...args, "-o", "text", "--color", "always"]);
      assert(await process.nextLine() !== null);
      // It is asked again once what it said has been shown.
      const before = daemon.requests.length;
      while (daemon.requests.length === before) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      process.signal("SIGINT");
      const result = await process.ended;
      assertEquals(result.code, 130);
      assertStringIncludes(result.stdout, "\\x1b[2J");
      assertHarmless(result, args.join(" "));
    });
  }
});

Deno.test("completions ids offers no id that a shell would read otherwise than as one word", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const bad = [
    "-rf",
    "a b",
    "$(id)",
    "`id`",
    "a;b",
    "a'b",
    'a"b',
    "a\\b",
    "~x",
  ];
  const ids = [...bad, "", "good-1", ...attacks.map(([, text]) => `x${text}`)];
  const list = ids.map((id) => session({ id, agent: HOSTILE }));
  await using _daemon = serve(home, {
    sessions: { rows: list, total: ids.length, next_offset: null },
  });
  const { code, stdout } = await home.run(["completions", "ids"]);
  assertEquals(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.map((line) => line.split("\t")[0]), ["good-1"]);
});

Deno.test("a spool list shows a hostile reason and name in their place", async () => {
  await using home = await tempHome();
  await home.run(["ingest", "hook", "--source", "claude"], {
    stdin: `{"hook_event_name":${JSON.stringify(HOSTILE)}}`,
  });
  await Deno.writeTextFile(`${home.home}/spool/rejected/x\x1b[2J\u202e`, "x");
  for (const args of [["spool", "list"], ["spool", "status"], ["status"]]) {
    const result = await home.run([...args, "-o", "text", "--color", "always"]);
    assertHarmless(result, args.join(" "));
  }
});

Deno.test("a path that a command prints is shown in its place", async () => {
  await using home = await tempHome();
  const env = { KAIZEN_HOME: `${home.root}/h\x1b[2J\u202e` };
  const copy = `${home.workspace}/copy\x1b[2J\u202e`;
  for (
    const words of [
      ["daemon", "start", "--background"],
      ["store", "backup", copy],
      ["store", "restore", copy],
      ["hooks", "plugin", `${home.workspace}/plugin\x1b[2J\u202e`],
      ["daemon", "restart"],
      ["stop"],
    ]
  ) {
    const result = await home.run([...words, "-o", "text"], { env });
    assertEquals(result.code, 0, result.stderr);
    assertHarmless(result, words.join(" "));
  }
});

Deno.test("nothing that an agent or a repository says breaks out of its place in a text", async (test) => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const repo = `${home.workspace}/w${WORD}`;
  const git = new Git(home);
  await git.run(home.workspace, "init", "-q", "-b", "main", repo);
  await Deno.writeTextFile(`${repo}/f${WORD}`, `${HOSTILE}\n`);
  await git.run(repo, "add", ".");
  await git.run(repo, "commit", "-q", "-m", WORD);
  const call = {
    tool_name: hostile("Tool"),
    tool_use_id: hostile("t"),
    tool_input: { command: HOSTILE, file_path: `${repo}/f${HOSTILE}` },
  };
  for (
    const event of [
      { hook_event_name: "SessionStart", source: HOSTILE, model: HOSTILE },
      { hook_event_name: "UserPromptSubmit", prompt: hostile("prompt ") },
      { hook_event_name: "PreToolUse", ...call },
      { hook_event_name: "PostToolUseFailure", ...call, error: HOSTILE },
      { hook_event_name: "Notification", message: HOSTILE, title: HOSTILE },
      { hook_event_name: "Stop", stop_hook_active: false },
    ]
  ) {
    const session = { session_id: "s", agent_type: HOSTILE, cwd: repo };
    const stdin = JSON.stringify({
      ...session,
      transcript_path: hostile("/nowhere/"),
      permission_mode: HOSTILE,
      ...event,
    });
    const hook = ["ingest", "hook", "--source", "claude"];
    assertEquals((await home.run(hook, { stdin })).code, 0);
  }
  const commit = ["ingest", "git", "post-commit"];
  assertEquals((await home.run(commit, { cwd: repo })).code, 0);
  const shows = new Set<string>();
  for (
    const words of [
      ["sessions"],
      ["sessions", "tree", "s"],
      ["detail", "s"],
      ["detail", "s", "--full"],
      ["events"],
      ["grep", FORGED],
      ["usage", "--by", "workspace"],
      ["commits"],
      ["blame", `f${WORD}`],
      ["wait", "s"],
      ["doctor"],
      ["doctor", "--coverage"],
      ["store", "stats"],
      ["hooks", "status"],
    ]
  ) {
    const name = words.join(" ");
    await test.step(name, async () => {
      for (const color of ["always", "never"]) {
        const result = await home.run(
          [...words, "-o", "text", "--color", color],
          { cwd: repo },
        );
        assertHarmless(result, `${name}, color ${color}`);
        if (result.stdout.includes("\\x1b[2J")) shows.add(words[0] ?? "");
      }
    });
  }
  // They were shown, and not just left out.
  const all = ["sessions", "detail", "events", "grep", "commits", "blame"];
  assertEquals(all.filter((name) => !shows.has(name)), []);
});

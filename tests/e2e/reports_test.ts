// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Complaints of users of such tools, tried on this one: each test is a complaint with the right
 * outcome.
 */
import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  Actor,
  CLAUDE,
  CODEX,
  cursorDialect,
  type Dialect,
  Stage,
  VIBE,
} from "../driver/mod.ts";
import { flush, readJson, runHooks, sendHooks } from "./_played.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";
import { isInstalled } from "./_terminal.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** More refusals than an event survives. */
const REFUSALS = 7;

function play(
  home: Home,
  dialect: Dialect,
  id = "s",
  model = "gpt-5.5",
): Actor {
  const stage = new Stage(Date.now() - MINUTE);
  return new Actor(stage, dialect, { id, folder: home.workspace, model });
}

async function sessionOf(
  home: Home,
  id: string,
): Promise<Record<string, unknown>> {
  const { rows } = await readJson(
    home,
    "sessions",
    "--all-workspaces",
    "--limit",
    "0",
  );
  const all: unknown[] = Array.isArray(rows) ? rows : [];
  const found = all.find((row) =>
    typeof row === "object" && row !== null && "id" in row && row.id === id
  );
  return Object.fromEntries(Object.entries(found ?? {}));
}

/** All spans of a session, each with the members that are asked for. */
async function spansOf(
  home: Home,
  id: string,
  ...keys: string[]
): Promise<unknown[][]> {
  const { code, stdout } = await home.run([
    "detail",
    id,
    "--spans",
    "-o",
    "ndjson",
  ]);
  assertEquals(code, 0);
  return stdout.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ record }) => record === "span")
    .map((span) => keys.map((key) => span[key]));
}

Deno.test("events that Cursor gives to two configurations are stored once", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const cursor = play(
    home,
    cursorDialect({ tools: true, families: false, claudes: true }),
  );
  cursor.start().prompt("list the files");
  cursor.stage.pass(20);
  const call = cursor.call({ want: "shell", about: "ls" });
  cursor.stage.pass(12);
  cursor.done(call).stop();
  assertEquals(cursor.stage.hooks.length, 10);
  await runHooks(home, cursor.stage.hooks);
  const { agent, totals } = await sessionOf(home, "s");
  assertEquals([agent, totals], ["cursor", {
    ...Object(totals),
    events: 5,
    tool_calls: 1,
    errors: 0,
  }]);
});

Deno.test("events that Copilot gives to several configurations are stored once, in each of their forms", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const run = async (source: string, words: string[], fields: unknown) => {
    const { code, stdout, stderr } = await home.run(
      ["ingest", "hook", "--source", source, ...words],
      { stdin: JSON.stringify(fields) },
    );
    assertEquals([code, stdout, stderr], [0, "", ""]);
  };
  const now = Date.now();
  const input = { command: "npm test" };
  for (const n of [0, 1]) {
    // Two commands that ended in the same millisecond.
    const own = {
      sessionId: "s",
      timestamp: now,
      cwd: home.workspace,
      toolName: "bash",
      toolArgs: { ...input, description: `${n}` },
      toolResult: { resultType: "success", textResultForLlm: "ok" },
    };
    const event = ["--event", "postToolUse"];
    await run("copilot", event, own);
    await run("claude", [], {
      hook_event_name: "PostToolUse",
      session_id: "s",
      timestamp: new Date(now).toISOString(),
      cwd: home.workspace,
      tool_name: "Bash",
      tool_input: own.toolArgs,
      tool_result: { result_type: "success", text_result_for_llm: "ok" },
    });
    await run("copilot", event, own);
  }
  const { agent, totals } = await sessionOf(home, "s");
  const { events, tool_calls } = Object(totals);
  assertEquals([agent, events, tool_calls], ["copilot", 2, 2]);
});

Deno.test("events that three hooks of Copilot deliver, two in one form, are stored once", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const ms = Date.now() - MINUTE;
  const camel: Said = ["userPromptSubmitted", {
    sessionId: "s",
    timestamp: ms,
    cwd: home.workspace,
    prompt: "fix it",
  }];
  const pascal: Said = [null, {
    hook_event_name: "UserPromptSubmit",
    session_id: "s",
    timestamp: new Date(ms).toISOString(),
    cwd: home.workspace,
    prompt: "fix it",
  }];
  const hooks: [source: string, said: Said][] = [
    ["copilot", camel],
    ["copilot", pascal],
    ["claude", pascal],
    ["claude", pascal],
  ];
  for (const [source, [event, fields]] of hooks) {
    const words = event === null ? [] : ["--event", event];
    const { code } = await home.run(
      ["ingest", "hook", "--source", source, ...words],
      { stdin: JSON.stringify(fields) },
    );
    assertEquals(code, 0);
  }
  assertEquals(Object((await sessionOf(home, "s")).totals).events, 1);
});

Deno.test("a Stop while a subagent works in the background ends neither the session nor the subagent's call", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const claude = play(home, CLAUDE);
  const { stage } = claude;
  claude.start().prompt("research this in the background");
  const launch = claude.call({
    want: "agent",
    about: "research",
    inBackground: true,
  });
  const agent = claude.beginAgent(launch, "Explore", true);
  claude.done(launch, { agent });
  stage.pass(10);
  const make = claude.call({ want: "shell", about: "make", by: agent });
  stage.pass(10);
  claude.stop();
  await sendHooks(home, stage.hooks);
  const { status, activity } = await sessionOf(home, "s");
  assertEquals([status, Object(activity).state], ["Running", "tool"]);
  assertEquals((await spansOf(home, "s", "tool", "status")).at(-1), [
    "Bash",
    "open",
  ]);
  const before = stage.hooks.length;
  stage.pass(900);
  claude.done(make);
  await sendHooks(home, stage.hooks.slice(before));
  assertEquals(
    (await spansOf(home, "s", "tool", "status", "lead_time_ms")).at(-1),
    ["Bash", "done", 910],
  );
  assertEquals((await sessionOf(home, "s")).status, "Running");
});

Deno.test("the files of a patch of Codex and of a notebook of Claude Code are known", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const { workspace } = home;
  const hook = { tsMs: Date.now(), folder: workspace };
  const patch = {
    session_id: "patch",
    turn_id: "1",
    transcript_path: null,
    cwd: workspace,
    model: "gpt-5.5",
    permission_mode: "default",
    tool_name: "apply_patch",
    tool_input: {
      command: [
        "*** Begin Patch",
        "*** Update File: notes/a.txt",
        "*** Move to: notes/b.txt",
        "@@",
        "+third",
        "*** Add File: new.txt",
        "+*** Delete File: not/a/line/of/the/patch",
        "*** Delete File: gone.txt",
        "*** End Patch",
        "",
      ].join("\n"),
    },
    tool_use_id: "call_1",
  };
  const notebook = {
    session_id: "notebook",
    cwd: workspace,
    permission_mode: "default",
    tool_name: "NotebookEdit",
    tool_input: { notebook_path: `${workspace}/n.ipynb`, new_source: "x" },
    tool_use_id: "toolu_1",
  };
  await runHooks(home, [
    {
      ...hook,
      source: "codex",
      fields: { ...patch, hook_event_name: "PreToolUse" },
    },
    {
      ...hook,
      source: "claude",
      fields: { ...notebook, hook_event_name: "PreToolUse" },
    },
  ]);
  assertEquals(await spansOf(home, "patch", "paths", "summary"), [[
    ["gone.txt", "new.txt", "notes/a.txt", "notes/b.txt"],
    "notes/a.txt notes/b.txt new.txt gone.txt",
  ]]);
  assertEquals(await spansOf(home, "notebook", "paths"), [[[
    `${workspace}/n.ipynb`,
  ]]]);
});

Deno.test("a command of Codex that failed counts, by the head of its result alone; where nothing tells, nothing is said", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const codex = play(home, CODEX);
  codex.start().prompt("test it");
  for (const code of [1, 0]) {
    codex.stage.pass(10);
    const call = codex.call({ want: "shell", about: "npm test" });
    codex.stage.pass(10);
    if (code === 0) codex.done(call);
    else codex.fail(call, code);
  }
  const unknown = play(home, CODEX, "unknown");
  unknown.done(unknown.call({ want: "edit", about: "a.rs" }));
  await sendHooks(home, [...codex.stage.hooks, ...unknown.stage.hooks]);
  assertEquals(Object((await sessionOf(home, "s")).totals).errors, 1);
  assertEquals(await spansOf(home, "s", "status", "error"), [
    ["failed", "Process exited with code 1"],
    ["done", null],
  ]);
  assertEquals(Object((await sessionOf(home, "unknown")).totals).errors, null);
});

/** A hook of an agent: the event that its command names, and the payload without its session. */
type Said = [event: string | null, fields: Record<string, unknown>];

const CALL = { tool_name: "Bash", tool_input: { command: "npm test" } };
const codexResult = (tool_response: string) => ({
  hook_event_name: "PostToolUse",
  turn_id: "1",
  ...CALL,
  tool_use_id: "c",
  tool_response,
});
const QUESTIONS = { questions: [{ question: "Which  one?", options: [] }] };

/** What agents say in forms of their own: state, and each call's summary, status and error. */
const OWN_FORMS: [
  name: string,
  source: string,
  hooks: Said[],
  state: unknown[],
  spans: unknown[][],
][] = [
  [
    "a question of Claude Code in a list",
    "claude",
    [[null, {
      hook_event_name: "PreToolUse",
      permission_mode: "default",
      tool_name: "AskUserQuestion",
      tool_input: QUESTIONS,
      tool_use_id: "q",
    }]],
    ["needs_answer", "Which one?"],
    [["Which one?", "open", null]],
  ],
  [
    "a question of Claude Code that only its permission tells",
    "claude",
    [
      [null, {
        hook_event_name: "PermissionRequest",
        permission_mode: "default",
        tool_name: "AskUserQuestion",
        tool_input: QUESTIONS,
      }],
    ],
    ["needs_answer", "Which one?"],
    [],
  ],
  [
    "a plan of Claude Code",
    "claude",
    [[null, {
      hook_event_name: "PreToolUse",
      permission_mode: "default",
      tool_name: "ExitPlanMode",
      tool_input: { plan: "# Plan\n\n1. Wait" },
      tool_use_id: "p",
    }]],
    ["needs_answer", "# Plan 1. Wait"],
    [["# Plan 1. Wait", "open", null]],
  ],
  [
    "the other head of a result of Codex",
    "codex",
    [[null, codexResult("Exit code: 2\nWall time: 0 seconds\nOutput:\nbad")]],
    ["working", null],
    [["npm test", "failed", "Exit code: 2"]],
  ],
  [
    "an output of Codex without a head",
    "codex",
    [[null, codexResult("It says:\nProcess exited with code 2\n")]],
    ["working", null],
    [["npm test", "done", null]],
  ],
  [
    "a file and an error of Gemini",
    "gemini",
    [[null, {
      hook_event_name: "AfterTool",
      tool_name: "read_file",
      tool_input: { absolute_path: "/w/a.ts" },
      tool_response: { error: { message: "File not found", type: "x" } },
    }]],
    ["working", null],
    [["/w/a.ts", "failed", "File not found"]],
  ],
  [
    "a command of Copilot that failed in a tool that did not",
    "copilot",
    [["postToolUse", {
      toolName: "bash",
      toolArgs: { command: "false", description: "Fail" },
      toolResult: {
        resultType: "success",
        textResultForLlm: "bad\n<exited with exit code 1>",
      },
    }]],
    ["working", null],
    [["false", "failed", "exited with exit code 1"]],
  ],
  [
    "an editor of Copilot",
    "copilot",
    [["postToolUse", {
      toolName: "str_replace_editor",
      toolArgs: { command: "create", path: "/w/a.ts", file_text: "x" },
      toolResult: { resultType: "success", textResultForLlm: "ok" },
    }]],
    ["working", null],
    [["/w/a.ts", "done", null]],
  ],
  [
    "a command of Vibe that failed in a tool that did not",
    "vibe",
    [[null, {
      hook_event_name: "post_tool",
      tool_name: "bash",
      tool_call_id: "v",
      tool_input: { command: "make" },
      tool_status: "success",
      tool_output: { stdout: "", stderr: "no rule\n", returncode: 2 },
      tool_output_text: "",
      tool_error: null,
      duration_ms: 4.5,
    }]],
    ["working", null],
    [["make", "failed", "no rule"]],
  ],
  [
    "an error of an MCP server",
    "codex",
    [[null, {
      hook_event_name: "PostToolUse",
      turn_id: "1",
      tool_name: "mcp__linear__search",
      tool_input: { query: "x" },
      tool_use_id: "c",
      tool_response: {
        content: [{ type: "text", text: "No such team\nmore" }],
        isError: true,
      },
    }]],
    ["working", null],
    [["x", "failed", "No such team"]],
  ],
  [
    "a result of Codex in a list of texts",
    "codex",
    [[null, {
      ...codexResult(""),
      tool_response: [
        { type: "input_text", text: "Exit code: 3\nOutput:\nbad" },
      ],
    }]],
    ["working", null],
    [["npm test", "failed", "Exit code: 3"]],
  ],
  [
    "a patch that Codex applies in a shell",
    "codex",
    [[null, {
      ...codexResult("Exit code: 0\nOutput:\nSuccess"),
      tool_input: {
        command: "apply_patch <<'EOF'\n*** Begin Patch\n" +
          "*** Update File: a.ts\n*** Move to: b.ts\n@@\n-x\n+y\n" +
          "*** Delete File: c.ts\n*** End Patch\nEOF",
      },
    }]],
    ["working", null],
    [["a.ts b.ts c.ts", "done", null]],
  ],
  [
    "a question of Cursor in its own words",
    "cursor",
    [[null, {
      hook_event_name: "preToolUse",
      cursor_version: "3.9.1",
      tool_name: "AskQuestion",
      tool_input: { title: "T", questions: [{ prompt: "Which?" }] },
      tool_use_id: "t",
    }]],
    ["needs_answer", "Which?"],
    [["Which?", "open", null]],
  ],
  [
    "an error that ends a turn of Copilot",
    "copilot",
    [
      ["errorOccurred", {
        error: { message: "rate limited", name: "E" },
        recoverable: false,
      }],
    ],
    ["failed", "rate limited"],
    [],
  ],
  [
    "an error after which Copilot goes on",
    "copilot",
    [
      ["userPromptSubmitted", { prompt: "go" }],
      ["errorOccurred", { error: { message: "once" }, recoverable: true }],
    ],
    ["working", null],
    [],
  ],
  [
    "an answer of OpenClaw",
    "openclaw",
    [
      [null, {
        type: "message",
        action: "received",
        context: { content: "x" },
      }],
      [null, { type: "message", action: "sent", context: { content: "y" } }],
    ],
    ["idle", null],
    [],
  ],
  [
    "calls that a plugin of OpenClaw reports",
    "openclaw",
    [
      ["before_tool_call", {
        toolName: "exec",
        params: { command: "ls" },
        toolCallId: "o1",
        runId: "r",
      }],
      ["after_tool_call", {
        toolName: "exec",
        params: { command: "ls" },
        toolCallId: "o1",
        runId: "r",
        result: { content: [{ type: "text", text: "a" }] },
        durationMs: 12,
      }],
      ["after_tool_call", {
        toolName: "write",
        params: { path: "/w/a.ts", content: "x" },
        toolCallId: "o2",
        runId: "r",
        error: "EACCES: denied\nmore",
        durationMs: 3,
      }],
    ],
    ["working", null],
    [["ls", "done", null], ["/w/a.ts", "failed", "EACCES: denied"]],
  ],
  [
    "a session of OpenClaw that begins anew",
    "openclaw",
    [
      [null, {
        type: "message",
        action: "received",
        context: { content: "x" },
      }],
      [null, { type: "command", action: "reset", context: {} }],
    ],
    ["idle", null],
    [],
  ],
];

/** An event's time as its agent tells it. Claude Code and Codex tell none. */
function timeOf(source: string, ms: number): Record<string, unknown> {
  if (source === "claude" || source === "codex") return { timestamp_ms: ms };
  return { timestamp: source === "copilot" ? ms : new Date(ms).toISOString() };
}

Deno.test("states, calls and errors are known in the forms of each agent", async (t) => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  for (const [i, [name, source, hooks, state, spans]] of OWN_FORMS.entries()) {
    await t.step(name, async () => {
      const id = `own${i}`;
      const key = { copilot: "sessionId", openclaw: "sessionKey" }[source] ??
        "session_id";
      for (const [n, [event, fields]] of hooks.entries()) {
        const words = event === null ? [] : ["--event", event];
        const { code, stdout, stderr } = await home.run(
          ["ingest", "hook", "--source", source, ...words],
          {
            stdin: JSON.stringify({
              [key]: id,
              cwd: home.workspace,
              ...timeOf(source, Date.now() - MINUTE + n),
              ...fields,
            }),
          },
        );
        assertEquals([code, stdout, stderr], [0, "", ""]);
      }
      const { agent, activity } = await sessionOf(home, id);
      assertEquals(agent, source);
      const { state: is, message } = Object(activity);
      assertEquals([is, message], state);
      assertEquals(
        await spansOf(home, id, "summary", "status", "error"),
        spans,
      );
    });
  }
});

Deno.test("the name of a model makes no agent of another", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const models = [
    "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/k3do1x9qpz7t",
    "gpt-5.2",
    "openrouter/o3",
    "us.amazon.nova-pro-v1:0",
  ];
  for (const [i, model] of models.entries()) {
    const claude = play(home, CLAUDE, `s${i}`, model);
    claude.start().prompt("hello");
    await sendHooks(home, claude.stage.hooks);
    const session = await sessionOf(home, `s${i}`);
    assertEquals([session.agent, session.model], ["claude", model]);
  }
});

Deno.test("events that come while another program holds the store are all stored once it lets go, in order", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const claude = play(home, CLAUDE);
  const prompt = (text: string) => {
    claude.stage.pass(10);
    claude.prompt(text);
  };
  prompt("before");
  await runHooks(home, claude.stage.hooks);
  prompt("during 1");
  prompt("during 2");
  // The daemon may write, too: it waits for that.
  using other = new DatabaseSync(`${home.home}/store.db`, { timeout: 5_000 });
  other.exec("BEGIN IMMEDIATE");
  await runHooks(home, claude.stage.hooks.slice(1));
  for (let n = 0; n < REFUSALS; n++) await home.run(["spool", "flush"]);
  other.exec("ROLLBACK");
  await flush(home);
  prompt("after");
  await runHooks(home, claude.stage.hooks.slice(3));
  const { spool } = await readJson(home, "status");
  const { pending, rejected } = Object(spool);
  assertEquals([pending, rejected], [0, 0]);
  const { events } = await readJson(home, "detail", "s");
  const prompts = (Array.isArray(events) ? events : [])
    .map(({ payload }) => payload.prompt);
  assertEquals(prompts, ["before", "during 1", "during 2", "after"]);
});

Deno.test("a session names its parent where the agent does", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const parent = play(home, VIBE, "parent");
  parent.call({ want: "agent", about: "look" });
  const child = new Actor(parent.stage, VIBE, {
    id: "child",
    folder: home.workspace,
    parent: "parent",
  });
  child.done(child.call({ want: "shell", about: "ls" }));
  await sendHooks(home, parent.stage.hooks);
  assertEquals((await sessionOf(home, "parent")).parent_session_id, null);
  assertEquals((await sessionOf(home, "child")).parent_session_id, "parent");
});

Deno.test("Cursor's shell, server and file events are calls, once where its tool events are wired, too", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const hooks = [false, true].flatMap((tools) => {
    const dialect = cursorDialect({ tools, families: true, claudes: false });
    const cursor = play(home, dialect, tools ? "both" : "families");
    const { stage } = cursor;
    cursor.prompt("run the tests");
    stage.pass(10);
    const shell = cursor.call({ want: "shell", about: "npm test" });
    stage.pass(1234);
    cursor.done(shell);
    stage.pass(10);
    const edit = cursor.call({ want: "edit", about: "/w/app/a.ts" });
    stage.pass(30);
    cursor.done(edit);
    stage.pass(10);
    cursor.stop();
    return stage.hooks;
  });
  await sendHooks(home, hooks);
  const keys = ["tool", "status", "summary", "latency_ms"];
  assertEquals(await spansOf(home, "families", ...keys), [
    ["Shell", "done", "npm test", 1234],
    ["Edit", "done", "/w/app/a.ts", null],
  ]);
  assertEquals(await spansOf(home, "both", ...keys), [
    ["Shell", "done", "npm test", 1235],
    ["Edit", "done", "/w/app/a.ts", 30],
  ]);
});

Deno.test({
  name: "what a day cost is booked to the day of the user who asks",
  ignore: !isInstalled("jq") || !isInstalled("bash"),
  async fn() {
    const recipe = "kaizen sessions --all-workspaces --limit 0 | " +
      `jq -r '.rows | group_by(.started_at_ms / 1000 | floor | strflocaltime("%F"))[] | "\\(.[0].started_at_ms / 1000 | floor | strflocaltime("%F"))\\t\\(map(.totals.cost_usd_e6 | values) | if . == [] then "–" else add / 1e6 end)"'`;
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const program = `${home.root}/bin`;
    await Deno.mkdir(program);
    await Deno.symlink(programCommand()[0] ?? "", `${program}/kaizen`);
    const zones = { "Asia/Tokyo": "+09:00", "America/Los_Angeles": "-08:00" };
    for (const [zone, offset] of Object.entries(zones)) {
      const folder = `${home.root}/${zone.split("/")[1]}`;
      await Deno.mkdir(folder);
      const hooks = ["00:30", "12:00", "23:30"].map((time) => ({
        source: "claude",
        folder,
        tsMs: Date.parse(`2026-11-20T${time}:00${offset}`),
        fields: {
          session_id: `${zone} ${time}`,
          cwd: folder,
          hook_event_name: "SessionStart",
          total_cost_usd: 1,
        },
      }));
      await runHooks(home, hooks);
      const { stdout } = await new Deno.Command("bash", {
        args: [
          "-c",
          recipe.replace(
            "kaizen sessions",
            `kaizen sessions --workspace '${folder}'`,
          ).replace("--all-workspaces ", ""),
        ],
        cwd: folder,
        env: {
          HOME: home.root,
          KAIZEN_HOME: home.home,
          TZ: zone,
          PATH: `${program}:${Deno.env.get("PATH")}`,
        },
      }).output();
      assertEquals(new TextDecoder().decode(stdout), "2026-11-20\t3\n", zone);
    }
  },
});

Deno.test("pruning takes the old events of a session that goes on", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const commit = (agoMs: number, subject: string) => ({
    source: "claude",
    folder: home.workspace,
    tsMs: Date.now() - agoMs,
    fields: {
      hook_event_name: "post-commit",
      session_id: "git:app",
      cwd: home.workspace,
      subject,
    },
  });
  await runHooks(home, [
    commit(60 * DAY, "sixty days ago"),
    commit(MINUTE, "today"),
  ]);
  const { code } = await home.run([
    "store",
    "prune",
    "--older-than",
    "30d",
    "--yes",
  ]);
  assertEquals(code, 0);
  const { events } = await readJson(home, "detail", "git:app");
  const subjects = (Array.isArray(events) ? events : [])
    .map(({ payload }) => payload.subject);
  assertEquals(subjects, ["today"]);
});

Deno.test("pruning leaves no text of the old events of a session that goes on in any file", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const event = (agoMs: number, name: string, fields: object) => ({
    source: "claude",
    folder: home.workspace,
    tsMs: Date.now() - agoMs,
    fields: {
      session_id: "on",
      transcript_path: "/home/dev/.claude/projects/-app/on.jsonl",
      cwd: home.workspace,
      permission_mode: "default",
      hook_event_name: name,
      ...fields,
    },
  });
  const call = (id: string, command: string) => ({
    tool_name: "Bash",
    tool_input: { command },
    tool_use_id: id,
  });
  await runHooks(home, [
    event(60 * DAY, "SessionStart", { source: "startup", model: "SECRET" }),
    event(60 * DAY, "UserPromptSubmit", { prompt: "SECRET title" }),
    event(60 * DAY, "PreToolUse", call("toolu_1", "SECRET command")),
    event(MINUTE, "PostToolUse", {
      ...call("toolu_1", "make"),
      tool_response: { stdout: "KEPT", stderr: "", interrupted: false },
    }),
  ]);
  const { code } = await home.run(
    ["store", "prune", "--older-than", "30d", "--yes"],
  );
  assertEquals(code, 0);
  const held = (word: string) =>
    [...Deno.readDirSync(home.home)].filter(({ isFile }) => isFile)
      .filter(({ name }) =>
        new TextDecoder("latin1")
          .decode(Deno.readFileSync(`${home.home}/${name}`)).includes(word)
      ).map(({ name }) => name);
  assertEquals([held("SECRET"), held("KEPT")], [[], ["store.db"]]);
  assertEquals(
    await spansOf(home, "on", "tool", "status", "summary"),
    [["Bash", "done", "make"]],
  );
});

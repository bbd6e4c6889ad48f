// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The screens that a person sees in a terminal, compared with the files in
 * `tests/fixtures/screens/`. In files whose names end in `-colors`, marks stand for colors.
 * `KAIZEN_UPDATE_SCREENS=1 scripts/deno test -A tests/e2e/screens_test.ts` writes them anew: look
 * at the difference before it is committed.
 */
import { assert, assertEquals, assertNotMatch } from "@std/assert";
import { event, node, session } from "../unit/output/_samples.ts";
import { feed } from "./_feed.ts";
import { markColors } from "./_mark_colors.ts";
import { isInstalled, Terminal, UNTOUCHED } from "./_terminal.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

const SCREENS = new URL("../fixtures/screens/", import.meta.url);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const HAS_TERMINAL = isInstalled("tmux") && isInstalled("bash");

/**
 * A session of an hour ago that has everything, and some with names that only a hostile or foreign
 * agent would choose.
 */
async function fill(home: Home, now: number): Promise<void> {
  const at = now - 90 * MINUTE;
  const id = "0b5e6f1c-7d2a-4c39-9e41-5a0f3c8d7e62";
  const event = (ms: number, fields: Record<string, unknown>) => ({
    session_id: id,
    timestamp_ms: at + ms,
    ...fields,
  });
  const call = (ms: number, name: string, callId: string, input: unknown) =>
    event(ms, {
      hook_event_name: "PreToolUse",
      tool_name: name,
      tool_use_id: callId,
      tool_input: input,
    });
  const result = (
    ms: number,
    callId: string,
    fields: Record<string, unknown> = {},
  ) =>
    event(ms, {
      hook_event_name: "PostToolUse",
      tool_use_id: callId,
      ...fields,
    });
  const cost = {
    input_tokens: 12_000,
    output_tokens: 800,
    total_cost_usd: 0.0735,
    duration_ms: 4_200,
  };
  await feed(
    home,
    event(0, { hook_event_name: "SessionStart", model: "claude-opus-4-5" }),
    event(400, {
      hook_event_name: "UserPromptSubmit",
      prompt:
        "Why does the parser hang on an empty file? Fix it, and add a test for it please.",
    }),
    call(2_000, "Task", "c1", { description: "find the parser" }),
    call(2_500, "Grep", "c2", { pattern: "parse(" }),
    result(2_750, "c2", { duration_ms: 250 }),
    call(3_000, "Read", "c3", {
      file_path: "/home/user/project/src/parser/read_header.ts",
    }),
    result(3_050, "c3"),
    result(9_000, "c1", cost),
    call(9_500, "Edit", "c4", {
      file_path: "/home/user/project/src/parser/read_header.ts",
    }),
    result(9_700, "c4"),
    call(10_000, "Bash", "c5", { command: "deno test\n--filter empty" }),
    event(12_000, { hook_event_name: "Stop" }),
  );
  const start = (
    name: string,
    agoMs: number,
    fields: Record<string, unknown> = {},
  ) => ({
    hook_event_name: "SessionStart",
    session_id: name,
    timestamp_ms: now - agoMs,
    ...fields,
  });
  await feed(
    home,
    start("xyz", 2.5 * HOUR),
    start("x".repeat(300), 3.5 * HOUR, {
      model: "a-model-with-a-name-that-goes-on-and-on",
    }),
  );
  await feed(home, start("会话-你好世界-🎉", 4.5 * HOUR, { model: "模型-大" }));
  await feed(home, start("e\u0301e\u0301-combining", 5.5 * HOUR));
  await feed(
    home,
    start("\x1b[31mred\x1b[0m \u202egnp.exe\n2nd line", 26.5 * HOUR, {
      model: "\x1b]0;title\x07",
    }),
  );
}

/**
 * Daemons of their own homes below the user's, each in a state that ours is never in, or would take
 * long to bring into.
 */
async function startOthers(home: Home, now: number): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const serve = async (
    name: string,
    answers: Record<string, unknown> | null,
  ) => {
    await Deno.mkdir(`${home.root}/${name}`);
    const socket = `${home.root}/${name}/daemon.sock`;
    if (answers === null) {
      stack.use(Deno.listen({ transport: "unix", path: socket }));
      return;
    }
    const types: Record<string, string> = {
      list_sessions: "sessions",
      get_session_detail: "detail",
    };
    stack.use(fakeDaemon(socket, async ({ request, answer }) => {
      const asked = String(request.type);
      const type = types[asked] ?? asked;
      const found = answers[type];
      const body = typeof found === "function" ? found(request) : found;
      await answer(JSON.stringify({ type, ...body }));
    }));
  };
  const hello = {
    proto_version: 1,
    daemon_version: "0.1.46",
    workspaces: ["/home/user/app", "/home/user/lib"],
  };
  const status = {
    pid: 4711,
    uptime_ms: 93_784_000,
    queue_depth: 3,
    last_error: null,
    capture: [],
  };
  await serve("hung", null);
  await serve("failing", {
    hello,
    status: {
      ...status,
      last_error:
        "cannot write the store: disk I/O error\n● running \x1b[2J\u202eno error at all",
    },
  });
  // As the reference answers: no sums.
  const plain = [
    session({
      id: "4f1c2d3e-0000-4000-8000-5a0f3c8d7e62",
      model: "claude-opus-4-5",
      started_at_ms: now - 3 * HOUR,
      ended_at_ms: now - 2.5 * HOUR,
      status: "Done",
      branch: "fix/empty-file",
      start_commit: "0123456789abcdef",
      end_commit: "fedcba9876543210",
    }),
    // How long it has run so far must not change meanwhile: of days only hours are shown.
    session({ id: "s2", agent: "cursor", started_at_ms: now - 60 * HOUR }),
  ];
  const [first] = plain;
  await serve("plain", {
    hello,
    status,
    sessions: { rows: plain, total: 2, next_offset: null },
    detail: {
      session: first,
      events: [
        event({ seq: 0, ts_ms: now - 3 * HOUR }),
        event({
          seq: 1,
          ts_ms: now - 3 * HOUR + SECOND,
          kind: "ToolCall",
          tool: "Bash",
          payload: { hook_event_name: "PreToolUse" },
        }),
        event({
          seq: 2,
          ts_ms: now - 3 * HOUR + 2 * SECOND,
          kind: "ToolResult",
          tool: "Bash",
          tokens_in: 1200,
          tokens_out: 30,
          cost_usd_e6: 4200,
          payload: { hook_event_name: "PostToolUse", is_error: true },
        }),
      ],
      spans: [
        node({ subtree_cost_usd_e6: 4200, subtree_token_count: 1230 }),
      ],
    },
  });
  const names = ["session", "会话", "e\u0301t\u00e9", "🎉", "x".repeat(300)];
  const many = Array.from({ length: 10_000 }, (_, i) =>
    session({
      id: `${names[i % names.length]}-${i}`,
      model: i % 3 === 0 ? "模型-大" : "claude-opus-4-5",
      started_at_ms: now - HOUR - i * MINUTE,
      ended_at_ms: now - HOUR - i * MINUTE + 45 * SECOND,
      status: "Done",
      totals: {
        events: i,
        tool_calls: i,
        errors: 0,
        tokens_in: i * 1000,
        tokens_out: 0,
        cost_usd_e6: i * 12_345,
        last_event_ms: now - HOUR - i * MINUTE + 45 * SECOND,
      },
    }));
  await serve("many", {
    hello,
    sessions: ({ offset, limit }: { offset: number; limit: number }) => ({
      rows: many.slice(offset, offset + limit),
      total: many.length,
      next_offset: offset + limit < many.length ? offset + limit : null,
    }),
  });
  return stack;
}

/**
 * A home without a daemon, whose spool holds what waits, what was set aside and what was lost; and
 * one whose spool cannot be.
 */
async function spoil(home: Home, now: number): Promise<void> {
  const spool = `${home.root}/spoiled/spool`;
  await Deno.mkdir(`${spool}/rejected`, { recursive: true });
  const ms = now - 90 * MINUTE;
  for (const pid of [4711, 4712]) {
    await Deno.writeTextFile(
      `${spool}/v1-${ms}-${pid}-0123456789abcdef.json`,
      '{"type":"ingest_hook","source":"claude","payload":"{}","workspace":"/w"}',
    );
  }
  await Deno.writeTextFile(
    `${spool}/rejected/v1-${ms}-4713-0123456789abcdef.rejected`,
    `{"kind":"input","reason":"claude hook: missing 'session_id' field","source":"claude"}\n{}`,
  );
  await Deno.writeTextFile(
    `${spool}/.failures`,
    `{"ms":${ms},"reason":"nothing on stdin","count":1}\n`,
  );
  await Deno.mkdir(`${home.root}/broken`);
  await Deno.writeTextFile(`${home.root}/broken/spool`, "");
}

/** A screen without what differs from run to run. */
function normalize(screen: string, home: Home): string {
  return screen.replaceAll(home.root, "/tmp/home")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "2026-08-22T10:00:00Z")
    .replace(/(timestamp_ms": )\d+/g, "$11787392800000")
    .replace(/v1-\d{13}/g, "v1-1787392800000")
    .replace(
      /^pid( +)\d+, up for [a-z\d ]+$/gm,
      (line, space) =>
        line.includes("day") ? line : `pid${space}4711, up for 1 second`,
    )
    .replace(/store( +)[\d.]+ KiB/g, "store$148 KiB");
}

async function compare(name: string, screen: string): Promise<void> {
  const file = new URL(`${name}.txt`, SCREENS);
  if (Deno.env.get("KAIZEN_UPDATE_SCREENS") === "1") {
    await Deno.mkdir(SCREENS, { recursive: true });
    await Deno.writeTextFile(file, `${screen}\n`);
  }
  assertEquals(`${screen}\n`, await Deno.readTextFile(file), name);
}

interface Shot {
  name: string;
  columns: number;
  rows?: number;
  command: string;
  /** True: the screen with its colors is compared, too. */
  colors?: true;
}

const WIDTHS = [60, 80, 120, 200];
const shots: Shot[] = [
  ...WIDTHS.flatMap((columns) => [
    { name: `sessions-${columns}`, columns, command: "kaizen sessions" },
    { name: `detail-${columns}`, columns, command: "kaizen detail 0b5" },
    { name: `status-${columns}`, columns, command: "kaizen status" },
    {
      name: `sessions-10000-${columns}`,
      columns,
      rows: 20,
      command: "KAIZEN_HOME=~/many kaizen sessions --limit 0",
    },
  ]),
  {
    name: "sessions-hidden-80",
    columns: 80,
    command: "kaizen sessions --limit 2",
    colors: true,
  },
  {
    name: "detail-spans-80",
    columns: 80,
    command: "kaizen detail 0b5 --spans",
    colors: true,
  },
  {
    name: "detail-full-80",
    columns: 80,
    command: "kaizen detail 0b5 --events --since-seq 10 --full",
  },
  ...[60, 80].flatMap((columns) => [
    {
      name: `status-stopped-${columns}`,
      columns,
      command: "KAIZEN_HOME=~/none kaizen status",
    },
    {
      name: `status-hung-${columns}`,
      columns,
      command: "KAIZEN_HOME=~/hung kaizen status",
      colors: true as const,
    },
    {
      name: `status-failing-${columns}`,
      columns,
      command: "KAIZEN_HOME=~/failing kaizen status",
      colors: true as const,
    },
    {
      name: `status-spool-${columns}`,
      columns,
      command: "KAIZEN_HOME=~/spoiled kaizen status",
      colors: true as const,
    },
    { name: `ambiguous-${columns}`, columns, command: "kaizen detail x" },
  ]),
  {
    name: "status-broken-spool-80",
    columns: 80,
    command: "KAIZEN_HOME=~/broken kaizen status",
  },
  {
    name: "spool-80",
    columns: 80,
    command: "KAIZEN_HOME=~/spoiled kaizen spool list",
  },
  {
    name: "sessions-plain-120",
    columns: 120,
    command: "KAIZEN_HOME=~/plain kaizen sessions",
  },
  {
    name: "detail-plain-80",
    columns: 80,
    command: "KAIZEN_HOME=~/plain kaizen detail 4f1",
  },
  {
    name: "sessions-sizeless-80",
    columns: 80,
    command: "stty cols 0; kaizen sessions --limit 2; stty cols 80",
  },
  { name: "unknown-80", columns: 80, command: "kaizen sesions" },
  { name: "none-80", columns: 80, command: "kaizen sessions --agent nobody" },
  { name: "none-here-80", columns: 80, command: "cd ~; kaizen sessions" },
  { name: "help-80", columns: 80, command: "kaizen" },
  { name: "help-sessions-80", columns: 80, command: "kaizen help sessions" },
  { name: "help-json-80", columns: 80, command: "kaizen help json" },
];

/** Opens a shell that has the program as `kaizen`. */
/**
 * Ends the running command, and asks for its exit code in a line of its own: a shell drops the rest
 * of a line that Ctrl-C has ended.
 */
async function interrupt(terminal: Terminal): Promise<void> {
  await terminal.type("C-c");
  await terminal.waitFor((screen) => screen.endsWith("\n$"));
  await terminal.type('echo "=> $?"', "Enter");
}

async function openShell(
  home: Home,
  size: { columns: number; rows: number },
): Promise<Terminal> {
  const terminal = await Terminal.open({
    ...size,
    command: `bash --noprofile --rcfile ${home.root}/rc`,
    env: {
      HOME: home.root,
      KAIZEN_HOME: home.home,
      PATH: `${home.root}/bin:${Deno.env.get("PATH")}`,
      NO_COLOR: "",
    },
    cwd: home.workspace,
  });
  await terminal.waitFor((screen) => screen === "$");
  return terminal;
}

async function prepareShell(home: Home): Promise<void> {
  await Deno.writeTextFile(`${home.root}/rc`, "PS1='$ '\n");
  await Deno.mkdir(`${home.root}/bin`);
  await Deno.symlink(programCommand()[0] ?? "", `${home.root}/bin/kaizen`);
}

/**
 * Runs a command. @returns What the screen holds when it has ended, with its colors as escape
 * sequences.
 */
async function shoot(terminal: Terminal, command: string): Promise<string> {
  // Older text on the screen must not be taken for the end of this.
  await terminal.type("clear", "Enter");
  await terminal.waitFor((screen) => screen === "$");
  await terminal.type(`clear; ${command}; echo "=> $?"`, "Enter");
  await terminal.waitFor((screen) => /\n=> \d+\n\$$/.test(screen));
  return await terminal.waitFor(() => true, { withColors: true });
}

Deno.test({
  name: "screens are as they were looked at, with colors and without",
  ignore: !HAS_TERMINAL,
  async fn(test) {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const now = Date.now();
    await fill(home, now);
    await using _others = await startOthers(home, now);
    await spoil(home, now);
    await prepareShell(home);
    for (const { name, columns, rows = 80, command, colors } of shots) {
      await test.step(name, async () => {
        await using terminal = await openShell(home, { columns, rows });
        const shown = (screen: string) =>
          normalize(screen.replace(/\n\$[^\n]*$/, ""), home);
        const screen = markColors(await shoot(terminal, command));
        const plain = shown(screen.plain);
        await compare(name, plain);
        if (colors) await compare(`${name}-colors`, shown(screen.marked));
        // Nothing that an agent has sent may have reached the terminal itself.
        assertNotMatch(plain, /(?!\n)[\p{Cc}\p{Cf}]/u);
        const bare = markColors(
          await shoot(terminal, `export NO_COLOR=1; ${command}`),
        );
        assertEquals(bare.marked, bare.plain);
        assertEquals(shown(bare.plain), plain);
        assertEquals(await terminal.title(), UNTOUCHED);
      });
    }
  },
});

Deno.test({
  name:
    "detail --follow appends below the columns it began with, and outlasts a daemon that it does not start",
  ignore: !HAS_TERMINAL,
  async fn() {
    await using home = await tempHome();
    await prepareShell(home);
    // Long enough ago for its age in words not to change meanwhile.
    const at = Date.now() - 90 * MINUTE;
    const event = (fields: Record<string, unknown>) => ({
      session_id: "s1",
      ...fields,
    });
    await using terminal = await openShell(home, { columns: 80, rows: 24 });
    {
      await using _daemon = await home.startDaemon();
      await feed(
        home,
        event({ hook_event_name: "SessionStart", timestamp_ms: at }),
      );
      await terminal.type("clear; kaizen detail s1 --follow", "Enter");
      await terminal.waitFor((screen) => screen.includes("SessionStart"));
      await feed(
        home,
        event({
          hook_event_name: "PreToolUse",
          timestamp_ms: at + 1_500,
          tool_name: "Bash",
          tool_use_id: "c1",
          tool_input: { command: "make all\nclean" },
        }),
        event({
          hook_event_name: "PostToolUse",
          timestamp_ms: at + 61_500,
          tool_name: "Bash",
          tool_use_id: "c1",
          input_tokens: 1_000,
          output_tokens: 200,
          total_cost_usd: 12.5,
        }),
      );
      await terminal.waitFor((screen) => screen.includes("1m00s"));
    }
    await terminal.waitFor((screen) =>
      screen.includes("waiting for another one")
    );
    assertEquals((await home.run(["status"])).code, 3);
    await using _next = await home.startDaemon();
    await feed(
      home,
      event({ hook_event_name: "Stop", timestamp_ms: at + 62_000 }),
    );
    await terminal.waitFor((screen) => screen.includes("Stop"));
    await interrupt(terminal);
    const screen = await terminal.waitFor((screen) =>
      screen.includes("=> 130")
    );
    await compare("follow-80", normalize(screen.replace(/\n\$$/, ""), home));
  },
});

Deno.test({
  name:
    "sessions --watch redraws the screen, says what has no room, and Ctrl-C leaves it in order",
  ignore: !HAS_TERMINAL,
  async fn() {
    await using home = await tempHome();
    await prepareShell(home);
    await using _daemon = await home.startDaemon();
    const start = (id: string) => ({
      hook_event_name: "SessionStart",
      session_id: id,
    });
    await using terminal = await openShell(home, { columns: 80, rows: 6 });
    await terminal.type("kaizen sessions --watch 50ms", "Enter");
    await terminal.waitFor((screen) =>
      screen === `(no sessions in ${home.workspace})`
    );
    await feed(home, start("first"));
    await terminal.waitFor((screen) =>
      screen.startsWith("ID") && screen.includes("\nfirst ")
    );
    await feed(home, start("second"));
    const two = await terminal.waitFor((screen) => screen.includes("second"));
    assertEquals(two.split("\n").length, 3);
    for (let i = 3; i <= 9; i++) await feed(home, start(`s${i}`));
    const full = await terminal.waitFor((screen) => /\n… 6 more$/.test(screen));
    assert(full.startsWith("ID"), full);
    assertEquals(full.split("\n").length, 5);
    await interrupt(terminal);
    const left = await terminal.waitFor((screen) => screen.includes("=> 130"));
    assert(left.includes("more"), left);
  },
});

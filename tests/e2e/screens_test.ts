// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-control-regex -- these are what is looked for
/**
 * What a person sees in a terminal, compared with the screens in `tests/fixtures/screens/`.
 * `KAIZEN_UPDATE_SCREENS=1` writes them anew: look at the difference before it is committed.
 */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { feed } from "./_feed.ts";
import { isInstalled, Terminal } from "./_terminal.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

const SCREENS = new URL("../fixtures/screens/", import.meta.url);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A session of an hour ago that has everything, and some with names that only a hostile or foreign agent would choose. */
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

/** A screen without what differs from run to run. */
function normalize(screen: string, home: Home): string {
  return screen.replaceAll(home.root, "/tmp/home")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "2026-08-22T10:00:00Z")
    .replace(/(timestamp_ms": )\d+/g, "$11787392800000")
    .replace(/pid( +)\d+, up [\dms.]+/g, "pid$14711, up 1.0s")
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
  command: string;
  /** What the screen must hold with its colors, or must not. */
  colors?: { has: RegExp } | { lacks: RegExp };
  env?: Record<string, string>;
}

const shots: Shot[] = [
  ...[60, 80, 120, 200].flatMap((columns) => [
    { name: `sessions-${columns}`, columns, command: "kaizen sessions" },
    { name: `detail-${columns}`, columns, command: "kaizen detail 0b5" },
  ]),
  {
    name: "sessions-80-colors",
    columns: 80,
    command: "kaizen sessions --limit 2",
    colors: { has: /\x1b\[32mRunning/ },
  },
  {
    name: "sessions-80-no-color",
    columns: 80,
    command: "kaizen sessions --limit 2",
    colors: { lacks: /\x1b/ },
    env: { NO_COLOR: "1" },
  },
  {
    name: "detail-80-colors",
    columns: 80,
    command: "kaizen detail 0b5 --spans",
    // The costly one is red, the orphaned yellow.
    colors: {
      has: /\x1b\[31m(?:\x1b\[49m)?Task[^]*\x1b\[33m(?:\x1b\[49m)?Bash/,
    },
  },
  {
    name: "detail-full-80",
    columns: 80,
    command: "kaizen detail 0b5 --events --since-seq 10 --full",
  },
  { name: "status-80", columns: 80, command: "kaizen status" },
  {
    name: "status-stopped-80",
    columns: 80,
    command: "KAIZEN_HOME=~/none kaizen status",
  },
  { name: "ambiguous-80", columns: 80, command: "kaizen detail x" },
  { name: "unknown-80", columns: 80, command: "kaizen sesions" },
  { name: "none-80", columns: 80, command: "kaizen sessions --agent nobody" },
  { name: "help-80", columns: 80, command: "kaizen stop --help" },
];

Deno.test({
  name: "screens are as they were looked at",
  ignore: !isInstalled("tmux") || !isInstalled("bash"),
  async fn() {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    await fill(home, Date.now());
    await Deno.writeTextFile(`${home.root}/rc`, "PS1='$ '\n");
    await Deno.mkdir(`${home.root}/bin`);
    await Deno.symlink(programCommand()[0] ?? "", `${home.root}/bin/kaizen`);
    for (const { name, columns, command, colors, env = {} } of shots) {
      await using terminal = await Terminal.open({
        columns,
        rows: 50,
        command: `bash --noprofile --rcfile ${home.root}/rc`,
        env: {
          HOME: home.root,
          KAIZEN_HOME: home.home,
          PATH: `${home.root}/bin:${Deno.env.get("PATH")}`,
          NO_COLOR: "",
          ...env,
        },
        cwd: home.workspace,
      });
      await terminal.waitFor((screen) => screen === "$");
      await terminal.type(`clear; ${command}; echo "=> $?"`, "Enter");
      const screen = await terminal.waitFor(
        (screen) => /\n=> \d+\n\$$/.test(screen),
        { withColors: colors !== undefined },
      );
      if (colors !== undefined && "has" in colors) {
        assertMatch(screen, colors.has);
      }
      if (colors !== undefined && "lacks" in colors) {
        assertNotMatch(screen, colors.lacks);
      }
      const plain = screen.replace(/\x1b\[[\d;]*m/g, "");
      const shown = normalize(plain.replace(/\n\$$/, ""), home);
      await compare(name, shown);
      // Nothing that an agent has sent may have reached the terminal itself.
      assertNotMatch(shown, /[\x1b\u202e]/);
    }
  },
});

Deno.test({
  name: "sessions --watch redraws the screen, and Ctrl-C leaves it in order",
  ignore: !isInstalled("tmux") || !isInstalled("bash"),
  async fn() {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const start = (id: string) => ({
      hook_event_name: "SessionStart",
      session_id: id,
    });
    await feed(home, start("first"));
    await Deno.writeTextFile(`${home.root}/rc`, "PS1='$ '\n");
    await using terminal = await Terminal.open({
      columns: 80,
      rows: 20,
      command: `bash --noprofile --rcfile ${home.root}/rc`,
      env: { HOME: home.root, KAIZEN_HOME: home.home },
      cwd: home.workspace,
    });
    await terminal.waitFor((screen) => screen === "$");
    const program = programCommand().join(" ");
    await terminal.type(
      `${program} sessions --watch 50ms; echo "=> $?"`,
      "Enter",
    );
    await terminal.waitFor((screen) =>
      screen.includes("first") && screen.startsWith("ID")
    );
    await feed(home, start("second"));
    const screen = await terminal.waitFor((screen) =>
      screen.includes("second")
    );
    assertEquals(screen.split("\n").length, 3);
    await terminal.type("C-c");
    const left = await terminal.waitFor((screen) => screen.includes("=> 130"));
    assert(left.includes("first") && left.includes("second"));
  },
});

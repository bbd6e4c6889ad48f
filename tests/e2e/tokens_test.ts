// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tokens and costs: hooks name transcripts, and the commands show what these tell.
 */
import {
  assertEquals,
  assertMatch,
  assertObjectMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  answerLine,
  print,
  SESSION,
  START_MS,
  userLine,
} from "../unit/transcripts/_transcripts.ts";
import { type Home, tempHome } from "./harness.ts";

/** Writes a transcript as Claude Code names it. */
async function writeTranscript(
  home: Home,
  lines: readonly object[],
): Promise<string> {
  const folder = `${home.root}/.claude/projects/-repo-app`;
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/${SESSION}.jsonl`;
  await Deno.writeTextFile(path, print(lines));
  return path;
}

/** Runs the hook that ends a call. */
async function hook(home: Home, path: string, ms: number): Promise<void> {
  const { code } = await home.run(["ingest", "hook", "--source", "claude"], {
    stdin: JSON.stringify({
      session_id: SESSION,
      transcript_path: path,
      cwd: home.root,
      permission_mode: "default",
      hook_event_name: "PostToolUse",
      tool_name: "Bash",
      tool_input: { command: "ls" },
      tool_response: { stdout: "", stderr: "", interrupted: false },
      tool_use_id: "toolu_1",
      timestamp_ms: ms,
    }),
  });
  assertEquals(code, 0);
}

async function ask(home: Home, ...words: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await home.run([...words, "--json"], {
    cwd: home.root,
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** Runs a command for a person; returns its lines. */
async function show(home: Home, ...words: string[]): Promise<string[]> {
  const { code, stdout } = await home.run([...words, "-o", "text"], {
    cwd: home.root,
  });
  assertEquals(code, 0);
  return stdout.trimEnd().split("\n");
}

Deno.test("a hook that names a transcript gives detail, sessions and usage their figures", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  const path = await writeTranscript(home, [
    userLine(0, "go"),
    answerLine(1, { usage: { output_tokens: 1 } }),
    answerLine(2, {
      content: [{ type: "tool_use", id: "toolu_1", name: "Bash", input: {} }],
    }),
    answerLine(3, { id: "msg_2", request: "req_2", model: "strange-1" }),
  ]);
  await hook(home, path, START_MS);
  const totals = {
    tokens_in: 6,
    tokens_out: 20,
    cache_read_tokens: 2000,
    cache_creation_tokens: 200,
    cost_usd_e6: 1615,
    cost_complete: false,
    unpriced_models: ["strange-1"],
  };
  assertObjectMatch(Object(await ask(home, "detail", SESSION)), {
    session: { totals },
  });
  assertObjectMatch(Object(await ask(home, "sessions")), {
    rows: [{ totals }],
  });
  assertObjectMatch(Object(await ask(home, "usage", "--by", "model")), {
    type: "usage",
    by: "model",
    rows: [
      { key: "claude-opus-4-8", messages: 1, cost_usd_e6: 1615 },
      { key: "strange-1", messages: 1, cost_usd_e6: null },
    ],
    total: { messages: 2, cost_complete: false },
  });
  const table = await show(home, "usage", "--by", "model");
  assertEquals(table.map((line) => line.split(/ {2,}/)), [
    [
      "MODEL",
      "MESSAGES",
      "INPUT",
      "OUTPUT",
      "CACHE READ",
      "CACHE WRITE",
      "COST",
    ],
    ["claude-opus-4-8", "1", "3", "10", "1000", "100", "$0.0016"],
    ["strange-1", "1", "3", "10", "1000", "100", "–"],
    ["total", "2", "6", "20", "2000", "200", "≥ $0.0016"],
  ]);
  const { stderr } = await home.run(["usage", "-o", "text"], {
    cwd: home.root,
  });
  assertMatch(stderr, /list prices of \d{4}-\d\d-\d\d/);
  assertMatch(stderr, /no price is known of 1 model: strange-1/);
  const [head, line] = await show(home, "sessions");
  assertMatch(head ?? "", /TOKENS +COST/);
  assertMatch(line ?? "", /≥ \$0\.0016/);
  assertMatch((await show(home, "detail", SESSION)).join("\n"), /≥ \$0\.0016/);
  assertObjectMatch(Object(await ask(home, "status")), {
    transcripts: { read: 1, missing: 0, unreadable: 0 },
  });
  await daemon.stop();
});

Deno.test("usage --line fits a status line, and knows the session that it is given", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  const now = new Date();
  const path = await writeTranscript(home, [
    answerLine(0, { more: { timestamp: now.toISOString() } }),
    answerLine(0, { id: "m2", request: "r2" }), // another day
  ]);
  await hook(home, path, now.getTime());
  assertEquals(await show(home, "usage", "--line", "--session", SESSION), [
    "today $0.0016, 1.1k tokens; session $0.0032",
  ]);
  assertEquals(await show(home, "usage", "--line", "--session", "other"), [
    "today $0.0016, 1.1k tokens",
  ]);
  assertEquals(await show(home, "usage", "--line"), [
    "today $0.0016, 1.1k tokens; session $0.0032",
  ]);
  for (const word of [SESSION.slice(0, 6), "@latest"]) {
    assertEquals(await show(home, "usage", "--line", "--session", word), [
      "today $0.0016, 1.1k tokens; session $0.0032",
    ]);
  }
  const line = (word: string) =>
    home.run(["usage", "--line", "--session", word], { cwd: home.root });
  const early = await line("other");
  assertEquals(
    [early.code, early.stdout, early.stderr.split("\n")[0]],
    [
      0,
      "today $0.0016, 1.1k tokens\n",
      'kaizen: There is no session "other"',
    ],
  );
  const typo = await line("@lastest");
  assertEquals([typo.code, typo.stdout], [1, ""]);
  assertMatch(typo.stderr, /no session "@lastest"; did you mean "@latest"\?/);
  const { code } = await home.run(["usage", "--line", "--by", "day"]);
  assertEquals(code, 64);
  const whole = await show(home, "usage", "--session", SESSION);
  for (const word of [SESSION.slice(0, 6), "@latest"]) {
    assertEquals(await show(home, "usage", "--session", word), whole);
  }
  const other = await home.run(["usage", "--session", "other"]);
  assertEquals(other.code, 1);
  await daemon.stop();
});

Deno.test("without figures there is no made-up 0", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  await hook(home, "/etc/passwd", START_MS);
  assertEquals(await show(home, "usage", "--line"), ["today no tokens"]);
  const since = ["usage", "--since", "2026-01-02T03:04:05Z", "-o", "text"];
  const { stdout, stderr } = await home.run(since);
  assertEquals(stdout, "(no usage)\n");
  assertStringIncludes(stderr, "has token counts since 2026-01-02T03:04:05Z\n");
  assertStringIncludes(stderr, "kaizen usage --all-workspaces\n");
  assertObjectMatch(Object(await ask(home, "detail", SESSION)), {
    session: { totals: { tokens_in: null, cost_usd_e6: null } },
  });
  assertEquals(await show(home, "usage"), ["(no usage)"]);
  assertObjectMatch(Object(await ask(home, "status")), {
    transcripts: { read: 0, unreadable: 1 },
  });
  await daemon.stop();
});

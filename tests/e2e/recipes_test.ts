// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch } from "@std/assert";
import { answerLine, print } from "../unit/transcripts/_transcripts.ts";
import { feed, sampleSession } from "./_feed.ts";
import { isInstalled } from "./_terminal.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

const PAGE = new URL("../../docs/recipes.md", import.meta.url);
const MINUTE = 60_000;
const ALL_WELL =
  "Is anything lost or waiting? (Prints nothing when all is well.)";
const REJECTED = "Why were events rejected, and how did hooks fail?";

/** Each block of the page, by the line above it. */
function readRecipes(): Map<string, string> {
  const page = Deno.readTextFileSync(PAGE);
  return new Map(
    [...page.matchAll(/\n([^\n]+)\n\n```sh\n([^]*?)\n```/g)]
      .map(([, title = "", command = ""]): [string, string] => [title, command])
      // tests/interop/columns_test.ts runs these.
      .filter(([, command]) => !command.includes("duckdb ")),
  );
}

/** The sample of a recipe: its folder and its start. */
interface Sample {
  home: Home;
  start: number;
}

/** The output of each recipe for the sample, without the last line feed. */
function expectations(
  { home, start }: Sample,
): Record<string, string | RegExp> {
  const time = (ms: number) => new Date(start + ms).toLocaleTimeString("en-GB");
  const day = (ms: number) => new Date(start + ms).toLocaleDateString("sv-SE");
  const timeline: readonly [ms: number, what: string][] = [
    [1000, "SessionStart\t"],
    [1100, "UserPromptSubmit\t"],
    [1500, "PreToolUse\tTask"],
    [1600, "PreToolUse\tRead"],
    [1850, "PostToolUse\tRead"],
    [2500, "PostToolUse\tTask"],
    [3000, "PreToolUse\tBash"],
    [3500, "PostToolUseFailure\tBash"],
    [3600, "PreToolUse\tBash"],
    [3700, "PermissionDenied\tBash"],
    [3800, "PreToolUse\tBash"],
    [1000 + 5 * MINUTE, "PreToolUse\tEdit"],
  ];
  return {
    "Is it running?": "true",
    "Wait until it is, in a script that has just started it:": "up",
    "Print its socket and the size of the store:": new RegExp(
      `^${home.socket}\n\\d+ MiB$`,
    ),
    [ALL_WELL]: "",
    [REJECTED]: "",
    "Ids of the sessions of this repository, last activity first:":
      "s1\nneedy\ns2\nby-cursor",
    "The id that `@latest` stands for: of the agents' session that was active last:":
      "s1",
    "The sessions at work in this repository:":
      "s1\tclaude\ttool\tBash\nneedy\tclaude\tneeds_permission\tBash",
    "Who needs me? Sessions that wait for a permission or an answer:":
      `needs_permission\tBash\trm -r dist\t${home.workspace}`,
    "Today: every session that was active today, in all workspaces:": [
      "claude\ttool\t6\tfix the \x1b[31mbug",
      "claude\tneeds_permission\t1\tneedy",
      "claude\tidle\t3\tfix the \x1b[31mbug",
      "claude\tidle\t3\tfix the \x1b[31mbug",
      "cursor\tidle\t0\tby-cursor",
    ].join("\n"),
    "How many sessions does each workspace have?":
      `[{"workspace":"${home.workspace}","sessions":4},{"workspace":"${home.root}/other","sessions":1}]`,
    "Sessions with failed calls:": "s1\t1",
    "The longest sessions, in minutes:": "5\ts1\n0\tneedy\n0\ts2\n0\tby-cursor",
    "Export to CSV, and show the names of the first columns:":
      '"id","agent","model","workspace"',
    "Cost of today, per agent:": "claude\t0.001615",
    "Cost of the last 30 days, in dollars:": "0.001615",
    "Cost and tokens of each local day:": `${day(0)}\t0.001615\t6\t20`,
    "Cost by the local day on which sessions began, with costs that hooks report:":
      `${day(0)}\t0.031615`,
    "Tokens by model: input, output, read from caches, written to caches:":
      "claude-opus-4-8\t3\t10\t1000\t100\nstrange-1\t3\t10\t1000\t100",
    "The most expensive sessions:": "0.001615\ts1",
    "Models without a known price:": "strange-1",
    "A status line for Claude Code, as the `command` of `statusLine` in its settings:":
      "today ≥ $0.0016, 2.2k tokens; session ≥ $0.0016",
    "The cost of each call of a session, most expensive first:": "0.03\tTask",
    "The failed calls, with the reason:": [
      "failed\tBash\tdeno test\tExit code 1",
      "denied\tBash\trm -r /\tBlocked by classifier",
    ].join("\n"),
    "The slowest calls:":
      "1000 ms\tTask\tlook around\n500 ms\tBash\tdeno test\n250 ms\tRead\t/w/app/a.ts",
    "The slowest tools of this repository: milliseconds on average, calls, name:":
      "1000\t2\tTask\n500\t1\tBash\n250\t2\tRead",
    "Calls per tool:": /^ *3 Bash\n *1 Task\n *1 Read\n *1 Edit$/,
    "Files touched most, over all sessions of this repository:":
      /^ *2 \/w\/app\/a\.ts\n *1 \/w\/app\/b\.ts$/,
    "The prompts:": "fix the \x1b[31mbug",
    "Commands that were run:": "deno test\nsleep 60",
    "Calls that have not come to an end:":
      "open\tBash\tsleep 60\nopen\tEdit\t/w/app/b.ts",
    "A timeline, in local time:": timeline
      .map(([ms, what]) => `${time(ms)}\t${what}`).join("\n").trimEnd(),
    "Only what is new since event 5:": [
      '{"seq":6,"kind":"ToolCall"}',
      '{"seq":7,"kind":"ToolResult"}',
      '{"seq":8,"kind":"ToolCall"}',
      '{"seq":9,"kind":"Hook"}',
      '{"seq":10,"kind":"ToolCall"}',
      '{"seq":11,"kind":"ToolCall"}',
    ].join("\n"),
    "The tools with their depth, as an outline:":
      "Task\nRead\nBash\nBash\nBash\nEdit",
    // Three names of tracks, three moments, six calls.
    "A trace for ui.perfetto.dev:": "12",
    "Count the sessions that would be deleted if only the last 90 days were kept:":
      "0",
  };
}

/**
 * Sessions as agents really have them: one at work, with calls that failed and were denied; one
 * that waits; finished ones.
 */
async function feedSample({ home, start }: Sample): Promise<void> {
  const cost = { total_cost_usd: 0.03, input_tokens: 100, output_tokens: 20 };
  const withCost = (id: string, startMs: number) =>
    sampleSession(id, startMs).map((event) =>
      event["hook_event_name"] === "PostToolUse" &&
        event["tool_use_id"] === "t1"
        ? { ...event, ...cost }
        : event
    );
  const at = (session_id: string, ms: number, fields: object) => ({
    session_id,
    timestamp_ms: start + ms,
    ...fields,
  });
  const bash = (id: string, command: string) => ({
    tool_name: "Bash",
    tool_use_id: id,
    tool_input: { command },
  });
  const transcript = `${home.root}/.claude/projects/-w-app/s1.jsonl`;
  await writeTranscript(transcript, start);
  await feed({ ...home, source: "cursor" }, {
    event: "SessionStart",
    session_id: "by-cursor",
    timestamp_ms: start,
  });
  // The one at work: its prompt, the calls of the sample session up to its last one, then these.
  await feed(
    home,
    ...withCost("s1", start + 1000).slice(0, -2),
    at("s1", 3000, {
      hook_event_name: "PreToolUse",
      transcript_path: transcript,
      ...bash("b1", "deno test"),
    }),
    at("s1", 3500, {
      hook_event_name: "PostToolUse",
      agent_event: "PostToolUseFailure",
      ...bash("b1", "deno test"),
      error: "Exit code 1\n1 failed",
      is_interrupt: false,
    }),
    at("s1", 3600, { hook_event_name: "PreToolUse", ...bash("b2", "rm -r /") }),
    at("s1", 3700, {
      hook_event_name: "PermissionDenied",
      ...bash("b2", "rm -r /"),
      reason: "Blocked by classifier",
    }),
    at("s1", 3800, {
      hook_event_name: "PreToolUse",
      ...bash("b3", "sleep 60"),
    }),
    at("s1", 1000 + 5 * MINUTE, {
      hook_event_name: "PreToolUse",
      tool_name: "Edit",
      tool_use_id: "e1",
      tool_input: { file_path: "/w/app/b.ts" },
    }),
  );
  await feed(
    home,
    at("needy", 20_000, {
      hook_event_name: "PreToolUse",
      ...bash("n1", "rm -r dist"),
    }),
    at("needy", 20_100, {
      hook_event_name: "PermissionRequest",
      tool_name: "Bash",
      tool_input: { command: "rm -r dist" },
    }),
  );
  await feed(home, ...withCost("s2", start + 2000));
  const other = `${home.root}/other`;
  await Deno.mkdir(other);
  await feed(
    { ...home, workspace: other },
    ...sampleSession("elsewhere", start + 3000),
  );
}

/** Two answers: of a model with a price, and of one without. */
async function writeTranscript(path: string, startMs: number): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  const timestamp = new Date(startMs).toISOString();
  const more = { timestamp, sessionId: "s1" };
  await Deno.writeTextFile(
    path,
    print([
      answerLine(0, { more }),
      answerLine(0, { id: "m2", request: "r2", model: "strange-1", more }),
    ]),
  );
}

/** Waits until the daemon has read the transcripts that the sample names. */
async function untilTranscriptsAreRead(home: Home): Promise<void> {
  for (let left = 300; left > 0; left--) {
    const { stdout } = await home.run(["status", "-o", "json"]);
    const { read, waiting } = JSON.parse(stdout).transcripts;
    if (read > 0 && waiting === 0) return;
  }
  throw new Error("the transcripts are not read");
}

Deno.test({
  name: "every recipe works, and prints what it is for",
  ignore: !isInstalled("jq") || !isInstalled("bash"),
  async fn() {
    const recipes = readRecipes();
    assert(recipes.size >= 20);
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    // At the beginning of a minute, so that no day ends inside; ahead, so that it is still today
    // when the recipes look.
    const start = (Math.ceil(Date.now() / MINUTE) + 1) * MINUTE;
    const expected = expectations({ home, start });
    assertEquals([...recipes.keys()].sort(), Object.keys(expected).sort());
    await feedSample({ home, start });
    await untilTranscriptsAreRead(home);
    await Deno.mkdir(`${home.root}/bin`);
    await Deno.symlink(programCommand()[0] ?? "", `${home.root}/bin/kaizen`);
    const env = {
      HOME: home.root,
      KAIZEN_HOME: home.home,
      PATH: `${home.root}/bin:${Deno.env.get("PATH")}`,
    };
    const run = async (command: string) => {
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: [
          "-o",
          "pipefail",
          "-c",
          `echo '{"session_id":"s1"}' | {\n${command}\n}`,
        ],
        env,
        cwd: home.workspace,
      }).output();
      const told = new TextDecoder().decode(stderr);
      assertEquals([code, told], [0, ""], command);
      return new TextDecoder().decode(stdout).trimEnd();
    };
    for (const [title, command] of recipes) {
      const out = await run(command);
      const wanted = expected[title] ?? "";
      if (wanted instanceof RegExp) assertMatch(out, wanted, title);
      else assertEquals(out, wanted, title);
    }

    // Two of them have something to say only where something went wrong.
    const hook = ["ingest", "hook", "--source", "claude"];
    await home.run(hook, { stdin: "[]" });
    await home.run(hook, { stdin: "" });
    const lost = JSON.parse(
      await run(recipes.get(ALL_WELL) ?? ""),
    );
    assertEquals([lost.rejected, lost.pending, lost.failures], [1, 0, 1]);
    assertMatch(
      await run(recipes.get(REJECTED) ?? ""),
      /^v1-\d+-\d+-\w+\.rejected: .+\n\.failures: nothing on stdin$/,
    );
    await home.run(["spool", "purge"]);
    assertEquals(await run(recipes.get(ALL_WELL) ?? ""), "");

    // Gemini CLI repeats the prompt at the end of a turn.
    for (const [n, name] of ["BeforeAgent", "AfterAgent"].entries()) {
      await home.run(["ingest", "--source", "gemini"], {
        stdin: JSON.stringify({
          session_id: "gemini",
          transcript_path: "/home/dev/.gemini/tmp/x/chats/session-1.json",
          cwd: home.workspace,
          hook_event_name: name,
          timestamp: new Date(start + 10 * MINUTE + n).toISOString(),
          timestamp_ms: start + 10 * MINUTE + n,
          prompt: "fix it",
        }),
      });
    }
    assertEquals(await run(recipes.get("The prompts:") ?? ""), "fix it");
  },
});

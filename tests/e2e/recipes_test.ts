// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch } from "@std/assert";
import { feed, sampleSession } from "./_feed.ts";
import { isInstalled } from "./_terminal.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

const PAGE = new URL("../../docs/recipes.md", import.meta.url);
const MINUTE = 60_000;
const ALL_WELL =
  "Is anything lost or waiting? (Prints nothing when all is well.)";

/** Each block of the page, by the line above it. */
function readRecipes(): Map<string, string> {
  const page = Deno.readTextFileSync(PAGE);
  return new Map(
    [...page.matchAll(/\n([^\n]+)\n\n```sh\n([^]*?)\n```/g)]
      .map(([, title = "", command = ""]) => [title, command]),
  );
}

/** What a recipe is tried on: where, and when it began. */
interface Sample {
  home: Home;
  start: number;
}

/** What each recipe prints about the sample, without the line feed at the end. */
function expectations(
  { home, start }: Sample,
): Record<string, string | RegExp> {
  const iso = (ms: number) =>
    new Date(start + ms).toISOString().replace(/\.\d+Z$/, "Z");
  const timeline = [
    [1000, "Lifecycle\t"],
    [1100, "Lifecycle\t"],
    [1500, "ToolCall\tTask"],
    [1600, "ToolCall\tRead"],
    [1850, "ToolResult\tRead"],
    [2500, "ToolResult\tTask"],
    [3000, "ToolCall\tBash"],
    [4000, "Lifecycle\t"],
    [1000 + 5 * MINUTE, "ToolResult\t"],
  ] as const;
  return {
    "Is it running?": "true",
    "Wait until it is, in a script that has just started it:": "up",
    "Where is its socket, and how big is the store?": new RegExp(
      `^${home.socket}\n\\d+ MiB$`,
    ),
    [ALL_WELL]: "",
    "Why were events set aside, and how did hooks fail?": "",
    "Ids of the sessions of this repository, newest first:":
      "s1\ns2\nby-cursor",
    "The newest one's id, for another command:": "s1",
    "What is at work in this repository right now?": "s1\tclaude\tRunning",
    "How many sessions does each workspace have?":
      `[{"workspace":"${home.workspace}","sessions":3},{"workspace":"${home.root}/other","sessions":1}]`,
    "Sessions with failed calls:": "s1\t1",
    "The longest sessions, in minutes:": "5\ts1\n0\ts2\n0\tby-cursor",
    "Export to CSV:": [
      '"id","agent","model","status","started","usd"',
      `"elsewhere","claude","claude-opus-4","Idle","${iso(3000)}",`,
      `"s2","claude","claude-opus-4","Idle","${iso(2000)}",0.03`,
      `"s1","claude","claude-opus-4","Running","${iso(1000)}",0.03`,
      `"by-cursor","cursor",,"Idle","${iso(0)}",`,
    ].join("\n"),
    "Cost per agent today:": "claude\t0.06\ncursor\t–",
    "Cost of the last 30 days, in dollars:": "0.06",
    "Cost per day:": `${iso(0).slice(0, 10)}\t0.06`,
    "Tokens by model:": "unknown\t–\t–\nclaude-opus-4\t200\t40",
    "The most expensive sessions:": "0.03\ts2\n0.03\ts1",
    "What the calls of a session cost, the dearest first:": "0.03\tTask",
    "The slowest calls:": "298000 ms\tBash\n1000 ms\tTask\n250 ms\tRead",
    "The slowest tools of this repository: milliseconds on average, calls, name:":
      "298000\t1\tBash\n1000\t2\tTask\n250\t2\tRead",
    "Calls per tool:": /^ *1 Task\n *1 Read\n *1 Bash$/,
    "Files touched most, over all sessions of this repository:":
      /^ *2 \/w\/app\/a\.ts$/,
    "What was asked:": "fix the \x1b[31mbug",
    "Commands that were run:": "ls",
    "Calls that never came to an end:": "",
    "A timeline:": timeline
      .map(([ms, what]) => `${iso(ms)}\t${what}`).join("\n").trimEnd(),
    "Only what is new since event 5:":
      '{"seq":6,"kind":"ToolCall"}\n{"seq":7,"kind":"Lifecycle"}\n{"seq":8,"kind":"ToolResult"}',
    "The tools with their depth, as an outline:": "Task\nRead\nBash",
    "A trace for ui.perfetto.dev:": "9",
    "What would be deleted if only the last 90 days were kept?": "0",
  };
}

/** Two sessions with a cost and one without in a workspace, one more elsewhere. */
async function feedSample({ home, start }: Sample): Promise<void> {
  const cost = { total_cost_usd: 0.03, input_tokens: 100, output_tokens: 20 };
  const withCost = (id: string, startMs: number) =>
    sampleSession(id, startMs).map((event) =>
      event["hook_event_name"] === "PostToolUse" &&
        event["tool_use_id"] === "t1"
        ? { ...event, ...cost }
        : event
    );
  await feed({ ...home, source: "cursor" }, {
    event: "SessionStart",
    session_id: "by-cursor",
    timestamp_ms: start,
  });
  await feed(home, ...withCost("s1", start + 1000));
  await feed(home, {
    hook_event_name: "PostToolUse",
    agent_event: "PostToolUseFailure",
    session_id: "s1",
    timestamp_ms: start + 1000 + 5 * MINUTE,
    tool_use_id: "t3",
  });
  await feed(home, ...withCost("s2", start + 2000));
  const other = `${home.root}/other`;
  await Deno.mkdir(other);
  await feed(
    { ...home, workspace: other },
    ...sampleSession("elsewhere", start + 3000),
  );
}

Deno.test({
  name: "every recipe works, and prints what it is for",
  ignore: !isInstalled("jq") || !isInstalled("bash"),
  async fn() {
    const recipes = readRecipes();
    assert(recipes.size >= 20);
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    // At the beginning of a minute, so that no day ends inside; ahead, so that it is still today when the recipes look.
    const start = (Math.ceil(Date.now() / MINUTE) + 1) * MINUTE;
    const expected = expectations({ home, start });
    assertEquals([...recipes.keys()].sort(), Object.keys(expected).sort());
    await feedSample({ home, start });
    await Deno.mkdir(`${home.root}/bin`);
    await Deno.symlink(programCommand()[0] ?? "", `${home.root}/bin/kaizen`);
    const env = {
      HOME: home.root,
      KAIZEN_HOME: home.home,
      PATH: `${home.root}/bin:${Deno.env.get("PATH")}`,
    };
    const run = async (command: string) => {
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-o", "pipefail", "-c", command],
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
      await run(
        recipes.get(ALL_WELL) ?? "",
      ),
    );
    assertEquals([lost.rejected, lost.pending, lost.failures], [1, 0, 1]);
    assertMatch(
      await run(
        recipes.get("Why were events set aside, and how did hooks fail?") ?? "",
      ),
      /^v1-\d+-\d+-\w+\.rejected: .+\n\.failures: nothing on stdin$/,
    );
    await home.run(["spool", "purge"]);
    assertEquals(await run(recipes.get(ALL_WELL) ?? ""), "");
  },
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { feed, sampleSession } from "./_feed.ts";
import { isInstalled } from "./_terminal.ts";
import { programCommand, tempHome } from "./harness.ts";

const PAGE = new URL("../../docs/recipes.md", import.meta.url);

interface Recipe {
  title: string;
  command: string;
}

/** Each block of the page with the line above it. */
function readRecipes(): Recipe[] {
  const page = Deno.readTextFileSync(PAGE);
  return [...page.matchAll(/\n([^\n]+)\n\n```sh\n([^]*?)\n```/g)]
    .map(([, title = "", command = ""]) => ({ title, command }));
}

/** Recipes that have nothing to say about the sample. */
const SILENT = /^(Is anything lost|Why were events set aside)/;

/** What some recipes say about it, whole. */
const EXPECTED: Record<string, string> = {
  "Is it running?": "true",
  "Ids of the sessions of this repository, newest first:": "s2\ns1\nby-cursor",
  "The newest one's id, for another command:": "s2",
  "Cost of the last 30 days, in dollars:": "0.06",
  "What was asked:": "fix the \x1b[31mbug",
  "Commands that were run:": "ls",
  "Calls that never came to an end:": "Bash",
  "The tools with their depth, as an outline:": "Task\n  Read\nBash",
  "What would be deleted if only the last 90 days were kept?": "0",
};

Deno.test({
  name: "every recipe works",
  ignore: !isInstalled("jq") || !isInstalled("bash"),
  async fn() {
    const recipes = readRecipes();
    assert(recipes.length >= 20);
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    // Of today, even if midnight was just now.
    const now = Date.now();
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
      timestamp_ms: now,
    });
    await feed(home, ...withCost("s1", now + 1000));
    await feed(home, {
      hook_event_name: "PostToolUse",
      agent_event: "PostToolUseFailure",
      session_id: "s1",
      timestamp_ms: now + 5000,
      tool_use_id: "t3",
    });
    await feed(home, ...withCost("s2", now + 2000));
    await Deno.mkdir(`${home.root}/bin`);
    await Deno.symlink(programCommand()[0] ?? "", `${home.root}/bin/kaizen`);
    const env = {
      HOME: home.root,
      KAIZEN_HOME: home.home,
      PATH: `${home.root}/bin:${Deno.env.get("PATH")}`,
    };
    for (const { title, command } of recipes) {
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-o", "pipefail", "-c", command],
        env,
        cwd: home.workspace,
      }).output();
      const out = new TextDecoder().decode(stdout).trimEnd();
      assertEquals(
        [code, new TextDecoder().decode(stderr)],
        [0, ""],
        `${title} ${command}`,
      );
      const expected = EXPECTED[title];
      if (expected !== undefined) assertEquals(out, expected, title);
      else assertEquals(out === "", SILENT.test(title), `${title}: ${out}`);
    }
  },
});

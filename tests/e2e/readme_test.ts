// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The parts of README.md that a user follows step by step.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { shellLine } from "./_git.ts";
import { tempHome } from "./harness.ts";

const README = await Deno.readTextFile(
  new URL("../../README.md", import.meta.url),
);

/** Returns the part of the page below a heading. */
function section(title: string): string {
  const [, text = ""] = README.split(`\n## ${title}\n`);
  return text.split("\n## ")[0] ?? "";
}

Deno.test("the table of files names every file that a daemon and a hook make", async () => {
  await using home = await tempHome();
  const hook = ["ingest", "hook", "--source", "claude"];
  const stdin = '{"hook_event_name":"Stop","session_id":"s"}';
  await home.run(hook, { stdin });
  await home.run(["daemon", "start", "--background"]);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(home.home)) names.push(name);
  assert(names.length > 5, names.join(" "));
  const table = section("What is stored where");
  for (const name of names) {
    // A row that names several files gives only the ends of the others.
    const end = name.replace(/^(?:daemon|store\.db)(?=[.-])/, "");
    assert(table.includes(name) || table.includes(`\`${end}\``), name);
  }
});

Deno.test("the steps that remove kaizen begin with the hooks", () => {
  const steps = section("Removing it").split(/\n(?=\d\. )/);
  const at = (words: string) => steps.findIndex((step) => step.includes(words));
  assertEquals([at("kaizen hooks uninstall"), at(".git/hooks")], [1, 1]);
  assert(at("kaizen stop") > 1);
  assert(at("Delete the clone") > at("scripts/uninstall"));
});

Deno.test("an event from a script is listed as the page shows", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const [, typed = "", shown = ""] =
    /```sh\n(kaizen ingest [^\n]*\nkaizen sessions)\n```\n\n```text\n([^`]*)```/
      .exec(section("Hooks")) ?? [];
  const script = `kaizen() { ${shellLine()} "$@"; }\n${typed}`;
  const { code, stdout } = await home.run([], {
    program: ["/bin/sh", "-c", script],
    env: { KAIZEN_OUTPUT: "text" },
  });
  assertEquals(code, 0);
  // The page has the times that a terminal shows.
  const cells = (text: string) =>
    text.trimEnd().split("\n").map((line) => line.split(/ {2,}/))
      .map((row) => row.filter((_, column) => column !== 3));
  assertEquals(
    cells(shown.replace("ended 0s", "ended")),
    cells(stdout),
  );
  assertEquals(cells(stdout).length, 2);
});

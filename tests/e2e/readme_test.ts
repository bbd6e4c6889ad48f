// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The parts of README.md that a user follows step by step.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
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

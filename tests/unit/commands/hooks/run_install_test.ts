// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertMatch } from "@std/assert";
import { runHooksInstall } from "../../../../src/commands/hooks/run_install.ts";
import { runHooksStatus } from "../../../../src/commands/hooks/run_status.ts";
import { type TestContext, testContext, testRun } from "../_context.ts";

/** A terminal in a home in which Cursor and Codex are found. */
async function makeTerminal(): Promise<{ home: string; context: TestContext }> {
  const home = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${home}/.cursor`);
  await Deno.mkdir(`${home}/.codex`);
  return {
    home,
    context: testContext({ env: { HOME: home }, columns: 100 }),
  };
}

const OPTIONS = {
  names: [],
  isProject: false,
  isDry: false,
  isSure: false,
  keepsOthers: false,
  addsMcp: false,
  program: "/bin/sh",
};

Deno.test("runHooksInstall() shows the changes on a terminal, and writes nothing without a yes", async () => {
  const { home, context } = await makeTerminal();
  const code = await runHooksInstall(
    OPTIONS,
    testRun(context, { output: "text", color: "never" }),
  );
  assertEquals(code, 0);
  assertMatch(context.out(), /\+\+\+ \S*\/\.codex\/hooks\.json/);
  assertMatch(context.out(), /^\+ {4}"beforeSubmitPrompt": \[$/m);
  assertEquals(context.out().replaceAll(home, "~").split("\n").slice(-5), [
    "In short:",
    "  create  ~/.codex/hooks.json",
    "  create  ~/.cursor/hooks.json",
    "",
    "",
  ]);
  assertMatch(context.err(), /Write these changes\? \[y\/N\]/);
  assertMatch(context.err(), /nothing was changed/);
  assertEquals(
    (await Array.fromAsync(Deno.readDir(`${home}/.codex`))).length,
    0,
  );
  await Deno.remove(home, { recursive: true });
});

Deno.test("runHooksInstall() says what is next only for an agent whose hooks were written", async () => {
  const { home, context } = await makeTerminal();
  await Deno.writeTextFile(`${home}/.cursor/hooks.json`, "{}", { mode: 0o444 });
  const code = await runHooksInstall(
    { ...OPTIONS, isSure: true },
    testRun(context, { output: "text", color: "never" }),
  );
  assertEquals(code, 74);
  assertEquals(context.out().trimEnd().split("\n"), [
    "Wrote ~/.codex/hooks.json",
    "codex: type /hooks in Codex and trust the hooks: until then Codex does not run them",
  ]);
  assertMatch(context.err(), /cursor\/hooks\.json" as it is read-only/);
  await Deno.remove(home, { recursive: true });
});

Deno.test("runHooksStatus() shows an agent's server, and says so if its program is gone", async () => {
  const { home, context } = await makeTerminal();
  const run = testRun(context, { output: "text", color: "never" });
  const names = ["codex", "cursor"];
  await runHooksInstall(
    { ...OPTIONS, names, isSure: true, addsMcp: true },
    run,
  );
  await Deno.writeTextFile(
    `${home}/.cursor/mcp.json`,
    '{"mcpServers":{"kaizen":{"command":"/gone","args":["mcp"]}}}',
  );
  const second = testContext({ env: { HOME: home }, columns: 80 });
  await runHooksStatus(
    { names, isProject: false },
    testRun(second, { output: "text", color: "never" }),
  );
  const shown = second.out().trimEnd().split("\n")
    .map((line) => line.replaceAll(/ {2,}/g, " | ").replaceAll(home, "~"));
  assertEquals(shown, [
    "AGENT | HOOKS | TRUSTED | MCP | FILE",
    "codex | 11 of 11 | no | yes | ~/.codex/hooks.json",
    "cursor | 10 of 10 | – | yes | ~/.cursor/hooks.json",
    "codex: not trusted yet: type /hooks in Codex",
    "cursor: the program of its server in ~/.cursor/mcp.json is gone: run kaizen hooks install --mcp",
  ]);
  await Deno.remove(home, { recursive: true });
});

Deno.test("runHooksInstall() has what is left to do in its JSON, too, once it is written", async () => {
  const { home, context } = await makeTerminal();
  const run = testRun(context, { output: "json" });
  await runHooksInstall({ ...OPTIONS, isDry: true }, run);
  await runHooksInstall({ ...OPTIONS, isSure: true }, run);
  const [shown, written] = context.out().trimEnd().split("\n")
    .map((line) => JSON.parse(line).notes);
  assertEquals(shown, []);
  assertEquals(written, [
    "codex: type /hooks in Codex and trust the hooks: until then Codex does not run them",
    "cursor: open windows use the hooks, too",
  ]);
  await Deno.remove(home, { recursive: true });
});

Deno.test("runHooksInstall() tells what it wrote and what is left to do; runHooksStatus() what is there", async () => {
  const { home, context } = await makeTerminal();
  await runHooksInstall(
    { ...OPTIONS, isSure: true },
    testRun(context, { output: "text", color: "never" }),
  );
  const lines = context.out().replaceAll(home, "~").trimEnd().split("\n");
  assertEquals(lines, [
    "Wrote ~/.codex/hooks.json",
    "Wrote ~/.cursor/hooks.json",
    "codex: type /hooks in Codex and trust the hooks: until then Codex does not run them",
    "cursor: open windows use the hooks, too",
  ]);
  const second = testContext({ env: { HOME: home }, columns: 100 });
  await runHooksStatus(
    { names: ["codex", "cursor", "vibe"], isProject: false },
    testRun(second, { output: "text", color: "never", verbose: true }),
  );
  const shown = second.out().replaceAll(home, "~").trimEnd().split("\n")
    .map((line) => line.replaceAll(/ {2,}/g, " | "));
  assertEquals(shown.slice(0, 5), [
    "AGENT | HOOKS | TRUSTED | FILE",
    "codex | 11 of 11 | no | ~/.codex/hooks.json",
    "cursor | 10 of 10 | – | ~/.cursor/hooks.json",
    "vibe | none | – | ~/.vibe/hooks.toml",
    "codex: not trusted yet: type /hooks in Codex",
  ]);
  assertMatch(shown[5] ?? "", /^codex: SessionStart, UserPromptSubmit, /);
  await Deno.remove(home, { recursive: true });
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Cli } from "../../../src/commands/cli.ts";
import {
  type CommandNode,
  listOptions,
} from "../../../src/commands/command_node.ts";
import { EXIT } from "../../../src/commands/exit_codes.ts";
import { HELP_TOPICS, renderTopic } from "../../../src/commands/help_topics.ts";
import { makeRoot } from "../../../src/commands/root.ts";
import { testContext } from "./_context.ts";

const read = (path: string) =>
  Deno.readTextFileSync(new URL(`../../../${path}`, import.meta.url));
const cli = read("docs/cli.md");
const json = read("docs/json.md");
const root: CommandNode = makeRoot(new Cli(testContext()));

Deno.test("docs/cli.md has every exit code, and no other", () => {
  const [, table = ""] = cli.split("## Exit codes");
  const codes = [...(table.split("## ")[0] ?? "").matchAll(/^\| +(\d+) +\|/gm)]
    .map(([, code]) => Number(code));
  assertEquals(
    codes,
    Object.values(EXIT).map(Number).sort((a, b) => a - b),
  );
});

Deno.test("docs/cli.md has every command and every global option", () => {
  for (const child of root.getCommands()) {
    assertStringIncludes(cli, `\`${child.getName()}`);
  }
  for (const { long, isGlobal } of listOptions(root)) {
    if (isGlobal) assertStringIncludes(cli, long);
  }
});

Deno.test("docs/json.md, its schema and the help have every code of an error", () => {
  const source = read("src/commands/verdict.ts");
  const codes = [
    ...source.matchAll(/code: "(\w+)"/g),
    ...source.matchAll(/\? "(\w+)"/g),
  ]
    .map(([, code]) => code ?? "").filter((code) =>
      !/^(closed_pipe|interrupted)$/.test(code)
    );
  const schema: { properties: { code: { enum: string[] } } } = JSON.parse(
    read("docs/schema/error.json"),
  );
  assertEquals([...codes].sort(), [...schema.properties.code.enum].sort());
  for (const code of codes) assertStringIncludes(json, `\`${code}\``);
  for (const code of codes) {
    if (code !== "daemon_broken") {
      assertStringIncludes(renderTopic("json"), code);
    }
  }
});

Deno.test("the help about the environment has every variable that the launchers pass on for people", () => {
  const permissions = read("scripts/permissions");
  const [, names = ""] = /--allow-env=(.*)/.exec(permissions) ?? [];
  const internal =
    /^(COLUMNS|HOME|PATH|TERM|GIT_.*|SUDO_.*|KAIZEN_(CWD|FAULT|COLOR|EXE|BUILD))$/;
  for (const name of names.split(",")) {
    if (!internal.test(name)) {
      assertStringIncludes(renderTopic("environment"), name);
    }
  }
});

Deno.test("topics end in a line feed, and fit 110 columns", () => {
  for (const topic of HELP_TOPICS) {
    const page = renderTopic(topic);
    assertEquals(page.endsWith("\n") && !page.endsWith("\n\n"), true);
    assertEquals(page.split("\n").filter((line) => line.length > 110), []);
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Cli } from "../../../src/commands/shell/cli.ts";
import {
  type CommandNode,
  listOptions,
} from "../../../src/commands/shell/command_node.ts";
import { EXIT } from "../../../src/commands/shell/exit_codes.ts";
import { renderHelp } from "../../../src/commands/help/print.ts";
import { renderTopic } from "../../../src/commands/help/topic_pages.ts";
import { HELP_TOPICS } from "../../../src/commands/help/topics.ts";
import { makeRoot } from "../../../src/commands/root.ts";
import { listAgents } from "../../../src/agents/mod.ts";
import { testContext } from "./_context.ts";

const read = (path: string) =>
  Deno.readTextFileSync(new URL(`../../../${path}`, import.meta.url));
const cli = read("docs/cli.md");
const json = read("docs/json.md");
const root: CommandNode = makeRoot(new Cli(testContext()));

Deno.test("docs/cli.md has exactly the exit codes of the program", () => {
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
  const source = read("src/commands/shell/verdict.ts");
  const found = [
    ...source.matchAll(/code: "(\w+)"/g),
    ...source.matchAll(/\? "(\w+)"/g),
  ].map(([, code]) => code ?? "").filter((code) => code !== "closed_pipe");
  const codes = [...new Set(found)];
  const schema: { properties: { code: { enum: string[] } } } = JSON.parse(
    read("docs/schema/error.json"),
  );
  assertEquals([...codes].sort(), [...schema.properties.code.enum].sort());
  for (const code of codes) assertStringIncludes(json, `\`${code}\``);
  for (const code of codes) {
    assertStringIncludes(renderTopic("json"), code);
  }
});

Deno.test("every command that prints JSON has a schema that names it", () => {
  const folder = new URL("../../../docs/schema/", import.meta.url);
  const described = [...Deno.readDirSync(folder)].map(({ name }): string =>
    JSON.parse(read(`docs/schema/${name}`)).description
  ).join("\n");
  // These print text, nothing, or the messages of another protocol.
  const others = /^kaizen (?:completions|help|man|mcp|ingest .*)$/;
  // These are second names.
  const seconds = /^kaizen (?:sessions .*|daemon (?:stop|status))$/;
  for (const command of listCommands(root)) {
    const path = command.getPath();
    if (command.getCommands().length > 0) continue;
    if (others.test(path) || seconds.test(path)) continue;
    assertEquals(described.includes(`\`${path}`), true, path);
  }
});

/** Returns what is wrong with a command line of ours, or null. */
function findMistake(line: string): string | null {
  const plain = line.replaceAll(/\$\([^)]*\)|'[^']*'|"[^"]*"/g, "TEXT");
  const [own = ""] = plain.split(/ (?:\||&&|>|<|\d?>&?\d?) |;/);
  const words = own.replaceAll(/[[\]\\"']/g, " ").trim().split(/\s+/)
    .slice(1).map((word) => word.replace(/\|.*|[),.:]+$/, ""));
  let command = root;
  while (words.length > 0) {
    const [name = ""] = words;
    const child = command.getCommands(true).find((it) =>
      it.getName() === name || it.getAliases().includes(name)
    );
    if (child === undefined) break;
    command = child;
    words.shift();
  }
  const isGroup = command.getCommands().length > 0 &&
    command.getArguments().length === 0;
  const [next = ""] = words;
  if (isGroup && /^[a-z]/.test(next)) return `no command ${next}`;
  // Cliffy adds the option of the version when it parses.
  const known = [
    ...listOptions(command).flatMap(({ long, short }) => [long, short]),
    ...command === root ? ["--version"] : [],
  ];
  for (const word of words) {
    if (word === "--") break;
    const [flag = ""] = /^--?[a-zA-Z][\w-]*/.exec(word) ?? [];
    const flags = /^-[a-zA-Z]{2,}$/.test(flag)
      ? [...flag.slice(1)].map((letter) => `-${letter}`)
      : [flag];
    const unknown = flags.find((it) => it !== "" && !known.includes(it));
    if (unknown !== undefined) return `${command.getPath()} has no ${unknown}`;
  }
  return null;
}

function* listFiles(folder: string, ending: string): Generator<string> {
  const url = new URL(`../../../${folder}/`, import.meta.url);
  for (const { name, isDirectory } of Deno.readDirSync(url)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* listFiles(path, ending);
    else if (name.endsWith(ending)) yield path;
  }
}

Deno.test("every command line that pages and messages name exists, with its options", () => {
  const mistakes: string[] = [];
  let count = 0;
  const check = (path: string, text: string, form: RegExp) => {
    for (const [, line = ""] of text.matchAll(form)) {
      count++;
      const mistake = findMistake(line.replaceAll(/\s+/g, " "));
      if (mistake !== null) mistakes.push(`${path}: ${line}: ${mistake}`);
    }
  };
  for (const path of ["README.md", ...listFiles("docs", ".md")]) {
    const page = read(path);
    check(path, page, /`(kaizen(?:\s+[^`]*)?)`/g);
    for (const [, block = ""] of page.matchAll(/^ *```sh\n([^]*?)^ *```$/gm)) {
      check(path, block, /^ *(kaizen .*)$/gm);
    }
  }
  for (const path of listFiles("src", ".ts")) {
    check(path, read(path), /["'`(](kaizen [a-z-][^"'`$]*)/g);
  }
  for (const command of listCommands(root)) {
    for (const { description } of command.getExamples()) {
      check(command.getPath(), description, /(kaizen .*)/g);
    }
  }
  assertEquals(mistakes, []);
  assertEquals(count > 250, true, `${count}`);
});

Deno.test("every file of the tree that pages name is there", () => {
  const pages = ["README.md", "CONTRIBUTING.md", ...listFiles("docs", ".md")];
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/`((?:src|docs|tests|scripts|bench)\/[\w./-]*\w)/g)]
      .map(([, path = ""]) => path)
  ).filter((path) => !path.includes("NAME"));
  assertEquals(named.length > 100, true, `${named.length}`);
  for (const path of new Set(named)) {
    Deno.lstatSync(new URL(`../../../${path}`, import.meta.url));
  }
});

Deno.test("the help about the environment has every variable that the launchers pass on for users", () => {
  const permissions = read("scripts/permissions");
  const [, names = ""] = /--allow-env=(.*)/.exec(permissions) ?? [];
  const internal =
    /^(COLUMNS|HOME|PATH|TERM|GIT_.*|XDG_CONFIG_HOME|SUDO_.*|KAIZEN_(CWD|USER_HOME|FAULT|COLOR|EXE|BUILD))$/;
  for (const name of names.split(",")) {
    if (!internal.test(name)) {
      assertStringIncludes(renderTopic("environment"), name);
    }
  }
});

Deno.test("docs/hooks.md sets up the hooks of each agent", () => {
  const words = [...read("docs/hooks.md").matchAll(/--source[", ]+(\w+)/g)];
  const named = new Set(words.map(([, name]) => name));
  assertEquals(listAgents().filter((name) => !named.has(name)), []);
});

Deno.test("topics end in a line feed, and fit 80 columns", () => {
  for (const topic of HELP_TOPICS) {
    const page = renderTopic(topic);
    assertEquals(page.endsWith("\n") && !page.endsWith("\n\n"), true);
    assertEquals(page.split("\n").filter((line) => line.length > 80), []);
  }
});

function listCommands(command: CommandNode): CommandNode[] {
  return [command, ...command.getCommands().flatMap(listCommands)];
}

Deno.test("every option that takes a value shows its default, and every command has a summary that fits a line", () => {
  for (const command of listCommands(root)) {
    const path = command.getPath();
    const [summary = ""] = command.getDescription().split("\n");
    assertMatch(summary, /^[A-Z].{9,60}\.$/, path);
    assertEquals(command.getExamples().length > 0, true, path);
    for (const { long, value, description } of listOptions(command)) {
      if (value !== null) {
        assertMatch(
          description,
          /[(;] ?default: |\(required\)/,
          `${path} ${long}`,
        );
      }
    }
  }
});

Deno.test("the help of each option names the variable that stands for it", () => {
  const named: [option: string, variable: string][] = [
    ["--home", "KAIZEN_HOME"],
    ["--socket", "KAIZEN_SOCK"],
    ["--timeout", "KAIZEN_TIMEOUT"],
    ["--output", "KAIZEN_OUTPUT"],
    ["--color", "NO_COLOR"],
    ["--no-start", "KAIZEN_NO_START"],
    ["--workspace", "KAIZEN_WORKSPACE"],
  ];
  for (const command of listCommands(root)) {
    // The environment must not choose the sessions to delete.
    if (command.getPath() === "kaizen store prune") continue;
    // All workspaces are the default.
    if (/^kaizen (?:events|grep)$/.test(command.getPath())) continue;
    for (const { long, description } of listOptions(command)) {
      const [, variable] = named.find(([option]) => option === long) ?? [];
      if (variable !== undefined) {
        assertStringIncludes(description, `env: ${variable}`);
      }
    }
  }
});

Deno.test("the help lists all topics, and shows an optional value in brackets", () => {
  const page = renderHelp(root, 80);
  for (const topic of HELP_TOPICS) {
    assertStringIncludes(page, `  kaizen help ${topic}`);
  }
  const sessions = root.getCommands().find((it) => it.getName() === "sessions");
  if (sessions === undefined) throw new TypeError("no sessions");
  assertStringIncludes(renderHelp(sessions, 80), "--watch [DURATION]");
});

Deno.test("renderHelp() puts examples right after the summary, and fits 80 columns", () => {
  for (const command of listCommands(root)) {
    const page = renderHelp(command, 80);
    const sections = [...page.matchAll(/^[A-Z][a-z ]+$/gm)].map(([title]) =>
      title
    );
    assertEquals(sections[0], "Examples", command.getPath());
    // A command to copy is never wrapped.
    const wide = page.split("\n").filter((line) =>
      line.length > 80 && !line.startsWith("  kaizen ")
    );
    assertEquals(wide, []);
  }
});

Deno.test("renderHelp() shows options before arguments without an end, which git's own may look like", () => {
  for (const command of listCommands(root)) {
    const page = renderHelp(command, 80);
    assertEquals(/…\] \[OPTIONS\]/.test(page), false, command.getPath());
  }
});

Deno.test("docs/json.md has every field of every schema", () => {
  const folder = new URL("../../../docs/schema/", import.meta.url);
  for (const { name } of Deno.readDirSync(folder)) {
    const fields = new Set<string>();
    collectFields(JSON.parse(read(`docs/schema/${name}`)), fields);
    assertEquals(fields.size > 0, true, name);
    for (const field of fields) {
      const isThere = json.includes(`\`${field}\``) ||
        json.includes(`"${field}"`);
      assertEquals(isThere, true, `${name}: ${field}`);
    }
  }
});

function collectFields(schema: unknown, fields: Set<string>): void {
  if (typeof schema !== "object" || schema === null) return;
  if ("properties" in schema) {
    for (const name of Object.keys(Object(schema.properties))) fields.add(name);
  }
  for (const part of Object.values(schema)) collectFields(part, fields);
}

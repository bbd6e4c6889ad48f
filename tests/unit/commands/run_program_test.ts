// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Cli } from "../../../src/commands/shell/cli.ts";
import {
  type CommandNode,
  listOptions,
} from "../../../src/commands/shell/command_node.ts";
import { EXIT } from "../../../src/commands/shell/exit_codes.ts";
import { renderHelp } from "../../../src/commands/help/print.ts";
import { makeRoot } from "../../../src/commands/root.ts";
import { runProgram } from "../../../src/commands/mod.ts";
import { testContext } from "./_context.ts";

const tree: CommandNode = makeRoot(new Cli(testContext()));

/** Lists every command of a tree, starting with the root. */
function listCommands(root: CommandNode): CommandNode[] {
  return [root, ...root.getCommands().flatMap(listCommands)];
}

for (const command of listCommands(tree)) {
  Deno.test(`${command.getPath()} has a summary, an example and described options`, () => {
    const [summary = ""] = command.getDescription().split("\n");
    assert(summary.length > 20 && summary.endsWith("."), summary);
    assert(command.getExamples().length > 0);
    for (const { name } of command.getExamples()) assert(name.length > 0);
    for (const { description, long } of listOptions(command)) {
      assert(description.length > 5, long);
    }
  });
  Deno.test(`the help of ${command.getPath()} fits its width`, () => {
    for (const width of [60, 80, 100]) {
      for (const line of renderHelp(command, width).split("\n")) {
        // A command to copy is never wrapped.
        if (!line.startsWith("  kaizen ")) assert(line.length <= width, line);
      }
    }
  });
}

Deno.test("examples use existing commands and options", async () => {
  for (const command of listCommands(tree)) {
    for (const { description: line } of command.getExamples()) {
      const [first = ""] = /kaizen [^|>)]*[^|>) ]/.exec(line) ?? [];
      const words = first.match(/'[^']*'|"[^"]*"|\S+/g)?.slice(1) ?? [];
      const args = [
        ...words.map((word) => word.replace(/^['"]|['"]$/g, "")),
        "--help",
      ];
      const context = testContext({ args });
      assertEquals(await runProgram(context), 0, line);
      assertEquals(context.err(), "");
    }
  }
});

Deno.test("runProgram() without words shows the help", async () => {
  const context = testContext();
  assertEquals(await runProgram(context), 0);
  assert(context.out().startsWith("Record what coding agents do"));
});

Deno.test("runProgram() returns a documented exit code for any words", async () => {
  const words = fc.constantFrom(
    ...[
      "status",
      "stop",
      "sessions",
      "list",
      "show",
      "tree",
      "detail",
      "spool",
      "flush",
      "purge",
    ],
    ...[
      "store",
      "stats",
      "prune",
      "help",
      "hook",
      "git",
      "nope",
      "x",
      "",
      "-",
      "--",
      "---",
      "-x",
      "--x",
      "--x=y",
    ],
    ...[
      "-h",
      "--help",
      "-V",
      "--version",
      "-v",
      "-q",
      "-vq",
      "--json",
      "-o",
      "--output=json",
      "text",
      "ndjson",
      "trace",
    ],
    ...[
      "--home",
      "--socket",
      "--timeout",
      "5ms",
      "--limit",
      "3",
      "-1",
      "--watch=x",
      "--since",
      "7d",
      "--status",
      "done",
    ],
    ...[
      "--no-start",
      "--no-daemon",
      "--no-wait",
      "--color",
      "never",
      "--all-workspaces",
      "--workspace",
      "/",
      "\u202e",
      "exit-codes",
    ],
  );
  const home = await Deno.makeTempDir();
  const env = { KAIZEN_HOME: home, KAIZEN_NO_START: "1" };
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 7 }), async (args) => {
        const context = testContext({ args, env });
        const exit = await runProgram(context);
        assert(Object.values(EXIT).some((code) => code === exit), `${exit}`);
        assert(exit !== EXIT.bug, context.err());
        if (exit !== 0 && exit !== 3) {
          assert(context.err().startsWith("kaizen: "));
        }
      }),
      { numRuns: 500 },
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("no option or argument takes an empty text, but for paths of the daemon and a cursor", async () => {
  const taken: string[] = [];
  for (const command of listCommands(tree)) {
    const path = command.getPath().split(" ").slice(1);
    // A hook takes any words.
    if (path[0] === "ingest" && path.length > 1) continue;
    const options = listOptions(command).filter(({ value, isGlobal }) =>
      value !== null && isGlobal === (path[0] === "status")
    );
    const given = [
      ...options.flatMap(({ long }) => [[long, ""], [`${long}=`]]),
      ...command.getArguments().slice(0, 1).map(() => [""]),
    ];
    for (const words of given) {
      const context = testContext({ args: [...path, ...words] });
      const exit = await runProgram(context);
      if (exit !== EXIT.usage) taken.push(...words);
    }
  }
  assertEquals(
    [...new Set(taken.map((word) => word.replace("=", "")))],
    ["--home", "", "--socket", "--since-cursor"],
  );
});

const starting: [line: string, starts: boolean][] = [
  ["status", false],
  // It signals a daemon whose socket was removed.
  ["stop", true],
  ["sessions", true],
  ["detail s", true],
  ["sessions tree s", true],
  ["ingest --source claude", true],
  ["import", true],
  ["spool status", false],
  ["spool flush", false],
  ["store stats", false],
  ["daemon status", false],
  ["daemon stop", true],
  ["completions bash", false],
  ["help", false],
  ["--version", false],
];
for (const [line, starts] of starting) {
  const verb = starts ? "keeps" : "gives up";
  Deno.test(`kaizen ${line} ${verb} the permission to start programs`, async () => {
    const context = testContext({
      args: line.split(" "),
      env: { KAIZEN_NO_START: "1", KAIZEN_OFF: "1" },
    });
    await runProgram(context);
    assertEquals(context.hasGivenUpRun(), !starts);
  });
}

Deno.test("runProgram() prints no character of an argument that acts on a terminal", async () => {
  const name = "/tmp/\x1b[31m\x7f\x9b2J\u202e\u200b\u{e0041}é😀";
  const runs = [
    { args: ["status", "--socket", name], key: "socket", isPart: false },
    { args: ["sessions", "--status", name], key: "message", isPart: true },
    { args: [name], key: "message", isPart: true },
  ];
  for (const { args, key, isPart } of runs) {
    for (const columns of [80, undefined]) {
      const context = testContext({
        args: [...args, "-o", "json"],
        ...columns === undefined ? {} : { columns },
      });
      await runProgram(context);
      const shown = context.out();
      const text = String(JSON.parse(shown)[key]);
      assert(
        isPart ? text.includes("\u200b\u{e0041}é😀") : text === name,
        text,
      );
      assertEquals(
        /(?!\n)[\p{Cc}\p{Cf}]/u.test(shown),
        columns === undefined,
        shown,
      );
    }
  }
});

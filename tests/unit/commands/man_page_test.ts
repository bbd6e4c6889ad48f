// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Cli } from "../../../src/commands/cli.ts";
import {
  type CommandNode,
  listOptions,
} from "../../../src/commands/command_node.ts";
import { renderMan } from "../../../src/commands/man_page.ts";
import { makeRoot } from "../../../src/commands/root.ts";
import { isInstalled } from "../../e2e/_terminal.ts";
import { testContext } from "./_context.ts";

const root: CommandNode = makeRoot(new Cli(testContext()));
const page = renderMan(root);

Deno.test("renderMan() has every command with all of its options", () => {
  const visit = (command: CommandNode) => {
    for (const child of command.getCommands()) {
      assertStringIncludes(page, `.SS ${child.getPath()}`);
      for (const { long } of listOptions(child)) {
        assertStringIncludes(page, `\\fB${long.replaceAll("-", "\\-")}\\fR`);
      }
      visit(child);
    }
  };
  visit(root);
});

Deno.test("renderMan() uses no request but the man macros, whatever a text begins with", () => {
  const requests = page.split("\n").filter((line) => /^[.']/.test(line))
    .map((line) => line.split(" ")[0]);
  assertEquals(
    [...new Set(requests)].sort(),
    [".B", ".EE", ".EX", ".I", ".PP", ".RE", ".RS", ".SH", ".SS", ".TH", ".TP"],
  );
});

Deno.test({
  name: "groff sets the page without a warning",
  ignore: !isInstalled("groff"),
  async fn() {
    const child = new Deno.Command("groff", {
      args: ["-man", "-Tutf8", "-ww"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(page));
    await writer.close();
    const { stdout, stderr } = await child.output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assert(stdout.length > 10_000);
  },
});

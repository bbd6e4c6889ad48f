// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Cli } from "../../../../src/commands/shell/cli.ts";
import {
  type CommandNode,
  listOptions,
} from "../../../../src/commands/shell/command_node.ts";
import { renderMan } from "../../../../src/commands/help/man_page.ts";
import { makeRoot } from "../../../../src/commands/root.ts";
import { isInstalled } from "../../../e2e/_terminal.ts";
import { testContext } from "../_context.ts";

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

Deno.test("renderMan() uses only man macros, for any beginning of a text", () => {
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

/** Runs a program on a file with the page. */
async function readPage(
  program: string,
  args: string[],
): Promise<{ out: string; err: string }> {
  const path = await Deno.makeTempFile({ suffix: ".1" });
  try {
    await Deno.writeTextFile(path, page);
    const { stdout, stderr } = await new Deno.Command(program, {
      args: [...args, path],
      env: { MANWIDTH: "80", MANPAGER: "cat", LC_ALL: "C.UTF-8" },
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { out: decode(stdout), err: decode(stderr) };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test({
  name: "man shows the page in 80 columns without a warning",
  ignore: !isInstalled("man"),
  async fn() {
    const { out, err } = await readPage("man", ["--warnings", "-l"]);
    assertEquals(err, "");
    assertStringIncludes(out, "kaizen sessions list");
    assertStringIncludes(out, "--watch [DURATION]");
    // A command to copy is never wrapped.
    const wide = out.split("\n").filter((line) =>
      line.length > 80 && !line.trimStart().startsWith("kaizen ")
    );
    assertEquals(wide, []);
  },
});

Deno.test({
  name: "mandoc has nothing against the page but that it has no date",
  ignore: !isInstalled("mandoc"),
  async fn() {
    const { out } = await readPage("mandoc", ["-Tlint", "-Wwarning"]);
    // The same source makes the same page at any time.
    const others = out.split("\n").filter((line) =>
      line !== "" && !line.includes("missing date")
    );
    assertEquals(others, []);
  },
});

// SPDX-License-Identifier: AGPL-3.0-or-later
// The stand-in refuses the parts of the real class that it leaves out, so that no code comes to use
// them by mistake.
import { assertThrows } from "@std/assert";
import { Command } from "../../../scripts/offline/cliffy_command.ts";

const refused: [what: string, declare: () => unknown][] = [
  ["an optional value", () => new Command().option("--a [b]", "c")],
  ["several values", () => new Command().option("--a <b> <c>", "d")],
  ["a variadic value", () => new Command().option("--a <b...>", "c")],
  ["an equals sign", () => new Command().option("--a=<b>", "c")],
  ["a list", () => new Command().option("--a <b:string[]>", "c")],
  ["no long name", () => new Command().option("-a", "b")],
  ["a negated option", () => new Command().option("--no-a", "b")],
  [
    "a second option of the same name",
    () => new Command().option("-a, --all", "b").option("-a, --any", "c"),
  ],
  [
    "a required argument after an optional one",
    () => new Command().arguments("[a] <b>"),
  ],
  ["an argument without brackets", () => new Command().arguments("a")],
  [
    "a child named with its arguments",
    () => new Command().command("a <b>", new Command()),
  ],
  ["a declaration after .command()", () => {
    const root = new Command();
    root.command("a", new Command());
    root.description("would be the child's");
  }],
  ["help without .help()", () => new Command().getHelp()],
  ["to run without .noExit()", () => new Command().parse([])],
];

for (const [what, declare] of refused) {
  Deno.test(`Command refuses ${what}`, () => {
    assertThrows(declare, TypeError, "offline stand-in");
  });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
// What the stand-in refuses, so that nobody relies on it and is surprised by the real package.
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Command } from "../../../scripts/offline/cliffy_command.ts";

const refused: [what: string, declare: () => unknown][] = [
  ["an optional value", () => new Command().option("--a [b]", "c")],
  ["several values", () => new Command().option("--a <b> <c>", "d")],
  ["a variadic value", () => new Command().option("--a <b...>", "c")],
  ["an equals sign", () => new Command().option("--a=<b>", "c")],
  ["a list", () => new Command().option("--a <b:string[]>", "c")],
  ["no long name", () => new Command().option("-a", "b")],
  [
    "a default of a collected option",
    () => new Command().option("--a <b>", "c", { collect: true, default: "" }),
  ],
  [
    "an option beside its opposite",
    () => new Command().option("--a", "b").option("--no-a", "c"),
  ],
  [
    "a second option of the same name",
    () => new Command().option("-a, --all", "b").option("-a, --any", "c"),
  ],
  [
    "a required argument behind an optional one",
    () => new Command().arguments("[a] <b>"),
  ],
  [
    "an argument behind a variadic one",
    () => new Command().arguments("<a...> [b]"),
  ],
  ["an argument without brackets", () => new Command().arguments("a")],
  [
    "a child named with its arguments",
    () => new Command().command("a <b>", new Command()),
  ],
  ["a declaration behind .command()", () => {
    const root = new Command();
    root.command("a", new Command());
    root.description("would be the child's");
  }],
  ["help without .help()", () => new Command().getHelp()],
];

for (const [what, declare] of refused) {
  Deno.test(`Command refuses ${what}`, () => {
    assertThrows(declare, TypeError, "offline stand-in");
  });
}

Deno.test("Command refuses two children of one name", () => {
  const root = new Command();
  root.command("sessions, ls", new Command());
  assertThrows(() => root.command("ls", new Command()), Error, '"ls"');
});

Deno.test("Command.parse() refuses to run without .noExit()", () => {
  assertThrows(() => new Command().parse([]), TypeError, ".noExit()");
});

Deno.test("Command.parse() knows no type that a root keeps to itself", async () => {
  const root = new Command().noExit().type("integer", () => 1);
  root.command("child", new Command().arguments("<n:integer>"));
  const parse = () => root.parse(["child", "5"]);
  await assertRejects(parse, Error, 'Unknown type "integer"');
});

Deno.test("Command.parse() throws errors only, whatever is thrown", async () => {
  const text: unknown = "a text";
  const root = new Command().noExit().action(() => Promise.reject(text));
  const error = await assertRejects(() => root.parse([]));
  assertInstanceOf(error, Error);
});

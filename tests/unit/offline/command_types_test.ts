// SPDX-License-Identifier: AGPL-3.0-or-later
// Checked by the compiler: what must be an error is one with the real package and with the stand-in.
import { assertEquals } from "@std/assert";
import {
  type ArgumentValue,
  Command,
  EnumType,
  type Option,
  ValidationError,
} from "@cliffy/command";

type Globals = { home?: string; timeout?: number; json?: true };

/** Accepts only a value whose type is exactly `T`. */
function expectType<T>(): <V extends T>(
  value: V & ([T] extends [V] ? unknown : never),
) => void {
  return () => {};
}

function readCount({ value }: ArgumentValue): number {
  return Number(value);
}

const formats = new EnumType(["text", "json"]);

/** What a program prints as help needs no more than this of a command. */
function printHelp(
  command: Pick<Command, "getPath" | "getOptions" | "getArguments">,
): string {
  return command.getPath();
}

function makePlain(): Command<Globals> {
  return new Command<Globals>()
    .description("no arguments: Command<Globals> says enough")
    .option("--wait <time>", "a text")
    .action((options) => {
      expectType<string | undefined>()(options.wait);
      expectType<number | undefined>()(options.timeout);
      // @ts-expect-error: it is a text
      expectType<number | undefined>()(options.wait);
      // @ts-expect-error: there is no such option
      options.nope;
    });
}

function makeTyped(): Command<Globals, void, void, [number, ...string[]]> {
  return new Command<Globals>()
    .type("count", readCount)
    .option("-n, --limit <n:count>", "always there", { default: 100 })
    .option("--since <n:count>", "may be missing")
    .option("--source <name>", "must be given", { required: true })
    .option("--tag <tag>", "a list", { collect: true })
    .option("--all-spaces", "a switch")
    .option("--no-wait", "a switch that is on")
    .arguments("<id:count> [rest...]")
    .action((options, id, ...rest) => {
      const limit: number = options.limit;
      const source: string = options.source;
      const since: number | undefined = options.since;
      const tags: string[] | undefined = options.tag;
      const all: true | undefined = options.allSpaces;
      const wait: boolean = options.wait;
      const first: number = id;
      const others: string[] = rest;
      // @ts-expect-error: it may be missing
      const sinceAlways: number = options.since;
      // @ts-expect-error: it is a list of texts
      const numbers: number[] | undefined = options.tag;
      // @ts-expect-error: it is a number
      const text: string = id;
      // @ts-expect-error: it is a number
      const textLimit: string = options.limit;
      // @ts-expect-error: it is a switch
      const named: string | undefined = options.allSpaces;
      // @ts-expect-error: they are texts
      const counts: number[] = rest;
      const right = [limit, source, since, tags, all, wait, first, others];
      const wrong = [sinceAlways, numbers, text, textLimit, named, counts];
      return { right, wrong };
    });
}

function makeEnum(): Command<Globals, void, void, ["text" | "json", string?]> {
  return new Command<Globals>()
    .type("format", formats)
    .option("-o, --output <format:format>", "one of a list", {
      default: "text",
    })
    .arguments("<format:format> [file]")
    .action((options, format, file) => {
      expectType<"text" | "json">()(options.output);
      expectType<"text" | "json">()(format);
      expectType<string | undefined>()(file);
      // @ts-expect-error: it is not in the list
      const other: "yaml" = options.output;
      // @ts-expect-error: it may be missing
      const given: string = file;
      return [other, given];
    });
}

function makeParentTyped(): Command<Globals, { duration: typeof readCount }> {
  return new Command<Globals, { duration: typeof readCount }>()
    .option("--wait <time:duration>", "a type of the parent")
    .action((options) => {
      expectType<number | undefined>()(options.wait);
      // @ts-expect-error: it is a number
      expectType<string | undefined>()(options.wait);
    });
}

/** Arguments and global options show in a command's type: a factory must name them, or let them be inferred. */
export function returnErrors(): unknown[] {
  // @ts-expect-error: it takes an argument
  const one: Command<Globals> = new Command<Globals>().arguments("<id>");
  // @ts-expect-error: it has global options
  const two: Command = new Command().globalOption("--home <dir>", "home");
  // @ts-expect-error: it needs global options of its parent
  const three: Command = new Command<Globals>();
  return [one, two, three];
}

function makeRoot(): Command {
  return new Command()
    .name("kaizen")
    .version("1.0.0")
    .help(printHelp)
    .helpOption("-h, --help", "Show this help.", function () {
      printHelp(this);
    })
    .versionOption("-V, --version", "Show the version.", () => {})
    .noExit();
}

/** Never called: each statement must be an error. */
export function writeErrors(): void {
  // @ts-expect-error: a setting is true or false
  new Command().option("--a <b>", "c", { required: "yes" });
  // @ts-expect-error: there is no such setting
  new Command().option("--a <b>", "c", { mandatory: true });
  // @ts-expect-error: a handler gets an ArgumentValue
  new Command().type("count", (value: number) => value);
  // @ts-expect-error: a description is a text
  new Command().description(5);
  // @ts-expect-error: only one argument is declared
  new Command().arguments("<id>").action((_options, _id, _more) => {});
  // @ts-expect-error: the argument is a text
  new Command().arguments("<id>").action((_options, id: number) => id);
  // @ts-expect-error: the option is a text
  new Command().option("--a <b>", "c").action((o: { a?: number }) => o);
  // @ts-expect-error: a list of words
  new Command().parse("status");
  // @ts-expect-error: a message is a text
  new ValidationError(64);
  // @ts-expect-error: an exit code is a number
  new ValidationError("wrong", { exitCode: "64" });
  // @ts-expect-error: help is a text
  new Command().help(() => 5);
  const root = new Command().globalOption("--home <dir>", "home");
  // @ts-expect-error: the child takes the option to be a number
  root.command("child", new Command<{ home?: number }>());
  // @ts-expect-error: no command
  root.command("child", new Date());
}

Deno.test("Command infers options and arguments from their definitions", () => {
  const root = makeRoot().globalType("duration", readCount)
    .globalOption("--home <dir>", "home")
    .globalOption("--timeout <time:duration>", "timeout")
    .globalOption("--json", "json");
  root.command("plain", makePlain());
  root.command("typed", makeTyped());
  root.command("enum", makeEnum());
  root.command("parent", makeParentTyped());
  const children: string[] = root.getCommands().map((child) => child.getName());
  assertEquals(children, ["plain", "typed", "enum", "parent"]);
  const options: Option[] = root.getOptions();
  assertEquals(options.map((option) => option.name), [
    "home",
    "timeout",
    "json",
  ]);
  const error = new ValidationError("wrong");
  const failing: Command | undefined = error.cmd;
  assertEquals([failing, error.exitCode], [undefined, 2]);
});

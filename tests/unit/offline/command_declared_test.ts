// SPDX-License-Identifier: AGPL-3.0-or-later
// The types and the help of a declaration, with the real packages and with the stand-ins.
import { assertEquals } from "@std/assert";
import { type ArgumentValue, Command, ValidationError } from "@cliffy/command";

type Globals = { home?: string; quiet?: true };

function readCount({ value }: ArgumentValue): number {
  return Number(value);
}

function makeSessions() {
  return new Command<Globals>()
    .description("Lists sessions.\nNewest first.")
    .type("count", readCount)
    .option("-n, --max-rows <n:count>", "how many")
    .option("--source <agent:string>", "whose", { required: true })
    .option("--tag <tag>", "with these tags", { collect: true })
    .arguments("<id> [more...:count]")
    .action((options, id, ...more) => {
      const found: {
        home?: string | undefined;
        quiet?: true | undefined;
        maxRows?: number | undefined;
        source: string;
        tag?: string[] | undefined;
      } = options;
      const args: [string, ...number[]] = [id, ...more];
      // @ts-expect-error: a missing option is undefined
      const always: number = options.maxRows;
      // @ts-expect-error: the option is a number
      const text: string | undefined = options.maxRows;
      // @ts-expect-error: the option is a list
      const tag: string | undefined = options.tag;
      // @ts-expect-error: no such option is declared
      options.nope;
      return { found, args, always, text, tag };
    });
}

function makeRoot() {
  const root = new Command()
    .name("kaizen")
    .description("Records what agents do.")
    .example("first", "kaizen status")
    .help((command) => `help of ${command.getPath()}`)
    .globalOption("--home <dir>", "folder")
    .globalOption("-q, --quiet", "less", { hidden: true })
    .helpOption("-h, --help", "Show this help.", () => {})
    .versionOption("-V, --version", "Show the version.", () => {})
    .action(() => {})
    .noExit();
  const sessions = makeSessions();
  sessions.command("list, l, all", new Command<Globals>());
  root.command("sessions, ls", sessions);
  root.command("secret", new Command<Globals>().hidden());
  return root;
}

/** Never called: each statement must be an error. */
export function writeErrors(): void {
  // @ts-expect-error: a setting is true or false
  new Command().option("--a <b>", "c", { required: "yes" });
  // @ts-expect-error: a type's handler gets an ArgumentValue
  new Command().type("count", (value: number) => value);
  // @ts-expect-error: only one argument is declared
  new Command().arguments("<id>").action((_options, _id, _more) => {});
  // @ts-expect-error: the argument is a text
  new Command().arguments("<id>").action((_options, id: number) => id);
  // @ts-expect-error: the option is a text
  new Command().option("--a <b>", "c").action((o: { a?: number }) => o);
  // @ts-expect-error: a command line is a list of words
  new Command().parse("status");
  // @ts-expect-error: a message is a text
  new ValidationError(64);
  // @ts-expect-error: help is a text
  new Command().help(() => 5);
  const root = new Command().globalOption("--home <dir>", "folder");
  // @ts-expect-error: the child takes the option for a number
  root.command("child", new Command<{ home?: number }>());
  // @ts-expect-error: a date is no command
  root.command("child", new Date());
}

Deno.test("Command.getCommands() leaves hidden ones out unless asked", () => {
  const names = (commands: Pick<Command, "getName">[]) =>
    commands.map((command) => command.getName());
  assertEquals(names(makeRoot().getCommands()), ["sessions"]);
  assertEquals(names(makeRoot().getCommands(true)), ["sessions", "secret"]);
});

Deno.test("Command describes itself to a help function", async () => {
  const root = makeRoot();
  const { cmd, literal } = await root.parse(["--", "-y"]);
  assertEquals([cmd.getPath(), literal], ["kaizen", ["-y"]]);
  assertEquals(root.getExamples(), [
    { name: "first", description: "kaizen status" },
  ]);
  const sessions = root.getCommands()[0];
  assertEquals(sessions?.getDescription(), "Lists sessions.\nNewest first.");
  const list = sessions?.getCommands()[0];
  assertEquals(list?.getPath(), "kaizen sessions list");
  assertEquals(list?.getAliases(), ["l", "all"]);
  assertEquals(list?.getHelp(), "help of kaizen sessions list");
  const shown = sessions?.getArguments().map(({ name, optional, variadic }) =>
    `${name} ${optional} ${variadic}`
  );
  assertEquals(shown, ["id false false", "more true true"]);
});

Deno.test("Command.getOptions() lists inherited options before own ones", async () => {
  const root = makeRoot();
  await root.parse([]);
  const show = (options: ReturnType<typeof root.getOptions>) =>
    options.map(({ flags, typeDefinition = "", global = false }) =>
      `${flags.join(", ")} ${typeDefinition} ${global}`.replace("  ", " ")
    );
  const home = "--home <dir> true";
  const help = "-h, --help true";
  const version = "-V, --version false";
  assertEquals(show(root.getCommands()[0]?.getOptions() ?? []), [
    help,
    home,
    "-n, --max-rows <n:count> false",
    "--source <agent:string> false",
    "--tag <tag> false",
  ]);
  assertEquals(show(root.getOptions()), [help, version, home]);
  const all = [help, version, home, "-q, --quiet true"];
  assertEquals(show(root.getOptions(true)), all);
});

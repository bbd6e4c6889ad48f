// SPDX-License-Identifier: AGPL-3.0-or-later
// What a help function of our own reads from a command, whichever packages are in use.
import { assertEquals } from "@std/assert";
import { Command, EnumType, type Option } from "@cliffy/command";

type Globals = { home?: string; quiet?: true };

function makeRoot() {
  const root = new Command()
    .name("kaizen")
    .version("1.2.3")
    .description("Records what agents do.\n\nAnd more.")
    .example("first", "kaizen status")
    .help((command, options) =>
      `${command.getPath()} ${options.long ? "long" : "short"}`
    )
    .globalOption("--home <dir>", "where everything lives")
    .globalOption("-q, --quiet", "less", { hidden: true })
    .helpOption("-h, --help", "Show this help.", () => {})
    .versionOption("-V, --version", "Show the version.", () => {})
    .action(() => {})
    .noExit();
  const sessions = new Command<Globals>()
    .description("  Lists sessions.\nNewest first.")
    .option("-n, --limit <n:integer>", "how many", { default: 100 })
    .option("--source <agent:string>", "whose", { required: true })
    .arguments("<id> [more...:number]", ["a session"])
    .action(() => {});
  sessions.command("list, l, all", new Command<Globals>());
  root.command("sessions, ls", sessions);
  root.command("secret", new Command<Globals>().hidden());
  return root;
}

Deno.test("Command.getCommands() leaves hidden ones out unless asked", () => {
  const root = makeRoot();
  assertEquals(names(root.getCommands()), ["sessions"]);
  assertEquals(names(root.getCommands(true)), ["sessions", "secret"]);
});

Deno.test("Command.getPath() and getAliases() tell how a command is called", () => {
  const root = makeRoot();
  const list = root.getCommands()[0]?.getCommands()[0];
  assertEquals(list?.getPath(), "kaizen sessions list");
  assertEquals(list?.getName(), "list");
  assertEquals(list?.getAliases(), ["l", "all"]);
  assertEquals(list?.getMainCommand().getName(), "kaizen");
  assertEquals(root.getAliases(), []);
});

Deno.test("Command.getShortDescription() is the first line", () => {
  const root = makeRoot();
  assertEquals(root.getDescription(), "Records what agents do.\n\nAnd more.");
  assertEquals(root.getShortDescription(), "Records what agents do.");
  const sessions = root.getCommands()[0];
  assertEquals(sessions?.getShortDescription(), "Lists sessions.");
});

Deno.test("Command.getOptions() lists inherited options before own ones", async () => {
  const root = makeRoot();
  await root.parse([]);
  const sessions = root.getCommands()[0];
  const shown = sessions?.getOptions().map((option) => ({
    name: option.name,
    flags: option.flags,
    type: option.typeDefinition,
    default: option.default,
    required: option.required,
    global: option.global,
  }));
  const none = { default: undefined, required: undefined, global: undefined };
  assertEquals(shown, [
    { ...none, name: "help", flags: ["-h", "--help"], type: "", global: true },
    { ...none, name: "home", flags: ["--home"], type: "<dir>", global: true },
    {
      ...none,
      name: "limit",
      flags: ["-n", "--limit"],
      type: "<n:integer>",
      default: 100,
    },
    {
      ...none,
      name: "source",
      flags: ["--source"],
      type: "<agent:string>",
      required: true,
    },
  ]);
  assertEquals(optionNames(root.getOptions()), ["help", "version", "home"]);
  assertEquals(optionNames(root.getOptions(true)), [
    "help",
    "version",
    "home",
    "quiet",
  ]);
});

Deno.test("Command.getArguments() describes each argument", () => {
  const sessions = makeRoot().getCommands()[0];
  const shown = sessions?.getArguments().map((argument) => ({
    name: argument.name,
    type: argument.type,
    optional: argument.optional,
    variadic: argument.variadic,
    raw: argument.raw,
    description: argument.description,
  }));
  assertEquals(shown, [
    {
      name: "id",
      type: "string",
      optional: false,
      variadic: false,
      raw: "<id>",
      description: "a session",
    },
    {
      name: "more",
      type: "number",
      optional: true,
      variadic: true,
      raw: "[more...:number]",
      description: undefined,
    },
  ]);
  assertEquals(makeRoot().getArguments(), []);
});

Deno.test("Command.getExamples() lists examples", () => {
  const examples = [{ name: "first", description: "kaizen status" }];
  assertEquals(makeRoot().getExamples(), examples);
});

Deno.test("Command.getHelp() asks the nearest help function", () => {
  const root = makeRoot();
  assertEquals(root.getHelp(), "kaizen short");
  const list = root.getCommands()[0]?.getCommands()[0];
  assertEquals(list?.getHelp({ long: true }), "kaizen sessions list long");
});

Deno.test("Command.parse() returns what it found and which command ran", async () => {
  const root = makeRoot();
  const words = ["sessions", "--source", "x", "id", "1", "2", "--", "-y"];
  const result = await root.parse(words);
  assertEquals<unknown>(result.options, { source: "x", limit: 100 });
  assertEquals<unknown>(result.args, ["id", 1, 2]);
  assertEquals(result.literal, ["-y"]);
  assertEquals(result.cmd.getPath(), "kaizen sessions");
});

Deno.test("EnumType.values() lists what it allows", () => {
  assertEquals(new EnumType(["text", "json"]).values(), ["text", "json"]);
});

function names(commands: Pick<Command, "getName">[]): string[] {
  return commands.map((command) => command.getName());
}

function optionNames(options: Option[]): string[] {
  return options.map((option) => option.name);
}

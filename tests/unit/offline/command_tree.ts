// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ArgumentValue, Command, ValidationError } from "@cliffy/command";

type Globals = {
  home?: string;
  output?: "text" | "json" | "ndjson";
  json?: true;
  verbose?: true;
};

/** Receives what the words mean. */
type Report = (options: object, ...args: unknown[]) => void;

/**
 * Runs a line on a small tree like the program's own, in the way that the program does.
 *
 * @returns The exit code, and the command that ran with its options and arguments, or the reason
 * why none did.
 */
export async function runLine(words: string[]): Promise<string> {
  const log: string[] = [];
  const root = makeTree((text) => log.push(text));
  try {
    const { cmd, literal } = await root.parse(words);
    const rest = literal.map((word) => ` -- ${word}`).join("");
    return `0 ${cmd.getPath()}${log.join("; ")}${rest}`;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const at = error.cmd ?? root;
    const end = words.indexOf("--");
    const isHelp = words.slice(0, end === -1 ? undefined : end)
      .some((word) => word === "-h" || word === "--help");
    return isHelp
      ? `0 ${at.getHelp()}`
      : `64 ${at.getPath()}: ${error.message}`;
  }
}

function makeTree(log: (text: string) => void) {
  const report: Report = (options, ...args) => {
    const shown = Object.entries(options).sort(([a], [b]) => a < b ? -1 : 1)
      .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    const given = args.map((arg) => ` ${JSON.stringify(arg) ?? "-"}`);
    log([...shown, ...given.length > 0 ? [" |"] : [], ...given].join(""));
  };
  const root = new Command()
    .name("kaizen")
    .noExit()
    .description("Records what agents do.")
    .globalType("format", readFormat)
    .globalType("own", ({ value }) => `root ${value}`)
    .globalOption("--home <dir>", "folder")
    .globalOption("-o, --output <format:format>", "text, json or ndjson")
    .globalOption("--json", "short for -o json")
    .globalOption("-v, --verbose", "more on stderr")
    .versionOption("-V, --version", "Show the version.", () => log(" 1.2.3"))
    .helpOption("-h, --help", "Show this help.", function () {
      log(` ${this.getHelp()}`);
    })
    .help((command) => `help of ${command.getPath()}`)
    .action(function () {
      log(` ${this.getHelp()}`);
    });
  const plain = () => new Command<Globals>();
  root.command("status", makeStatus(report));
  root.command("stop", plain().hidden().action(report));
  root.command("sessions, ls", makeSessions(report));
  root.command("detail", makeDetail(report));
  root.command("ingest", makeIngest(report));
  const spool = plain().action(() => {
    throw new ValidationError("Missing command");
  });
  spool.command("flush", plain().action(report));
  spool.command("list", plain().action(report));
  root.command("spool", spool);
  root.command(
    "fails",
    plain().action(() => Promise.reject(new ValidationError("Late"))),
  );
  return root;
}

function makeStatus(report: Report) {
  return new Command<Globals>()
    .type("own", ({ value }) => `own ${value}`)
    .option("--wait <time:own>", "polls until it runs")
    .action(report);
}

function makeSessions(report: Report) {
  const list = new Command<Globals>()
    .type("count", readCount)
    .option("-n, --limit <n:count>", "how many")
    .option("--agent <prefix>", "only these")
    .option("-t, --tag <tag>", "with these tags", { collect: true })
    .option("-a, --all-workspaces", "everywhere")
    .option("-b, --brief", "less")
    .option("--internal <name:own>", "for tests", { hidden: true })
    .action(report);
  list.command("list", new Command<Globals>().action(report));
  return list;
}

function makeDetail(report: Report) {
  return new Command<Globals>()
    .type("id", readId)
    .type("count", readCount)
    .option("--since-seq <n:count>", "from here on")
    .option("--events", "only the events")
    .arguments("<id:id> [seq:count]")
    .action(report);
}

function makeIngest(report: Report) {
  const ingest = new Command<Globals>()
    .option("--source <agent>", "whose event", { required: true })
    .arguments("[file]")
    .action(report);
  const git = new Command<Globals>()
    .stopEarly()
    .option("--session <id>", "ties it to a session")
    .arguments("[hook] [args...:string]")
    .action(report);
  ingest.command("git", git);
  return ingest;
}

function readFormat({ value }: ArgumentValue): "text" | "json" | "ndjson" {
  if (value === "text" || value === "json" || value === "ndjson") return value;
  throw new ValidationError(`Unknown format "${value}"`);
}

function readCount({ label, name, value }: ArgumentValue): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new ValidationError(`${label} "${name}" must be a number`);
}

/** Refuses a word that looks like an option: an unknown option ends up as an argument. */
function readId({ type, value }: ArgumentValue): string {
  if (!value.startsWith("-")) return value;
  throw new ValidationError(`Unknown option "${value}" (${type})`);
}

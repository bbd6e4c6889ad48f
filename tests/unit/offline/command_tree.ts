// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  type ArgumentValue,
  Command,
  EnumType,
  ValidationError,
} from "@cliffy/command";

/** Environment variables by name. */
export type Environment = Record<string, string>;

type Globals = {
  home?: string;
  output?: "text" | "json" | "ndjson";
  json?: true;
  timeout?: number;
  verbose?: true;
  start: boolean;
};

type GlobalTypes = { duration: typeof readDuration };

/** What is needed of the command that runs. */
type Running = Pick<Command, "getPath" | "getLiteralArgs" | "getRawArgs">;

const DEFAULT_TIMEOUT_MS = 500;

/**
 * Runs a line on a small tree like the program's own, in the way that it is meant to be used.
 *
 * @param env What stands in for the environment.
 * @returns The exit code, and what ran with which options and arguments or why nothing did.
 */
export async function runLine(
  words: string[],
  env: Environment,
): Promise<string> {
  const log: string[] = [];
  const root = makeTree((text) => log.push(text), env);
  try {
    await root.parse(words);
    return `0 ${log.join("; ")}`;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const at = error.cmd ?? root;
    const end = words.indexOf("--");
    const asked = words.slice(0, end === -1 ? undefined : end)
      .some((word) => word === "-h" || word === "--help");
    return asked ? `0 ${at.getHelp()}` : `64 ${at.getPath()}: ${error.message}`;
  }
}

function makeTree(log: (text: string) => void, env: Environment) {
  const root = new Command()
    .name("kaizen")
    .version("1.2.3")
    .description("Records what agents do.")
    .help((command) => `help of ${command.getPath()}`)
    .globalType("duration", readDuration)
    .globalType("format", new EnumType(["text", "json", "ndjson"]))
    .globalOption("--home <dir>", "where everything lives")
    .globalOption("-o, --output <format:format>", "text, json or ndjson")
    .globalOption("--json", "short for -o json")
    .globalOption("--timeout <time:duration>", "deadline of one request")
    .globalOption("-v, --verbose", "more on stderr")
    .globalOption("--no-start", "never start a daemon")
    .helpOption("-h, --help", "Show this help.", function () {
      log(this.getHelp());
    })
    .versionOption("-V, --version", "Show the version.", () => log("1.2.3"))
    .action(function () {
      log(this.getHelp());
    })
    .noExit();
  const report = makeReporter(log);
  root.command("status", makeStatus(log, env));
  root.command("stop", new Command<Globals>().hidden().action(report));
  root.command("sessions, ls", makeSessions(report));
  root.command("detail", makeDetail(report));
  root.command("ingest", makeIngest(report));
  root.command("spool", makeGroup(report, ["flush", "list"]));
  root.command("daemon", makeGroup(report, ["run", "start"]));
  return root;
}

type Report = (this: Running, options: object, ...args: unknown[]) => void;

/** Reports what ran; words after `--` mean nothing to it. */
function makeReporter(log: (text: string) => void): Report {
  return function (options, ...args) {
    const literal = this.getLiteralArgs();
    if (literal.length > 0) {
      throw new ValidationError(`Unexpected words after "--": ${literal}`);
    }
    const sorted = Object.entries(options).sort(([a], [b]) => a < b ? -1 : 1);
    const shown = sorted.filter(([name, value]) =>
      name !== "start" || value !== true
    ).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
    const given = args.map((arg) => ` ${JSON.stringify(arg) ?? "-"}`).join("");
    log(`${this.getPath()}${shown}${given && ` |${given}`}`);
  };
}

/** Shows how a setting is found: flag, environment, default, the first two through one handler. */
function makeStatus(
  log: (text: string) => void,
  env: Environment,
): Command<Globals, GlobalTypes> {
  return new Command<Globals, GlobalTypes>()
    .description("Shows whether the daemon runs.")
    .option("--wait <time:duration>", "polls until it runs")
    .action((options) => {
      const timeout = options.timeout ??
        readVariable(env, "KAIZEN_TIMEOUT", "duration", readDuration) ??
        DEFAULT_TIMEOUT_MS;
      const home = options.home || env.KAIZEN_HOME || "~/.kaizen";
      log(`status home=${home} timeout=${timeout} wait=${options.wait}`);
    });
}

function makeSessions(report: Report): Command<Globals> {
  const list = new Command<Globals>()
    .description("Lists sessions.\nNewest first.")
    .type("count", readCount)
    .option("-n, --limit <n:count>", "how many", { default: 100 })
    .option("--agent <prefix>", "only these")
    .option("-t, --tag <tag>", "with these tags", { collect: true })
    .option("-a, --all-workspaces", "everywhere")
    .option("-b, --brief", "less")
    .option("--internal <name>", "for tests", { hidden: true })
    .action(report);
  list.command("list", new Command<Globals>().action(report));
  return list;
}

function makeDetail(
  report: Report,
): Command<Globals, void, void, [string, number?]> {
  return new Command<Globals>()
    .type("id", readId)
    .type("count", readCount)
    .option("--since-seq <n:count>", "from here on")
    .option("--events", "only the events")
    .arguments("<id:id> [seq:count]", ["a session", "an event"])
    .example("the latest", "kaizen detail @latest")
    .action(report);
}

function makeIngest(report: Report): Command<Globals, void, void, [string?]> {
  const ingest = new Command<Globals>()
    .option("--source <agent>", "whose event", { required: true })
    .arguments("[file]")
    .action(report);
  const git = new Command<Globals>()
    .option("--session <id>", "ties it to a session")
    .stopEarly()
    .arguments("[hook] [args...]")
    .action(function (options, hook) {
      if (hook === undefined) throw new ValidationError("Missing hook");
      // Only the raw words keep "--" and what is empty.
      const raw = this.getRawArgs();
      const args = raw.slice(raw.indexOf(hook) + 1);
      const running = { getPath: () => this.getPath(), getRawArgs: () => raw };
      report.call({ ...running, getLiteralArgs: () => [] }, options, ...args);
    });
  ingest.command("git", git);
  return ingest;
}

function makeGroup(report: Report, names: string[]): Command<Globals> {
  // Whatever is declared behind .command() would be the child's.
  const group = new Command<Globals>().description("A group.").action(() => {
    throw new ValidationError("Missing command");
  });
  for (const name of names) {
    group.command(name, new Command<Globals>().action(report));
  }
  return group;
}

function readDuration({ label, name, value }: ArgumentValue): number {
  const [, digits, unit] = /^(\d+)(ms|s)?$/.exec(value) ?? [];
  if (digits !== undefined) return Number(digits) * (unit === "s" ? 1000 : 1);
  throw new ValidationError(
    `${label} "${name}" must be a duration: current value is "${value}"`,
  );
}

function readCount({ label, name, value }: ArgumentValue): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new ValidationError(
    `${label} "${name}" must be a number >= 0: current value is "${value}"`,
  );
}

/** Refuses what looks like an option: an unknown one ends up as an argument. */
function readId({ value }: ArgumentValue): string {
  if (!value.startsWith("-")) return value;
  throw new ValidationError(`Unknown option "${value}"`);
}

function readVariable<T>(
  env: Environment,
  name: string,
  type: string,
  handler: (arg: ArgumentValue) => T,
): T | undefined {
  const value = env[name];
  if (!value) return undefined;
  return handler({ label: "Environment variable", name, type, value });
}

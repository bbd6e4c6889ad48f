// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The tree of commands.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "./cli.ts";
import { renderHelp } from "./help.ts";
import { chooseHelp, chooseVersion } from "./root_help.ts";
import { colorType, formatType, timeoutType, wordType } from "./value_types.ts";

/** The root of the tree. */
export type Root = ReturnType<typeof declareRoot>;

/** How each command comes into the tree, in the order of the help; loaded only where it is wanted. */
const COMMANDS = {
  status: async (root, cli) => {
    const { makeStatus } = await import("./status.ts");
    root.command("status", makeStatus(cli));
  },
  stop: async (root, cli) => {
    const { makeStop } = await import("./stop.ts");
    root.command("stop", makeStop(cli));
  },
  sessions: async (root, cli) => {
    const { makeSessions } = await import("./sessions.ts");
    root.command("sessions", makeSessions(cli));
  },
  detail: async (root, cli) => {
    const { makeDetail } = await import("./detail.ts");
    root.command("detail", makeDetail(cli));
  },
  ingest: async (root, cli) => {
    const { makeIngest } = await import("./ingest.ts");
    root.command("ingest", makeIngest(cli));
  },
  spool: async (root, cli) => {
    const { makeSpool } = await import("./spool.ts");
    root.command("spool", makeSpool(cli));
  },
  store: async (root, cli) => {
    const { makeStore } = await import("./store.ts");
    root.command("store", makeStore(cli));
  },
  daemon: async (root, cli) => {
    const { makeDaemon } = await import("./daemon.ts");
    root.command("daemon", makeDaemon(cli));
  },
  completions: async (root, cli) => {
    const { makeCompletions } = await import("./completions.ts");
    root.command("completions", makeCompletions(cli, root));
  },
  man: async (root, cli) => {
    const { makeMan } = await import("./man.ts");
    root.command("man", makeMan(cli, root));
  },
  help: async (root, cli) => {
    const { makeHelp } = await import("./help_command.ts");
    root.command("help", makeHelp(cli, root));
  },
} satisfies Record<string, (root: Root, cli: Cli) => Promise<void>>;

/** Commands that look at the whole tree themselves. */
const NEEDS_ALL = /^(completions|man|help)$/;

/** Builds the whole tree; what its words ask for goes to `cli`. */
export async function makeRoot(cli: Cli): Promise<Root> {
  const root = declareRoot(cli);
  for (const attach of Object.values(COMMANDS)) await attach(root, cli);
  return root;
}

/**
 * Builds the root with the one command that the first word names: most runs need no more.
 *
 * @returns Null if the word names none, or one that needs the whole tree.
 */
export async function makeBranch(
  cli: Cli,
  word: string | undefined,
): Promise<Root | null> {
  for (const [name, attach] of Object.entries(COMMANDS)) {
    if (name !== word || NEEDS_ALL.test(name)) continue;
    const root = declareRoot(cli);
    await attach(root, cli);
    return root;
  }
  return null;
}

function declareRoot(cli: Cli) {
  return new Command()
    .name("kaizen")
    .description(
      "Records what coding agents do, and answers what they did: a daemon keeps the events that hooks send.",
    )
    .example("is the daemon well?", "kaizen status")
    .example("what ran in this repository", "kaizen sessions")
    .example("the newest session, event by event", "kaizen detail @latest")
    .example("its cost, for a script", "kaizen sessions -o json | jq …")
    .noExit()
    .globalType("word", wordType)
    .globalType("timeout", timeoutType)
    .globalType("format", formatType)
    .globalType("color", colorType)
    .globalOption(
      "--home <dir:word>",
      "Where socket, lock, log, store and spool live; absolute (default: $HOME/.kaizen; env: KAIZEN_HOME)",
    )
    .globalOption(
      "--socket <path:word>",
      "The daemon's Unix socket (default: daemon.sock in the home; env: KAIZEN_SOCK)",
    )
    .globalOption(
      "--timeout <duration:timeout>",
      "Deadline of one request: 250ms, 2s, 1m30s, or milliseconds (default: 500ms for status, 5s for stop, 10s for sessions and detail, 2s for ingest; env: KAIZEN_TIMEOUT)",
    )
    .globalOption(
      "-o, --output <format:format>",
      "text, json, ndjson; detail also trace (default: text on a terminal, else json; env: KAIZEN_OUTPUT)",
    )
    .globalOption("--json", "Short for --output json")
    .globalOption(
      "--color <when:color>",
      "auto, always, never (default: auto, which is never if NO_COLOR is set)",
    )
    .globalOption(
      "--nostart",
      "Never start a daemon (env: KAIZEN_NO_START=1)",
    )
    .globalOption("--nodaemon", "Refused: there is no direct mode", {
      hidden: true,
    })
    .globalOption("-v, --verbose", "Say more on stderr")
    .globalOption("-q, --quiet", "Say less on stderr")
    .versionOption(
      "-V, --version",
      "Show versions of CLI, protocol and runtime, commit and set of packages",
      () => chooseVersion(cli),
    )
    .helpOption("-h, --help", "Show this help", function () {
      chooseHelp(cli, this.getHelp());
    })
    .help(function () {
      return renderHelp(this, cli.context.stdout.columns());
    })
    .action(function () {
      chooseHelp(cli, this.getHelp());
    });
}

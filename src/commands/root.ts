// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The tree of commands.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "./cli.ts";
import { makeStatus } from "./status.ts";
import { makeStop } from "./stop.ts";
import { makeSessions } from "./sessions.ts";
import { makeDetail } from "./detail.ts";
import { makeIngest } from "./ingest.ts";
import { makeSpool } from "./spool.ts";
import { makeStore } from "./store.ts";
import { makeDaemon } from "./daemon.ts";
import { makeCompletions } from "./completions.ts";
import { makeMan } from "./man.ts";
import { makeHelp } from "./help_command.ts";
import { renderHelp } from "./help.ts";
import { chooseHelp, chooseVersion } from "./root_help.ts";
import { colorType, formatType, timeoutType, wordType } from "./value_types.ts";

/** The root of the tree. */
export type Root = ReturnType<typeof declareRoot>;

/** How each command comes into the tree, in the order of the help. Building one costs more than loading all. */
const COMMANDS = {
  status: (root, cli) => {
    root.command("status", makeStatus(cli));
  },
  stop: (root, cli) => {
    root.command("stop", makeStop(cli));
  },
  sessions: (root, cli) => {
    root.command("sessions", makeSessions(cli));
  },
  detail: (root, cli) => {
    root.command("detail", makeDetail(cli));
  },
  ingest: (root, cli) => {
    root.command("ingest", makeIngest(cli));
  },
  spool: (root, cli) => {
    root.command("spool", makeSpool(cli));
  },
  store: (root, cli) => {
    root.command("store", makeStore(cli));
  },
  daemon: (root, cli) => {
    root.command("daemon", makeDaemon(cli));
  },
  completions: (root, cli) => {
    root.command("completions", makeCompletions(cli, root));
  },
  man: (root, cli) => {
    root.command("man", makeMan(cli, root));
  },
  help: (root, cli) => {
    root.command("help", makeHelp(cli, root));
  },
} satisfies Record<string, (root: Root, cli: Cli) => void>;

/** Commands that look at the whole tree themselves. */
const NEEDS_ALL = /^(completions|man|help)$/;

/** Builds the whole tree; what its words ask for goes to `cli`. */
export function makeRoot(cli: Cli): Root {
  const root = declareRoot(cli);
  for (const attach of Object.values(COMMANDS)) attach(root, cli);
  return root;
}

/**
 * Builds the root with the one command that the first word names: most runs need no more.
 *
 * @returns Null if the word names none, or one that needs the whole tree.
 */
export function makeBranch(
  cli: Cli,
  word: string | undefined,
): Root | null {
  for (const [name, attach] of Object.entries(COMMANDS)) {
    if (name !== word || NEEDS_ALL.test(name)) continue;
    const root = declareRoot(cli);
    attach(root, cli);
    return root;
  }
  return null;
}

function declareRoot(cli: Cli) {
  return new Command()
    .name("kaizen")
    .description(
      "Records what coding agents do, and answers what they did.\n" +
        "Hooks send events, a daemon keeps them, these commands ask it.",
    )
    .example("is the daemon well?", "kaizen status")
    .example("what ran in this repository", "kaizen sessions")
    .example("the newest session, event by event", "kaizen detail @latest")
    .example(
      "ids of all sessions, for a script",
      "kaizen sessions --json --limit 0 | jq -r '.rows[].id'",
    )
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
      "auto, always, never (default: auto: on a terminal; env: NO_COLOR, which means never)",
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The tree of commands.
 * @module
 */
import type { Cli } from "./shell/cli.ts";
import { makeStatus } from "./status/command.ts";
import { makeStop } from "./stop/command.ts";
import { makeSessions } from "./sessions/command.ts";
import { makeDetail } from "./detail/command.ts";
import { makeIngest } from "./ingest/command.ts";
import { makeSpool } from "./spool/command.ts";
import { makeStore } from "./store/command.ts";
import { makeDaemon } from "./daemon/command.ts";
import { makeCompletions } from "./help/completions_command.ts";
import { makeMan } from "./help/man_command.ts";
import { makeHelp } from "./help/command.ts";
import { renderHelp } from "./help/print.ts";
import { declareGlobals } from "./globals.ts";
import { chooseHelp } from "./shell/choose_help.ts";

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
  return declareGlobals(cli)
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

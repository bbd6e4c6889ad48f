// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The command tree.
 * @module
 */
import type { Cli } from "./shell/cli.ts";
import { makeStatus } from "./status/command.ts";
import { makeStop } from "./stop/command.ts";
import { makeSessions } from "./sessions/command.ts";
import { makeDetail } from "./detail/command.ts";
import { makeCommits } from "./commits/command.ts";
import { makeBlame } from "./blame/command.ts";
import { makeEvents } from "./events/command.ts";
import { makeGrep } from "./grep/command.ts";
import { makeWait } from "./wait/command.ts";
import { makeMcp } from "./mcp/command.ts";
import { makeIngest } from "./ingest/command.ts";
import { makeImport } from "./import/command.ts";
import { makeSpool } from "./spool/command.ts";
import { makeStore } from "./store/command.ts";
import { makeUsage } from "./usage/command.ts";
import { makeDaemon } from "./daemon/command.ts";
import { makeHooksCommand } from "./hooks/command.ts";
import { makeDoctor } from "./doctor/command.ts";
import { makeCompletions } from "./help/completions_command.ts";
import { makeMan } from "./help/man_command.ts";
import { makeHelp } from "./help/command.ts";
import { renderHelp } from "./help/print.ts";
import { declareGlobals } from "./globals.ts";
import { chooseHelp } from "./shell/choose_help.ts";

/** The root of the command tree. */
export type Root = ReturnType<typeof declareRoot>;

/**
 * Attaches each command to the tree, in the order of the help. Building one command costs more than
 * loading all of them.
 */
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
  commits: (root, cli) => {
    root.command("commits", makeCommits(cli));
  },
  blame: (root, cli) => {
    root.command("blame", makeBlame(cli));
  },
  usage: (root, cli) => {
    root.command("usage", makeUsage(cli));
  },
  events: (root, cli) => {
    root.command("events", makeEvents(cli));
  },
  grep: (root, cli) => {
    root.command("grep", makeGrep(cli));
  },
  wait: (root, cli) => {
    root.command("wait", makeWait(cli));
  },
  mcp: (root, cli) => {
    root.command("mcp", makeMcp(cli));
  },
  ingest: (root, cli) => {
    root.command("ingest", makeIngest(cli));
  },
  import: (root, cli) => {
    root.command("import", makeImport(cli));
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
  hooks: (root, cli) => {
    root.command("hooks", makeHooksCommand(cli));
  },
  doctor: (root, cli) => {
    root.command("doctor", makeDoctor(cli));
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

/** Commands that read the whole tree themselves. */
const NEEDS_ALL = /^(completions|man|help)$/;

/** Builds the whole tree. The action of the parsed command calls `cli.choose()`. */
export function makeRoot(cli: Cli): Root {
  const root = declareRoot(cli);
  for (const attach of Object.values(COMMANDS)) attach(root, cli);
  return root;
}

/**
 * Builds the root with only the command that the first word names. Most runs need no more.
 *
 * @returns Null if the word names no command, or one that needs the whole tree.
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
      "Record what coding agents do, and look it up later.\n" +
        "Hooks send events to a daemon, which stores them. These commands query the daemon.",
    )
    .example("Set up the hooks of your agents", "kaizen hooks install")
    .example("List the sessions of this workspace", "kaizen sessions")
    .example("Show the newest session", "kaizen detail @latest")
    .example(
      "Print the ids of all sessions",
      "kaizen sessions --json --limit 0 | jq -r '.rows[].id'",
    )
    .helpOption("-h, --help", "Show help for this command", function () {
      chooseHelp(cli, this.getHelp());
    })
    .help(function () {
      return renderHelp(this, cli.context.stdout.columns());
    })
    .action(function () {
      if (cli.context.args.length > 0) chooseHelp(cli, this.getHelp());
      else chooseBare(cli, this.getHelp());
    });
}

/** Chooses to record the event on stdin, or to print the help if there is none. */
function chooseBare(cli: Cli, page: string): void {
  cli.choose({}, async (run) => {
    const { recordPiped } = await import("../ingest/mod.ts");
    if (await recordPiped(run.context)) return;
    const { printText } = await import("./shell/print.ts");
    await printText(run, page);
  }, { textByDefault: true, starts: true });
}

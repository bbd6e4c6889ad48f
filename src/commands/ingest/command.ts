// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen ingest`. Its subcommands `hook` and `git` are declared for their help: `main.ts` runs
 * them before the command tree is built.
 * @module
 */
import { Command } from "@cliffy/command";
import { listAgents } from "../../agents/mod.ts";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { wordType } from "../shell/value_types.ts";
import { sourceType } from "./source_type.ts";

const SOURCE_HELP = `Agent that the event comes from: ${
  listAgents().join(", ")
}`;
/** Replaces the default in the help of an option that must be given. */
const REQUIRED = "(required)";
const WORKSPACE_HELP =
  "Workspace directory of the event (default: the directory in the event, then the current one; env: KAIZEN_WORKSPACE)";

function declareIngest(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Record an event of a coding agent.\n" +
        "Reads the event from FILE or stdin, or builds it from the options if --session or --set is given. Prints nothing on success. If no daemon is running, the event is kept in the spool. Hooks should run kaizen ingest hook instead.",
    )
    .example(
      "Record an event from a file",
      "kaizen ingest --source claude event.json",
    )
    .example(
      "Record many events, one per line",
      "kaizen ingest --source cursor --ndjson events.ndjson",
    )
    .example(
      "Record an event without any input",
      "kaizen ingest --source claude --event Note --session s1 --set text='it works'",
    )
    .type("word", wordType)
    .type("source", sourceType)
    .arguments("[file:word]")
    .option("--source <agent:source>", `${SOURCE_HELP} ${REQUIRED}`, {
      required: true,
    })
    .option("--workspace <dir:word>", WORKSPACE_HELP)
    .option(
      "--event <name:word>",
      "Name the event if the input does not (default: the input's name)",
    )
    .option(
      "--session <id:word>",
      "Build an event for this session (default: read the event)",
    )
    .option(
      "--set <pair:word>",
      "Add key=value to the built event, as text; can be repeated (default: none)",
      {
        collect: true,
      },
    )
    .option(
      "--set-json <pair:word>",
      "Add key=JSON to the built event; can be repeated (default: none)",
      {
        collect: true,
      },
    )
    .option("--ndjson", "Read one event per line")
    .option("--raw", "Send the input unchanged (default: add missing fields)")
    .option(
      "--nospool",
      "Fail if no daemon is running (default: keep the event in the spool)",
    )
    .action(
      (
        {
          source,
          workspace,
          event,
          session,
          set,
          setJson,
          ndjson,
          raw,
          nospool,
          ...flags
        },
        file,
      ) => {
        const options = {
          source,
          workspace,
          event,
          session,
          set,
          setJson,
          ndjson,
          raw,
          file,
        };
        cli.choose(flags, async (run) => {
          const { runIngestCommand } = await import("./run.ts");
          return await runIngestCommand({ ...options, noSpool: nospool }, run);
        }, { textByDefault: true, starts: true });
      },
    );
}

function declareHook(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Record the event that an agent passes to its hook on stdin.\n" +
        "Always prints nothing and exits 0. Ignores unknown options. kaizen status reports events that could not be recorded.",
    )
    .example("Use it as a hook command", "kaizen ingest hook --source claude")
    .type("word", wordType)
    .type("source", sourceType)
    .option("--source <agent:source>", `${SOURCE_HELP} ${REQUIRED}`)
    .option("--workspace <dir:word>", WORKSPACE_HELP)
    .action(() => chooseHook(cli));
}

function declareGit(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Record a call of a git hook.\n" +
        "Always prints nothing and exits 0. HOOK is post-commit, post-checkout, post-merge, post-rewrite or pre-push; ARGS are its arguments. Options stand before HOOK.",
    )
    .example(
      "Use it in .git/hooks/post-commit",
      'kaizen ingest git post-commit "$@"',
    )
    .type("word", wordType)
    .type("source", sourceType)
    .stopEarly()
    .arguments("<hook:string> [args...:string]")
    .option("--source <agent:source>", `${SOURCE_HELP} (default: claude)`)
    .option(
      "--session <id:word>",
      "Session that the event belongs to (default: git:WORKSPACE; env: KAIZEN_SESSION)",
    )
    .action(() => chooseHook(cli));
}

function chooseHook(cli: Cli): void {
  cli.choose({}, async ({ context }) => {
    const { runHook } = await import("../../ingest/mod.ts");
    await runHook(context);
  }, { textByDefault: true, starts: true });
}

/** Makes the command `kaizen ingest` with its subcommands. */
export function makeIngest(cli: Cli): ReturnType<typeof declareIngest> {
  const ingest = declareIngest(cli);
  ingest.command("hook", declareHook(cli));
  ingest.command("git", declareGit(cli));
  return ingest;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen ingest`. Its two kinds for hook runners, `hook` and `git`, are declared for their help: `main.ts` takes them before the
 * tree is built.
 * @module
 */
import { Command } from "@cliffy/command";
import { listAgents } from "../../agents/mod.ts";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { sourceType, wordType } from "../shell/value_types.ts";

const SOURCE_HELP = `Whose event it is: ${listAgents().join(", ")}`;
/** Said where an option has no default, as nothing works without it. */
const REQUIRED = "(required)";
const WORKSPACE_HELP =
  "The directory it belongs to (default: what the event says, then the current one; env: KAIZEN_WORKSPACE)";

function declareIngest(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Record one event of an agent's hook.\n" +
        "It comes from FILE or stdin, or is built from --event, --session and --set. Prints nothing on success; without a daemon the event waits in the spool. For hooks themselves: kaizen ingest hook.",
    )
    .example("an event from a file", "kaizen ingest --source claude event.json")
    .example(
      "many, one a line",
      "kaizen ingest --source cursor --ndjson events.ndjson",
    )
    .example(
      "one without any input",
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
      "Build an event of this name (default: read one)",
    )
    .option(
      "--session <id:word>",
      "Build an event of this session (default: read one)",
    )
    .option(
      "--set <pair:word>",
      "Build an event with key=value, a text; repeatable (default: none)",
      {
        collect: true,
      },
    )
    .option(
      "--set-json <pair:word>",
      "Build an event with key=JSON; repeatable (default: none)",
      {
        collect: true,
      },
    )
    .option("--ndjson", "Read one event a line (default: one in all)")
    .option("--raw", "Send the text as it is (default: completed)")
    .option(
      "--nospool",
      "Fail without a daemon (default: keep the event in the spool)",
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
      "Record the event that a hook runner writes to stdin.\n" +
        "Prints nothing and exits 0, whatever happens. Options that it does not know are ignored. What could not be recorded shows in kaizen status.",
    )
    .example("as a hook command", "kaizen ingest hook --source claude")
    .type("word", wordType)
    .type("source", sourceType)
    .option("--source <agent:source>", `${SOURCE_HELP} ${REQUIRED}`)
    .option("--workspace <dir:word>", WORKSPACE_HELP)
    .action(() => chooseHook(cli));
}

function declareGit(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Record what a git hook is told.\n" +
        "Prints nothing and exits 0, whatever happens. HOOK is post-commit, post-checkout, post-merge, post-rewrite or pre-push; ARGS are its arguments.",
    )
    .example("in .git/hooks/post-commit", 'kaizen ingest git post-commit "$@"')
    .type("word", wordType)
    .type("source", sourceType)
    .stopEarly()
    .arguments("<hook:string> [args...:string]")
    .option("--source <agent:source>", `${SOURCE_HELP} (default: claude)`)
    .option(
      "--session <id:word>",
      "The agent's session it belongs to (default: git:WORKSPACE; env: KAIZEN_SESSION)",
    )
    .action(() => chooseHook(cli));
}

function chooseHook(cli: Cli): void {
  cli.choose({}, async ({ context }) => {
    const { runHook } = await import("../../ingest/mod.ts");
    await runHook(context);
  }, { textByDefault: true, takesLiterals: true, starts: true });
}

/** The command `kaizen ingest` with all below it. */
export function makeIngest(cli: Cli): ReturnType<typeof declareIngest> {
  const ingest = declareIngest(cli);
  ingest.command("hook", declareHook(cli));
  ingest.command("git", declareGit(cli));
  return ingest;
}

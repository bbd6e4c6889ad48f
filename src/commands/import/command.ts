// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen import`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { wordType } from "../shell/value_types.ts";
import { resolveSince, sinceType } from "../shell/since.ts";

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Import sessions from the transcripts of agents.\n" +
        "Prompts, calls, results and ends of turns become events with their own times. Events that the store has are not stored again, so an import may be interrupted and repeated. Agents whose transcripts can be read: claude, codex.",
    )
    .example("Import everything", "kaizen import")
    .example(
      "Import the sessions of Codex of the last month",
      "kaizen import codex --since 30d",
    )
    .example(
      "Count what would be imported",
      "kaizen import --dry-run -o json | jq .new",
    )
    .example(
      "Import a folder that was copied from another machine",
      "kaizen import /media/old/.claude/projects",
    )
    .type("word", wordType)
    .type("since", sinceType)
    .arguments("[agent-or-path...:word]")
    .option(
      "--since <when:since>",
      "Only transcripts written since WHEN: today, 7d, 24h, 90m, an RFC 3339 time, or epoch milliseconds (default: all)",
    )
    .option(
      "--dry-run",
      "Only count what would be imported",
    )
    .action(({ since, dryRun, ...flags }, ...words) => {
      cli.choose(flags, async (run) => {
        const { readWords } = await import("./words.ts");
        const { runImport } = await import("./run.ts");
        return await runImport({
          ...readWords(words, run.context),
          sinceMs: since === undefined
            ? 0
            : resolveSince(since, run.context.now()),
          isDry: dryRun ?? false,
        }, run);
      }, { starts: true });
    });
}

/** Makes the command `kaizen import`. */
export function makeImport(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}

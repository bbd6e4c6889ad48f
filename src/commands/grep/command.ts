// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen grep`.
 * @module
 */
import { Command } from "@cliffy/command";
import { UsageError } from "../../context/mod.ts";
import { addFilterOptions } from "../events/filter_options.ts";
import { sinceType } from "../shell/since.ts";
import type { Cli } from "../shell/cli.ts";
import { REDACT_OPTION, withRedaction } from "../shell/redact_option.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { countType, wordType } from "../shell/value_types.ts";

/** Makes the command `kaizen grep`. */
// deno-lint-ignore explicit-module-boundary-types -- the written type would be as long as the function
export function makeGrep(cli: Cli) {
  return addFilterOptions(
    new Command<GlobalFlags>()
      .description(
        "Search prompts, commands, outputs and all other texts.\n" +
          "Searches the payloads of all events for the text PATTERN, oldest first. The exit code is 1 if nothing matches.",
      )
      .example("Find where a text occurs", "kaizen grep 'connection refused'")
      .example(
        "List the sessions that ran a command",
        "kaizen grep -l 'git rebase' --tool Bash",
      )
      .example(
        "Use a regular expression, ignoring case",
        "kaizen grep -Ei 'todo|fixme' --since 7d",
      )
      .type("word", wordType)
      .type("count", countType)
      .type("since", sinceType)
      .arguments("<pattern:word>")
      .option(
        "-E, --regexp",
        "PATTERN is a JavaScript regular expression, in which ^ and $ match at lines",
      )
      .option("-i, --ignore-case", "Ignore case, in all alphabets")
      .option(
        "-l, --sessions-only",
        "Print only each session with a match, once",
      )
      .option("-c, --count", "Print how many events of each session match")
      .option(
        "--limit <n:count>",
        "Only the newest N events (0 = all; default: all)",
      )
      .option(...REDACT_OPTION),
  )
    .action((options, pattern) => {
      const { regexp, ignoreCase, sessionsOnly, count, limit, redact } =
        options;
      cli.choose(options, async (run) => {
        if (sessionsOnly && count) {
          throw new UsageError(
            "Cannot use --sessions-only and --count together",
          );
        }
        const { runGrep } = await import("./run.ts");
        const { readEventFlags } = await import("../events/read_flags.ts");
        const wanted = {
          ...readEventFlags(options, run),
          pattern,
          isExpression: regexp ?? false,
          ignoresCase: ignoreCase ?? false,
          shows: sessionsOnly ? "sessions" : count ? "counts" : "events",
          limit: limit || null,
          redacts: redact ?? false,
        } as const;
        return await withRedaction(redact, run, (run) => runGrep(wanted, run));
      }, { starts: true });
    });
}

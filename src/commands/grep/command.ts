// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen grep`.
 * @module
 */
import { Command } from "@cliffy/command";
import { UsageError } from "../../context/mod.ts";
import { sinceType } from "../sessions/since.ts";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { countType, wordType } from "../shell/value_types.ts";

/** Makes the command `kaizen grep`. */
// deno-lint-ignore explicit-module-boundary-types -- the written type would be as long as the function
export function makeGrep(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Search prompts, commands, outputs and all other texts.\n" +
        "PATTERN is a text that is looked for in the payloads of all events, oldest first. The exit code is 1 if nothing matches.",
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
    .option("-i, --ignore-case", "Ignore case, in every script")
    .option("-l, --sessions-only", "Print each session that matches once")
    .option("-c, --count", "Print how many events of each session match")
    .option("--limit <n:count>", "Only the newest N events (default: all)")
    .option(
      "--workspace <dir:word>",
      "Only the workspace of DIR (default: all)",
    )
    .option(
      "--project <name:word>",
      "Only the known workspace whose directory is called NAME (default: all)",
    )
    .option("--all-workspaces", "All workspaces, which is the default")
    .option(
      "--session <id:word>",
      "Only the session ID, a unique prefix of one, or @latest (default: all)",
    )
    .option(
      "--agent <prefix:word>",
      "Only agents whose name starts with PREFIX (case-insensitive; default: all)",
    )
    .option(
      "--tool <name:word>",
      "Only events of the tool NAME (case-insensitive; default: all)",
    )
    .option(
      "--event <name:word>",
      "Only events of this kind, such as ToolCall, or with this name, such as PreToolUse (case-insensitive; default: all)",
    )
    .option(
      "--path <glob:word>",
      "Only tool calls with a path that matches GLOB: whole, inside of the workspace, or its last part (default: all)",
    )
    .option("--errors", "Only tool calls and turns that failed")
    .option(
      "--since <when:since>",
      "Only events since WHEN: today, 7d, 24h, 90m, an RFC 3339 time, or epoch milliseconds (default: all)",
    )
    .option(
      "--until <when:since>",
      "Only events before WHEN (default: all)",
    )
    .action((options, pattern) => {
      const { workspace, project, allWorkspaces, ...rest } = options;
      const { session, agent, tool, event, path, errors, ...others } = rest;
      const { since, until, limit, regexp, ignoreCase, ...more } = others;
      const { sessionsOnly, count, ...flags } = more;
      const place = { workspace, project, allWorkspaces };
      const kind = { session, agent, tool, event, path, errors };
      const filters = { ...place, ...kind, since, until };
      cli.choose(flags, async (run) => {
        if (sessionsOnly && count) {
          throw new UsageError(
            "Cannot use --sessions-only and --count together",
          );
        }
        const { runGrep } = await import("./run.ts");
        const { readEventFlags } = await import("../events/read_flags.ts");
        return await runGrep({
          ...readEventFlags(filters, run),
          pattern,
          isExpression: regexp ?? false,
          ignoresCase: ignoreCase ?? false,
          shows: sessionsOnly ? "sessions" : count ? "counts" : "events",
          limit: limit ?? null,
        }, run);
      }, { starts: true });
    });
}

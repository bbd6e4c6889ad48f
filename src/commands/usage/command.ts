// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen usage`.
 * @module
 */
import { type ArgumentValue, Command } from "@cliffy/command";
import { UsageError } from "../../context/mod.ts";
import { USAGE_GROUPS, type UsageGroup } from "../../proto/mod.ts";
import { resolveSince, sinceType } from "../shell/since.ts";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { pick, wordType } from "../shell/value_types.ts";

function groupType(arg: ArgumentValue): UsageGroup {
  return pick(arg, USAGE_GROUPS);
}

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Show what sessions cost, and their tokens.\n" +
        "The figures come from the transcripts of Claude Code and Codex. Input leaves out tokens that were read from a cache or written to one. Costs are estimates from list prices. A sum is marked if it leaves out tokens whose price is not known.",
    )
    .example("Show what each day cost in this workspace", "kaizen usage")
    .example(
      "Show what each model cost this week, everywhere",
      "kaizen usage --by model --since 7d --all-workspaces",
    )
    .example(
      "Print what today cost, in dollars",
      "kaizen usage --since today --all-workspaces -o json | jq '.total.cost_usd_e6 / 1e6'",
    )
    .example("Print one line for a status line", "kaizen usage --line")
    .type("word", wordType)
    .type("since", sinceType)
    .type("group", groupType)
    .option(
      "--by <group:group>",
      `Add up by ${USAGE_GROUPS.join(", ")} (default: day)`,
    )
    .option(
      "--since <when:since>",
      "Only messages since WHEN: today, 7d, 24h, 90m, an RFC 3339 time, or epoch milliseconds (default: all)",
    )
    .option(
      "--session <id:word>",
      "Only this session: an id, a prefix of one, or @latest (default: all)",
    )
    .option(
      "--workspace <dir:word>",
      "Only the workspace of DIR (default: the current workspace; env: KAIZEN_WORKSPACE)",
    )
    .option(
      "--project <name:word>",
      "Only the known workspace whose directory is called NAME (default: none)",
    )
    .option("--all-workspaces", "All workspaces that the daemon knows")
    .option(
      "--line",
      "Print one line: today's cost and tokens in all workspaces, and the cost of the current session",
    )
    .action((options) => {
      const { by, since, session, line, ...rest } = options;
      const { workspace, project, allWorkspaces, ...flags } = rest;
      cli.choose(flags, async (run) => {
        const { readPlace } = await import("../ask/place.ts");
        const place = readPlace({ workspace, project, allWorkspaces }, run);
        if (line) {
          if (by !== undefined || since !== undefined || allWorkspaces) {
            throw new UsageError(
              "Cannot use --line with --by, --since or --all-workspaces",
            );
          }
          const { runUsageLine } = await import("./run_line.ts");
          return await runUsageLine({ place, session: session ?? null }, run);
        }
        const { runUsage } = await import("./run.ts");
        await runUsage({
          by: by ?? "day",
          place,
          session: session ?? null,
          sinceMs: since === undefined
            ? null
            : resolveSince(since, run.context.now()),
        }, run);
      }, { starts: true, textByDefault: line ?? false });
    });
}

/** Makes the command `kaizen usage`. */
export function makeUsage(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}

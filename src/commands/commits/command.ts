// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen commits`.
 * @module
 */
import { Command } from "@cliffy/command";
import { resolveSince, sinceType } from "../shell/since.ts";
import type { Cli } from "../shell/cli.ts";
import { LIST_OPTIONS } from "../shell/place_options.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { countType, wordType } from "../shell/value_types.ts";

/** Maximum number of commits to list by default. */
const DEFAULT_LIMIT = 100;

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "List commits, newest first, with the session that made each.\n" +
        "Needs the hooks of git (kaizen hooks install git). A commit without a session was made by a person, or by an agent that is not recorded.",
    )
    .example("List the commits of this workspace", "kaizen commits")
    .example(
      "List the commits of the last session",
      "kaizen commits --session @latest",
    )
    .example(
      "Count the commits of agents today",
      "kaizen commits --since today -o ndjson | jq -s 'map(select(.session_id)) | length'",
    )
    .type("word", wordType)
    .type("count", countType)
    .type("since", sinceType)
    .option(...LIST_OPTIONS.workspace)
    .option(...LIST_OPTIONS.project)
    .option(...LIST_OPTIONS.allWorkspaces)
    .option(
      "--session <id:word>",
      "Only commits of this session: an id, a prefix of one, or @latest (default: all)",
    )
    .option(
      "--since <when:since>",
      "Only commits since WHEN: today, 7d, 24h, 90m, an RFC 3339 time, or epoch milliseconds (default: all)",
    )
    .option(
      "--limit <n:count>",
      `Maximum number to list (0 = all; default: ${DEFAULT_LIMIT})`,
    )
    .action((options) => {
      const { workspace, project, allWorkspaces, ...rest } = options;
      const { session, since, limit, ...flags } = rest;
      cli.choose(flags, async (run) => {
        const { runCommits } = await import("./run.ts");
        const { readPlace } = await import("../ask/place.ts");
        await runCommits({
          place: readPlace({ workspace, project, allWorkspaces }, run),
          sinceMs: since === undefined
            ? null
            : resolveSince(since, run.context.now()),
          session: session ?? null,
          limit: limit ?? DEFAULT_LIMIT,
        }, run);
      }, { starts: true });
    });
}

/** Makes the command `kaizen commits`. */
export function makeCommits(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}

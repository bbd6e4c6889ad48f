// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen sessions`, also `kaizen sessions list`; and `kaizen sessions show` and `tree`, which are `detail` in other words.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { makeSessionsShow, makeSessionsTree } from "../detail/command.ts";
import type { SessionsOptions } from "./options.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { resolveSince, type Since, sinceType } from "./since.ts";
import {
  countType,
  durationType,
  statusType,
  wordType,
} from "../shell/value_types.ts";
import type { SessionStatus } from "../../proto/mod.ts";

/** Most sessions of one list, unless told otherwise. */
const DEFAULT_LIMIT = 100;

function declareList(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "List the sessions of this workspace, newest first.\n" +
        "The workspace is the nearest directory from here upwards that holds .git, else this one.",
    )
    .example("what ran here", "kaizen sessions")
    .example(
      "the last week, in every workspace",
      "kaizen sessions --since 7d --all-workspaces",
    )
    .example("what runs now", "kaizen sessions --status running --watch")
    .example(
      "all ids, for a script",
      "kaizen sessions --limit 0 -o json | jq -r '.rows[].id'",
    )
    .type("word", wordType)
    .type("count", countType)
    .type("status", statusType)
    .type("since", sinceType)
    .type("duration", durationType)
    .option(
      "--workspace <dir:word>",
      "Ask about the workspace of this directory (default: the current one; env: KAIZEN_WORKSPACE)",
    )
    .option(
      "--project <name:word>",
      "Ask about the known workspace whose last path part this is (default: none)",
    )
    .option(
      "--all-workspaces",
      "Ask about every workspace the daemon knows (default: one)",
    )
    .option(
      "--agent <prefix:word>",
      "Only agents whose name begins so, in any letter case (default: all)",
    )
    .option(
      "--status <status:status>",
      "Only Running, Waiting, Idle or Done, in any letter case (default: all)",
    )
    .option(
      "--since <when:since>",
      "Only what began since: 7d, 24h, 90m, an RFC 3339 time, or epoch milliseconds (default: all)",
    )
    .option(
      "--limit <n:count>",
      `Most sessions to list; 0: all (default: ${DEFAULT_LIMIT})`,
    )
    .option("--offset <n:count>", "Skip so many of the newest (default: 0)")
    .option(
      "--watch <duration:duration>",
      "Go on, and ask again every DURATION until Ctrl-C (default: once; without a DURATION: 1s)",
    )
    .action((options) => {
      const { workspace, project, allWorkspaces, ...rest } = options;
      const { agent, status, since, limit, offset, watch, ...flags } = rest;
      cli.choose(flags, async (run) => {
        const { runSessions } = await import("./run.ts");
        const { readPlace } = await import("../ask/place.ts");
        await runSessions({
          place: readPlace({ workspace, project, allWorkspaces }, run),
          filter: readFilter({ agent, status, since }, run.context.now()),
          limit: limit ?? DEFAULT_LIMIT,
          offset: offset ?? 0,
          watchMs: watch ?? null,
        }, run);
      }, { starts: true });
    });
}

function readFilter(
  flags: {
    agent: string | undefined;
    status: SessionStatus | undefined;
    since: Since | undefined;
  },
  nowMs: number,
): SessionsOptions["filter"] {
  const { agent, status, since } = flags;
  return {
    ...agent === undefined ? {} : { agent_prefix: agent },
    ...status === undefined ? {} : { status },
    ...since === undefined ? {} : { since_ms: resolveSince(since, nowMs) },
  };
}

/** The command `kaizen sessions` with all below it. */
export function makeSessions(cli: Cli): ReturnType<typeof declareList> {
  const sessions = declareList(cli);
  sessions.command("list, ls", declareList(cli));
  sessions.command("show", makeSessionsShow(cli));
  sessions.command("tree", makeSessionsTree(cli));
  return sessions;
}

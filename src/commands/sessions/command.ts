// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen sessions`, also called `kaizen sessions list`. `kaizen sessions show` and `tree` are
 * other names for `detail`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { UsageError } from "../../context/mod.ts";
import { makeSessionsShow, makeSessionsTree } from "../detail/command.ts";
import type { SessionsOptions } from "./options.ts";
import { REDACT_OPTION, withRedaction } from "../shell/redact_option.ts";
import { LIST_OPTIONS } from "../shell/place_options.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { resolveSince, type Since, sinceType } from "../shell/since.ts";
import {
  countType,
  durationType,
  statusType,
  wordType,
} from "../shell/value_types.ts";
import type { SessionStatus } from "../../proto/mod.ts";

/** Maximum number of sessions to list by default. */
const DEFAULT_LIMIT = 100;

function declareList(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "List the sessions of this workspace, last activity first.\n" +
        "The workspace is the nearest directory, from the current one upwards, that contains .git. Without one, it is the current directory.",
    )
    .example("List the sessions of this workspace", "kaizen sessions")
    .example(
      "List the sessions of the last week in all workspaces",
      "kaizen sessions --since 7d --all-workspaces",
    )
    .example(
      "List the sessions that wait for you",
      "kaizen sessions --needs-me --all-workspaces",
    )
    .example(
      "Watch the running sessions",
      "kaizen sessions --status running --watch",
    )
    .example(
      "Print the ids of all sessions",
      "kaizen sessions --limit 0 -o json | jq -r '.rows[].id'",
    )
    .type("word", wordType)
    .type("count", countType)
    .type("status", statusType)
    .type("since", sinceType)
    .type("duration", durationType)
    .option(...LIST_OPTIONS.workspace)
    .option(...LIST_OPTIONS.project)
    .option(...LIST_OPTIONS.allWorkspaces)
    .option(
      "--agent <prefix:word>",
      "Only agents whose name starts with PREFIX (case-insensitive; default: all)",
    )
    .option(
      "--status <status:status>",
      "Only sessions with this status: Running, Waiting (for you), Idle, Done (ended); case-insensitive (default: all)",
    )
    .option(
      "--since <when:since>",
      "Only sessions active since WHEN: today, 7d, 24h, 90m, an RFC 3339 time, or epoch milliseconds (default: all)",
    )
    .option(
      "--needs-me",
      "Only sessions that wait for your permission or answer",
    )
    .option(
      "--limit <n:count>",
      `Maximum number to list (0 = all; default: ${DEFAULT_LIMIT})`,
    )
    .option("--offset <n:count>", "Skip the first N (default: 0)")
    .option(...REDACT_OPTION)
    .option(
      "--watch <duration:duration>",
      "Refresh on each change, at most every DURATION, until Ctrl-C (default: off; without a DURATION: 1s)",
    )
    .action((options) => {
      const { workspace, project, allWorkspaces, ...rest } = options;
      const { agent, status, since, needsMe, ...others } = rest;
      const { limit, offset, watch, redact, ...flags } = others;
      cli.choose(flags, async (run) => {
        const { runSessions } = await import("./run.ts");
        const { readPlace } = await import("../ask/place.ts");
        const wanted = {
          place: readPlace({ workspace, project, allWorkspaces }, run),
          filter: readFilter(
            { agent, status, since, needsMe },
            run.context.now(),
          ),
          limit: limit ?? DEFAULT_LIMIT,
          offset: offset ?? 0,
          watchMs: watch ?? null,
        };
        await withRedaction(redact, run, (run) => runSessions(wanted, run));
      }, { starts: true });
    });
}

function readFilter(
  flags: {
    agent: string | undefined;
    status: SessionStatus | undefined;
    since: Since | undefined;
    needsMe: true | undefined;
  },
  nowMs: number,
): SessionsOptions["filter"] {
  const { agent, since, needsMe } = flags;
  if (needsMe && flags.status !== undefined) {
    throw new UsageError("Cannot use --status and --needs-me together");
  }
  const status = needsMe ? "Waiting" : flags.status;
  return {
    ...agent === undefined ? {} : { agent_prefix: agent },
    ...status === undefined ? {} : { status },
    ...since === undefined
      ? {}
      : { active_since_ms: resolveSince(since, nowMs) },
  };
}

/** Makes the command `kaizen sessions` with its subcommands. */
export function makeSessions(cli: Cli): ReturnType<typeof declareList> {
  const sessions = declareList(cli);
  sessions.command("list, ls", declareList(cli));
  sessions.command("show", makeSessionsShow(cli));
  sessions.command("tree", makeSessionsTree(cli));
  return sessions;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen events`.
 * @module
 */
import { Command } from "@cliffy/command";
import { UsageError } from "../../context/mod.ts";
import { sinceType } from "../sessions/since.ts";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { countType, wordType } from "../shell/value_types.ts";

// deno-lint-ignore explicit-module-boundary-types -- the written type would be as long as the function
export function makeEvents(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Print the events of all sessions, and follow them.\n" +
        "Events come in the order in which the daemon stored them. In a pipe, each event is one line of JSON with a cursor. --since-cursor goes on after an event without a gap or a repeat.",
    )
    .example("Print the newest events", "kaizen events --last 20")
    .example("Follow all sessions", "kaizen events --follow --last 10")
    .example(
      "Follow what goes wrong in this workspace",
      "kaizen events --follow --errors --workspace .",
    )
    .example(
      "Print which sessions touched a file",
      "kaizen events --path 'src/**' | jq -r .event.session_id | sort -u",
    )
    .example(
      "Go on after the last event that was handled",
      'kaizen events --follow --since-cursor "$CURSOR"',
    )
    .type("word", wordType)
    .type("count", countType)
    .type("since", sinceType)
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
    .option("--last <n:count>", "Only the newest N (default: all)")
    .option(
      "--since-cursor <cursor:word>",
      "Only events after the one with this CURSOR (default: all)",
    )
    .option(
      "--allow-gap",
      "Go on although events after the cursor were deleted",
    )
    .option("--follow", "Keep running and print new events until Ctrl-C")
    .action((options) => {
      const { workspace, project, allWorkspaces, ...rest } = options;
      const { session, agent, tool, event, path, errors, ...others } = rest;
      const { since, until, last, sinceCursor, ...more } = others;
      const { allowGap, follow, ...flags } = more;
      const place = { workspace, project, allWorkspaces };
      const kind = { session, agent, tool, event, path, errors };
      const filters = { ...place, ...kind, since, until };
      cli.choose(flags, async (run) => {
        refuseTogether({ "--last": last, "--since-cursor": sinceCursor });
        refuseTogether({ "--follow": follow, "--until": until });
        const { runEvents } = await import("./run.ts");
        const { readEventFlags } = await import("./read_flags.ts");
        await runEvents({
          ...readEventFlags(filters, run),
          last: last ?? null,
          sinceCursor: sinceCursor ?? null,
          allowsGap: allowGap ?? false,
          follows: follow ?? false,
        }, run);
      }, { starts: true });
    });
}

function refuseTogether(flags: Record<string, unknown>): void {
  if (Object.values(flags).includes(undefined)) return;
  throw new UsageError(
    `Cannot use ${Object.keys(flags).join(" and ")} together`,
  );
}

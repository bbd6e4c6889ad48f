// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen events`.
 * @module
 */
import { Command } from "@cliffy/command";
import { UsageError } from "../../context/mod.ts";
import { addFilterOptions } from "./filter_options.ts";
import { sinceType } from "../shell/since.ts";
import type { Cli } from "../shell/cli.ts";
import { REDACT_OPTION, withRedaction } from "../shell/redact_option.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { countType, textType, wordType } from "../shell/value_types.ts";

// deno-lint-ignore explicit-module-boundary-types -- the written type would be as long as the function
export function makeEvents(cli: Cli) {
  return addFilterOptions(
    new Command<GlobalFlags>()
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
      .type("since", sinceType),
  )
    .type("count", countType)
    .type("text", textType)
    .option("--last <n:count>", "Only the newest N (default: all)")
    .option(
      "--since-cursor <cursor:text>",
      "Only events after the one with this CURSOR (default: all, as for an empty CURSOR)",
    )
    .option(
      "--allow-gap",
      "Go on although events after the cursor were deleted",
    )
    .option(...REDACT_OPTION)
    .option("--follow", "Keep running and print new events until Ctrl-C")
    .action((options) => {
      const { last, sinceCursor, allowGap, follow, until, redact } = options;
      cli.choose(options, async (run) => {
        refuseTogether({ "--last": last, "--since-cursor": sinceCursor });
        refuseTogether({ "--follow": follow, "--until": until });
        const { runEvents } = await import("./run.ts");
        const { readEventFlags } = await import("./read_flags.ts");
        const wanted = {
          ...readEventFlags(options, run),
          last: last ?? null,
          sinceCursor: sinceCursor || null,
          allowsGap: allowGap ?? false,
          follows: follow ?? false,
        };
        await withRedaction(redact, run, (run) => runEvents(wanted, run));
      }, { starts: true });
    });
}

function refuseTogether(flags: Record<string, unknown>): void {
  if (Object.values(flags).includes(undefined)) return;
  throw new UsageError(
    `Cannot use ${Object.keys(flags).join(" and ")} together`,
  );
}

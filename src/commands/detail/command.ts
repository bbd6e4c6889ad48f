// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen detail ID`, also called `kaizen sessions show ID`; `kaizen sessions tree ID` shows the
 * spans only.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { REDACT_OPTION, withRedaction } from "../shell/redact_option.ts";
import { LOOK_OPTIONS } from "../shell/place_options.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { countType, wordType } from "../shell/value_types.ts";

const ID_HELP =
  "ID is the id of a session, a unique prefix of one, or @latest. Write -- before an ID that starts with a dash.";

interface DetailFlags {
  workspace?: string | undefined;
  project?: string | undefined;
  events?: true | undefined;
  spans?: true | undefined;
  sinceSeq?: number | undefined;
  full?: true | undefined;
  follow?: true | undefined;
  redact?: true | undefined;
}

function declareDetail(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      `Show a session: its events and its tool calls.\n${ID_HELP}`,
    )
    .example(
      "Show the newest session of this workspace",
      "kaizen detail @latest",
    )
    .example(
      "Show only its tool calls, with their cost",
      "kaizen detail @latest --spans",
    )
    .example(
      "Print one record per line",
      "kaizen detail @latest -o ndjson | jq -c .record",
    )
    .example(
      "Export it for a trace viewer",
      "kaizen detail @latest -o trace > trace.json",
    )
    .type("word", wordType)
    .type("count", countType)
    .arguments("<id:word>")
    .option(...LOOK_OPTIONS.workspace)
    .option(...LOOK_OPTIONS.project)
    .option("--events", "Show only the events")
    .option("--spans", "Show only the tool calls")
    .option(
      "--since-seq <n:count>",
      "Only events whose sequence number is N or higher (default: 0)",
    )
    .option("--full", "Do not shorten payloads and paths")
    .option(...REDACT_OPTION)
    .option(
      "--follow",
      "Keep running and show new events until Ctrl-C",
    )
    .action(
      (
        { workspace, project, events, spans, sinceSeq, full, ...rest },
        id,
      ) => {
        const { follow, redact, ...flags } = rest;
        const own = {
          workspace,
          project,
          events,
          spans,
          sinceSeq,
          full,
          follow,
          redact,
        };
        choose(cli, flags, id, own);
      },
    );
}

function declareTree(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(`Show the tool calls of a session as a tree.\n${ID_HELP}`)
    .example(
      "Show what the newest session spent its time on",
      "kaizen sessions tree @latest",
    )
    .type("word", wordType)
    .arguments("<id:word>")
    .option(...LOOK_OPTIONS.workspace)
    .option(...LOOK_OPTIONS.project)
    .option("--full", "Show all paths of a span (default: only the first)")
    .action(({ workspace, project, full, ...flags }, id) => {
      choose(cli, flags, id, { workspace, project, full, spans: true });
    });
}

function choose(
  cli: Cli,
  flags: GlobalFlags,
  id: string,
  own: DetailFlags,
): void {
  cli.choose(flags, async (run) => {
    const { runDetail } = await import("./run.ts");
    const { readPlace } = await import("../ask/place.ts");
    const options = {
      id,
      place: readPlace(own, run),
      // --events together with --spans means both, as without either.
      showsEvents: own.events === true || own.spans === undefined,
      showsSpans: own.spans === true || own.events === undefined,
      sinceSeq: own.sinceSeq ?? 0,
      isFull: own.full ?? false,
      follows: own.follow ?? false,
    };
    await withRedaction(own.redact, run, (run) => runDetail(options, run));
  }, { starts: true });
}

/** Makes the command `kaizen detail`. */
export function makeDetail(cli: Cli): ReturnType<typeof declareDetail> {
  return declareDetail(cli);
}

/** Makes the command `kaizen sessions show`. */
export function makeSessionsShow(cli: Cli): ReturnType<typeof declareDetail> {
  return declareDetail(cli);
}

/** Makes the command `kaizen sessions tree`. */
export function makeSessionsTree(cli: Cli): ReturnType<typeof declareTree> {
  return declareTree(cli);
}

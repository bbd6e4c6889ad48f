// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen detail ID`, also `kaizen sessions show ID` and (its spans) `kaizen sessions tree ID`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { countType, wordType } from "../shell/value_types.ts";

const ID_HELP =
  "ID is a session's id, the beginning of one that no other session of this workspace shares, or @latest.";

interface DetailFlags {
  workspace?: string | undefined;
  project?: string | undefined;
  events?: true | undefined;
  spans?: true | undefined;
  sinceSeq?: number | undefined;
  full?: true | undefined;
  follow?: true | undefined;
}

function declareDetail(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      `Show a session: its events, and its tool spans as a tree.\n${ID_HELP}`,
    )
    .example("the newest session of this workspace", "kaizen detail @latest")
    .example(
      "its spans alone, with their cost",
      "kaizen detail @latest --spans",
    )
    .example(
      "one record a line",
      "kaizen detail @latest -o ndjson | jq -c .record",
    )
    .example(
      "for a trace viewer",
      "kaizen detail @latest -o trace > trace.json",
    )
    .type("word", wordType)
    .type("count", countType)
    .arguments("<id:word>")
    .option(
      "--workspace <dir:word>",
      "Look in the workspace of this directory alone (default: the current one, then all; env: KAIZEN_WORKSPACE)",
    )
    .option(
      "--project <name:word>",
      "Look in the known workspace whose last path part this is, alone (default: none)",
    )
    .option("--events", "Only the events (default: both)")
    .option("--spans", "Only the spans (default: both)")
    .option(
      "--since-seq <n:count>",
      "Only events from this number on (default: 0)",
    )
    .option("--full", "Show payloads and paths whole (default: short)")
    .option(
      "--follow",
      "Go on, and show new events as they come, until Ctrl-C (default: once)",
    )
    .action(
      (
        { workspace, project, events, spans, sinceSeq, full, follow, ...flags },
        id,
      ) => {
        const own = {
          workspace,
          project,
          events,
          spans,
          sinceSeq,
          full,
          follow,
        };
        choose(cli, flags, id, own);
      },
    );
}

function declareTree(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(`Show a session's tool spans as a tree.\n${ID_HELP}`)
    .example(
      "what the newest session spent its time on",
      "kaizen sessions tree @latest",
    )
    .type("word", wordType)
    .arguments("<id:word>")
    .option(
      "--workspace <dir:word>",
      "Look in the workspace of this directory alone (default: the current one, then all; env: KAIZEN_WORKSPACE)",
    )
    .option(
      "--project <name:word>",
      "Look in the known workspace whose last path part this is, alone (default: none)",
    )
    .option("--full", "Show all paths of a span (default: the first)")
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
    await runDetail({
      id,
      place: readPlace(own, run),
      // Naming both parts is naming none.
      showsEvents: own.events === true || own.spans === undefined,
      showsSpans: own.spans === true || own.events === undefined,
      sinceSeq: own.sinceSeq ?? 0,
      isFull: own.full ?? false,
      follows: own.follow ?? false,
    }, run);
  }, { speaksTrace: true, starts: true });
}

/** The command `kaizen detail`. */
export function makeDetail(cli: Cli): ReturnType<typeof declareDetail> {
  return declareDetail(cli);
}

/** The command `kaizen sessions show`. */
export function makeSessionsShow(cli: Cli): ReturnType<typeof declareDetail> {
  return declareDetail(cli);
}

/** The command `kaizen sessions tree`. */
export function makeSessionsTree(cli: Cli): ReturnType<typeof declareTree> {
  return declareTree(cli);
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints events of many sessions.
 * @module
 */
import { makePaint, renderStream, toLine } from "../../output/mod.ts";
import { joinBytes } from "../../proto/mod.ts";
import {
  type EventAnswer,
  type EventPrinter,
  readStreamEvent,
} from "./event_printer.ts";
import { noteNothing } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";
import { isColumnFormat } from "../shell/settings.ts";
import { printLines, printText } from "../shell/print.ts";

/**
 * Returns the printer for the format of a run. In a pipe, that is one line of JSON for each event.
 */
export async function eventPrinter(
  run: Run,
  follows: boolean,
): Promise<EventPrinter> {
  const { format, isFormatGiven } = run.settings;
  if (format === "text") return table(run);
  if (isColumnFormat(format)) {
    const { printEventColumns } = await import("./print_columns.ts");
    return await printEventColumns(run, follows);
  }
  return format === "json" && isFormatGiven ? document(run) : {
    print: async (events) =>
      await run.context.stdout.write(joinBytes(events.map(lineOf))),
    end: () => Promise.resolve(),
  };
}

function lineOf({ bytes }: EventAnswer): Uint8Array {
  return toLine({ kind: "row", bytes });
}

/** One document with all events in a list. */
function document({ context }: Run): EventPrinter {
  const encoder = new TextEncoder();
  let start = '{"type":"events","rows":[';
  return {
    async print(events) {
      const pieces: Uint8Array[] = [];
      for (const { bytes } of events) {
        pieces.push(encoder.encode(start), bytes);
        start = ",";
      }
      await context.stdout.write(joinBytes(pieces));
    },
    async end() {
      const opening = start === "," ? "" : start;
      await context.stdout.write(encoder.encode(`${opening}]}\n`));
    },
  };
}

function table(run: Run): EventPrinter {
  let isFirst = true;
  return {
    async print(events) {
      const lines = renderStream(events.map(readStreamEvent), {
        paint: makePaint(run.settings.color),
        width: run.context.stdout.columns(),
        titles: isFirst,
      });
      isFirst = false;
      await printLines(run, lines);
    },
    async end() {
      if (!isFirst) return;
      await printText(run, "(no events)\n");
      await noteNothing("no event matches", run);
    },
  };
}

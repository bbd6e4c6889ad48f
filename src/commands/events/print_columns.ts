// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints events as columns.
 * @module
 */
import { cutPayload } from "../../columns/mod.ts";
import { addRecords, openColumnOutput } from "../shell/column_output.ts";
import type { Run } from "../shell/cli.ts";
import {
  type EventAnswer,
  type EventPrinter,
  readStreamEvent,
} from "./event_printer.ts";

/**
 * Returns the printer.
 *
 * @param follows True: events are written as they arrive, and not only when they fill a batch.
 * @throws {UsageError} If stdout is a terminal and the format is binary.
 */
export async function printEventColumns(
  run: Run,
  follows: boolean,
): Promise<EventPrinter> {
  const output = await openColumnOutput("event", run);
  return {
    begin: () => output.start(),
    async print(events) {
      await addRecords(output, events.map(readRecord));
      if (follows) await output.flush();
    },
    end: () => output.end(),
    idle: () => output.idle,
  };
}

function readRecord(answer: EventAnswer): unknown {
  const { rest, payload } = cutPayload(answer.bytes);
  const record = readStreamEvent({ bytes: rest });
  return payload === null
    ? record
    : { ...record, event: { ...record.event, payload } };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs `kaizen spool flush`.
 * @module
 */
import type { DeliverSpoolReport } from "../../ingest/mod.ts";
import { formatNumberOf } from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines } from "../shell/print.ts";
import { spoolFault } from "../shell/spool_fault.ts";
import type { SpoolFlushOptions } from "./options.ts";

/** Timeout of one event in milliseconds. */
const EVENT_TIMEOUT_MS = 10_000;

/**
 * Delivers the events in the spool and prints the result.
 *
 * @throws {FileError} If the spool cannot be used.
 * @throws The error that stopped the delivery, after the result is printed.
 */
export async function runSpoolFlush(
  { rejected }: SpoolFlushOptions,
  run: Run,
): Promise<void> {
  const { settings, context } = run;
  const timeoutMs = settings.timeoutMs(EVENT_TIMEOUT_MS);
  const paths = settings.paths();
  const { deliverSpool } = await import("../../ingest/mod.ts");
  let flushed: DeliverSpoolReport;
  try {
    flushed = await deliverSpool({ paths, timeoutMs, rejected }, context);
  } catch (error) {
    throw await spoolFault(error);
  }
  const { error, ...report } = flushed;
  if (settings.format === "text") await printLines(run, [describe(flushed)]);
  else await printJson(run, report);
  if (error !== null) throw error;
}

function describe(report: DeliverSpoolReport): string {
  const { delivered, rejected, left, stopped, reason, error } = report;
  // The error is reported after this line.
  const isTold = stopped === "empty" || reason === null || error !== null;
  return `Delivered ${formatNumberOf(delivered, "event")}` +
    (rejected > 0 ? `, rejected ${formatNumberOf(rejected, "event")}` : "") +
    (left > 0 ? `; ${left} left` : "") +
    (isTold ? "." : `: ${reason}.`);
}

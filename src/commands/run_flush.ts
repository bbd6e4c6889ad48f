// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen spool flush`.
 * @module
 */
import {
  NotRunningError,
  sendRequest,
  SocketError,
  TimedOutError,
} from "../client/mod.ts";
import { formatNumberOf } from "../output/mod.ts";
import type { DeliverReport, Delivery, Outcome } from "../spool/mod.ts";
import { clientOptions } from "./ask.ts";
import type { Run } from "./cli.ts";
import { printJson, printLines } from "./print.ts";
import { openSpool, spoolFault } from "./run_spool.ts";

/** Deadline of one event, in milliseconds. */
const EVENT_TIMEOUT_MS = 10_000;

/** What is to be delivered. */
export interface FlushOptions {
  /** True: what was set aside; else what waits. */
  rejected: boolean;
}

/**
 * Delivers what the spool holds and says how far that got.
 *
 * @throws What stopped it, once the result is printed.
 */
export async function runFlush(
  { rejected }: FlushOptions,
  run: Run,
): Promise<void> {
  const spool = openSpool(run);
  let failure: unknown = null;
  const send = async (body: Uint8Array): Promise<Outcome> => {
    try {
      await sendRequest(body, clientOptions(run, EVENT_TIMEOUT_MS));
      return { delivery: "acked", reason: "" };
    } catch (error) {
      failure = error;
      return {
        delivery: deliveryOf(error),
        reason: error instanceof Error ? error.message : String(error),
      };
    }
  };
  let report: DeliverReport;
  try {
    report = rejected
      ? await spool.deliverRejected(send)
      : await spool.deliver(send);
  } catch (error) {
    throw spoolFault(error);
  }
  await print(report, run);
  const isStopped = report.stopped === "unreachable" ||
    report.stopped === "failed";
  if (isStopped && failure !== null) throw failure;
}

function deliveryOf(error: unknown): Delivery {
  return error instanceof NotRunningError || error instanceof TimedOutError ||
      error instanceof SocketError
    ? "unreachable"
    : "failed";
}

async function print(report: DeliverReport, run: Run): Promise<void> {
  if (run.settings.format !== "text") return await printJson(run, report);
  const { delivered, left, stopped, reason } = report;
  await printLines(run, [
    `Delivered ${formatNumberOf(delivered, "event")}` +
    (report.rejected > 0
      ? `, set ${formatNumberOf(report.rejected, "event")} aside`
      : "") +
    (left > 0 ? `; ${left} left` : "") +
    (stopped === "empty" || reason === null ? "." : `: ${reason}.`),
  ]);
}

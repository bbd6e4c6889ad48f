// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Delivers the whole spool now, for `spool flush`.
 * @module
 */
import { type Context, type Paths, pause } from "../context/mod.ts";
import { type DeliverReport, type Sender, Spool } from "../spool/mod.ts";
import {
  FullSender,
  notStored,
  timeoutBySize,
  whySilent,
} from "./full_sender.ts";

/** Time between two attempts while another delivery is running, in milliseconds. */
const STEP_MS = 20;

/** Which events to deliver, and to which daemon. */
export interface DeliverSpoolOptions {
  paths: Paths;
  /**
   * Timeout of one event in milliseconds; larger events get more. Also the time to wait for another
   * delivery.
   */
  timeoutMs: number;
  /** Deliver the rejected events, too. */
  rejected?: boolean | undefined;
}

/** The result of a delivery. */
export interface DeliverSpoolReport extends DeliverReport {
  /** Events still to be delivered. */
  left: number;
  /** The error that stopped it. */
  error: Error | null;
}

/**
 * Delivers the events in the spool, in order. The rejected ones come first if they are wanted,
 * because they are older.
 *
 * @throws {SpoolError} If the spool cannot be read or written.
 */
export async function deliverSpool(
  { paths, timeoutMs, rejected }: DeliverSpoolOptions,
  context: Pick<Context, "env" | "now" | "connect">,
): Promise<DeliverSpoolReport> {
  const spool = new Spool({
    folder: paths.spool,
    env: context.env,
    now: context.now,
  });
  const client = { socket: paths.socket, connect: context.connect };
  const full = new FullSender({
    ...client,
    timeoutMs: timeoutBySize(timeoutMs),
  });
  const met: { last: Error | null } = { last: null };
  let isThere = false;
  const sender: Sender = {
    send: async (body) => {
      const silent = isThere ? null : await whySilent({ ...client, timeoutMs });
      isThere = silent === null;
      const outcome = silent === null
        ? await full.send(body)
        : notStored("unreachable", silent);
      met.last = outcome.error;
      return outcome;
    },
  };
  const end = performance.now() + timeoutMs;
  const first = rejected
    ? await whenFree(() => spool.deliverRejected(sender), end)
    : null;
  const isStopped = first !== null && first.stopped === "unreachable";
  const report = isStopped
    ? first
    : await whenFree(() => spool.deliver(sender), end);
  return {
    delivered: report.delivered + (isStopped ? 0 : first?.delivered ?? 0),
    rejected: report.rejected,
    left: spool.countPending(),
    stopped: report.stopped,
    reason: report.reason,
    error: isWhole(report) ? null : met.last,
  };
}

function isWhole({ stopped }: DeliverReport): boolean {
  return stopped === "empty";
}

async function whenFree(
  deliver: () => Promise<DeliverReport>,
  end: number,
): Promise<DeliverReport> {
  let report = await deliver();
  while (report.stopped === "busy" && performance.now() < end) {
    await pause(STEP_MS);
    report = await deliver();
  }
  return report;
}

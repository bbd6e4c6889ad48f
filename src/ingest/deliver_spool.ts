// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `spool flush`: all that waits, now.
 * @module
 */
import { type Context, type Paths, pause } from "../context/mod.ts";
import { type DeliverReport, type Sender, Spool } from "../spool/mod.ts";
import { FullSender, timeoutBySize } from "./full_sender.ts";

/** Between two looks whether another delivery is over, in milliseconds. */
const STEP_MS = 20;

/** What is to be delivered, and to whom. */
export interface DeliverSpoolOptions {
  paths: Paths;
  /** Deadline of an event in milliseconds; larger ones get more. Also how long another delivery is waited for. */
  timeoutMs: number;
  /** Try what was set aside, too. */
  rejected?: boolean | undefined;
}

/** What was delivered. */
export interface DeliverSpoolReport extends DeliverReport {
  /** Events still to be delivered. */
  left: number;
  /** What the daemon, or its absence, stopped it with. */
  error: Error | null;
}

/**
 * Delivers what the spool holds, in order; first what was set aside, if that is wanted, as it is older.
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
  const full = new FullSender({
    socket: paths.socket,
    connect: context.connect,
    timeoutMs: timeoutBySize(timeoutMs),
  });
  const met: { last: Error | null } = { last: null };
  const sender: Sender = {
    send: async (body) => {
      const outcome = await full.send(body);
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

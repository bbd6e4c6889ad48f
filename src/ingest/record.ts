// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hook's event, on its way to where it is safe: acknowledged by a daemon, or on disk in the spool, within the hook's budget.
 * @module
 */
import {
  askStatus,
  type ClientOptions,
  NotRunningError,
} from "../client/mod.ts";
import {
  type Context,
  kickDaemon,
  kickSelf,
  type Paths,
} from "../context/mod.ts";
import type { StatusAnswer } from "../proto/mod.ts";
import { type DeliverReport, type Spool, SpoolError } from "../spool/mod.ts";
import type { Budget } from "./budget.ts";
import { sendEvent, type Sent } from "./send.ts";
import { claimStart } from "./start_daemon.ts";

/** A larger event goes to the spool at once: no daemon stores it within a hook's budget. In bytes. */
export const SPOOL_AT_ONCE_BYTES = 1024 * 1024;

/** What a hook's event needs on its way. */
export interface Route {
  context: Pick<Context, "connect" | "now">;
  paths: Paths;
  spool: Spool;
  budget: Budget;
  /** Whether a daemon may be started. */
  mayStart: boolean;
}

/**
 * Records an event. Order holds: while the spool is not empty the event queues behind what is there.
 *
 * @throws {SpoolError} If neither a daemon nor the spool has it.
 */
export async function recordEvent(
  body: Uint8Array,
  route: Route,
): Promise<void> {
  const isDirect = body.length <= SPOOL_AT_ONCE_BYTES && isEmpty(route.spool);
  if (!isDirect) {
    await keepBehind(body, route);
    return await deliverWithin(route);
  }
  const sent = await sendWithin(body, route);
  if (sent?.delivery === "acked") return;
  route.spool.append(body);
  if (sent?.error instanceof NotRunningError) start(route);
}

/** A spool that cannot be read is no reason not to ask the daemon. */
function isEmpty(spool: Spool): boolean {
  try {
    return spool.isEmpty();
  } catch (error) {
    if (error instanceof SpoolError) return true;
    throw error;
  }
}

/** Appends; where that fails (full, read-only) delivery may make room, and out of order is better than lost. */
async function keepBehind(body: Uint8Array, route: Route): Promise<void> {
  try {
    route.spool.append(body);
  } catch (error) {
    if (!(error instanceof SpoolError)) throw error;
    await deliverWithin(route);
    const sent = await sendWithin(body, route);
    if (sent?.delivery !== "acked") throw error;
  }
}

/** Sends, if there is time for it. */
async function sendWithin(
  body: Uint8Array,
  route: Route,
): Promise<Sent | null> {
  const client = clientWithin(route);
  return client === null ? null : await sendEvent(body, client);
}

function clientWithin(
  { context, paths, budget }: Route,
): ClientOptions | null {
  const timeoutMs = budget.daemonMs();
  if (timeoutMs === null) return null;
  return { socket: paths.socket, connect: context.connect, timeoutMs };
}

/**
 * Delivers what is in the spool with what is left of the budget. Asks for a sign of life first: a daemon that hangs would get the
 * first event again from every hook, and store each copy if it is the reference.
 */
async function deliverWithin(route: Route): Promise<void> {
  const client = clientWithin(route);
  if (client === null) return;
  let status: StatusAnswer;
  try {
    status = await askStatus(client);
  } catch (error) {
    if (error instanceof NotRunningError) start(route);
    return;
  }
  const report = await deliverFor(route);
  // Our own daemon watches the spool; only it says what its store holds.
  const needsTime = report?.stopped === "too big" ||
    report?.stopped === "unreachable" || report?.stopped === "aborted";
  if (needsTime && status.store === undefined) flushLater(route);
}

/** A spool that cannot be used for delivery is left to others: the event of this hook is not in danger. */
async function deliverFor(route: Route): Promise<DeliverReport | null> {
  try {
    return await route.spool.deliver(async (body) => {
      const sent = await sendWithin(body, route);
      return {
        delivery: sent?.delivery ?? "unreachable",
        reason: sent?.error?.message ?? "out of time",
      };
    }, {
      signal: AbortSignal.timeout(route.budget.daemonMs() ?? 0),
      maxBytes: SPOOL_AT_ONCE_BYTES,
      automatic: true,
    });
  } catch (error) {
    if (error instanceof SpoolError) return null;
    throw error;
  }
}

/** Delivers in the background, where there is time, what no hook can deliver within its budget to a daemon that lives. */
function flushLater({ context, paths, mayStart }: Route): void {
  const { home, socket } = paths;
  if (mayStart && claimStart(home, "flush", context.now())) {
    kickSelf(["spool", "flush", "--home", home, "--socket", socket], { home });
  }
}

function start({ context, paths, mayStart }: Route): void {
  if (mayStart && claimStart(paths.home, "daemon", context.now())) {
    kickDaemon({ paths });
  }
}

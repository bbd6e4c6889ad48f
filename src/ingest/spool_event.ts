// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Spools the event of a hook when no daemon acknowledges it. It is loaded only then.
 *
 * A build bundles it apart from the hook, with classes of its own: `scripts/lib/hook_chunks.ts` has
 * the rule for the values that pass between the two.
 * @module
 */
import {
  ask,
  connectFault,
  NotRunningError,
  TimedOutError,
} from "../client/mod.ts";
import { findFault, type Paths } from "../context/mod.ts";
import { spawnOnce } from "../launch/mod.ts";
import type { AnswerOf } from "../proto/mod.ts";
import { type DeliverReport, newsMs, Spool, SpoolError } from "../spool/mod.ts";
import { FullSender } from "./full_sender.ts";
import { daemonTimeoutMs } from "./hook_deadline.ts";
import type { HookText } from "./hook_input.ts";
import { findOwnPlace } from "./own_place.ts";
import { clientWithin, type Route, SPOOL_AT_ONCE_BYTES } from "./route.ts";

/** The place of a spool. */
type SpoolPlace = Pick<Route, "paths"> & {
  context: Pick<Route["context"], "env" | "now">;
};

/**
 * Spools an event that was not acknowledged. Spawns a daemon if none runs, or a delivery if one
 * runs that may not watch the spool, unless that is switched off.
 *
 * @param fault The system's error if no connection could be opened, else null.
 * @throws {SpoolError} If it cannot be spooled.
 */
export function spoolUnsent(
  body: Uint8Array,
  fault: unknown,
  route: Route,
): void {
  const { spool, paths, isGiven } = openSpool(route);
  const ownRoute = { ...route, paths };
  spool.append(body);
  if (!isGiven) return start(ownRoute);
  if (fault === null) return flushUnlessWatched(ownRoute);
  const meaning = connectFault(fault, route.paths.socket);
  if (meaning instanceof NotRunningError) start(ownRoute);
}

/**
 * Spools an event after all that wait, and delivers as many as there is time for.
 *
 * @throws {SpoolError} If neither a daemon nor the spool has it.
 */
export async function spoolAndDeliver(
  body: Uint8Array,
  route: Route,
): Promise<void> {
  const { spool, paths } = openSpool(route);
  const ownRoute = { ...route, paths };
  await append(body, spool, ownRoute);
  await deliverWithin(spool, ownRoute);
}

/**
 * Counts an event that was not recorded, if the count can be written.
 *
 * @param failure The reason, or the error that is the reason.
 */
export function countFailure(failure: unknown, place: SpoolPlace): void {
  const reason = failure instanceof Error ? failure.message : String(failure);
  try {
    openSpool(place).spool.countFailure(reason, findFault(failure));
  } catch (error) {
    if (!(error instanceof SpoolError)) throw error;
  }
}

/** An input that is too long is kept up to this length, to show its kind; in bytes. */
const SAMPLE_BYTES = 1024 * 1024;

/** An input that is no event, and the reason. */
export interface Refused {
  text: Pick<HookText, "bytes" | "fault">;
  reason: string;
  /** The agent that the command line names. */
  source: string;
}

/**
 * Keeps an input that is no event, so that a person can look at it.
 *
 * @throws {SpoolError} If it cannot be kept.
 */
export function rejectInput(
  { text: { bytes, fault }, reason, source }: Refused,
  place: SpoolPlace,
): void {
  const isWhole = fault === null || bytes.length <= SAMPLE_BYTES;
  openSpool(place).spool.reject(
    isWhole ? bytes : bytes.subarray(0, SAMPLE_BYTES),
    {
      kind: "input",
      reason: isWhole ? reason : `${reason} (its beginning)`,
      source,
    },
  );
}

/** The spool of the given home, or that of this user's own home, which then says so. */
function openSpool(
  { paths: given, context }: SpoolPlace,
): { spool: Spool; paths: Paths; isGiven: boolean } {
  const { env, now } = context;
  const { paths, fault } = findOwnPlace(given, context);
  const spool = new Spool({ folder: paths.spool, env, now });
  if (fault !== null) spool.countFailure(fault);
  return { spool, paths, isGiven: fault === null };
}

/**
 * Appends an event. If that fails (full, read-only), delivery may make room; to send the event out
 * of order is better than to lose it.
 */
async function append(
  body: Uint8Array,
  spool: Spool,
  route: Route,
): Promise<void> {
  try {
    spool.append(body);
  } catch (error) {
    if (!(error instanceof SpoolError)) throw error;
    await deliverWithin(spool, route);
    const { delivery } = await fullSender(route).send(body);
    if (delivery !== "acked") throw error;
  }
}

/**
 * Delivers the spool in the time that is left. Asks for the status first: a daemon that hangs would
 * get the first event again from every hook, and the reference would store each copy.
 */
async function deliverWithin(spool: Spool, route: Route): Promise<void> {
  const client = clientWithin(route);
  if (client === null) return flushUnlessWatched(route);
  let status: AnswerOf<"status">;
  try {
    status = await ask({ type: "status" }, client);
  } catch (error) {
    if (error instanceof NotRunningError) start(route);
    if (error instanceof TimedOutError) flushUnlessWatched(route);
    return;
  }
  const report = await deliverFor(spool, route);
  // Our own daemon watches the spool. Only its status describes the store.
  const needsTime = report?.stopped === "too big" ||
    report?.stopped === "unreachable" || report?.stopped === "aborted";
  if (needsTime && status.store === undefined) flushLater(route);
}

/**
 * If the spool cannot be used for delivery, other processes deliver it. The event of this hook is
 * safe.
 */
async function deliverFor(
  spool: Spool,
  route: Route,
): Promise<DeliverReport | null> {
  try {
    return await spool.deliver(fullSender(route), {
      signal: AbortSignal.timeout(daemonTimeoutMs(route.deadlineMs) ?? 0),
      maxBytes: SPOOL_AT_ONCE_BYTES,
      automatic: true,
    });
  } catch (error) {
    if (error instanceof SpoolError) return null;
    throw error;
  }
}

/** For a daemon that has not answered in time. One of ours watches the spool, by a file in it. */
function flushUnlessWatched(route: Route): void {
  if (newsMs(route.paths.spool) === null) flushLater(route);
}

/**
 * Spawns a delivery in the background for events that no hook can deliver before its deadline to a
 * daemon that lives.
 */
function flushLater({ context, paths, mayStart }: Route): void {
  if (mayStart) spawnOnce("flush", { paths, nowMs: context.now() });
}

/** Sends before the hook's deadline. */
function fullSender({ context, paths, deadlineMs }: Route): FullSender {
  return new FullSender({
    socket: paths.socket,
    connect: context.connect,
    timeoutMs: () => daemonTimeoutMs(deadlineMs),
  });
}

function start({ context, paths, mayStart }: Route): void {
  if (mayStart) spawnOnce("daemon", { paths, nowMs: context.now() });
}

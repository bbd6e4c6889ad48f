// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stops the daemon and waits until it has exited.
 * @module
 */
import {
  ask,
  type ClientOptions,
  NotRunningError,
  ProtocolError,
  TimedOutError,
} from "../../client/mod.ts";
import { pause } from "../../context/mod.ts";
import {
  clientOptions,
  STATUS_TIMEOUT_MS,
  STOP_CONNECT_TIMEOUT_MS,
  STOP_TIMEOUT_MS,
} from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";
import type { StopOptions, StopResult } from "./options.ts";
import { printStopped } from "./print.ts";

/** Polling interval in milliseconds. */
const STEP_MS = 20;
/** Time in which a daemon notices that its socket was removed, in milliseconds. */
const REBIND_MS = 500;

/**
 * Stops the daemon and prints the result.
 *
 * @throws {TimedOutError} If it does not answer or does not exit in time.
 */
export async function runStop(options: StopOptions, run: Run): Promise<void> {
  await printStopped(await stopDaemon(options, run), run);
}

/**
 * Stops the daemon. Succeeds if none is running.
 *
 * @throws {TimedOutError} If it does not answer or does not exit in time.
 */
export async function stopDaemon(
  { waits }: StopOptions,
  run: Run,
): Promise<StopResult> {
  const end = performance.now() + run.settings.timeoutMs(STOP_TIMEOUT_MS);
  const client = {
    ...clientOptions(run, STOP_TIMEOUT_MS),
    connectTimeoutMs: STOP_CONNECT_TIMEOUT_MS,
  };
  // The process id is only for the output: it is requested in parallel, and may be missing.
  const pid = askPid({
    ...client,
    timeoutMs: Math.min(client.timeoutMs, STATUS_TIMEOUT_MS),
  });
  let asked = await askToStop(client);
  const holder = asked === null ? await lookForHolder(run, end) : null;
  if (holder !== null) asked = await askHolder(client, holder);
  if (asked === null) {
    await pid;
    if (holder !== null) await signal(holder, { waits, end });
    return {
      stopped: waits || holder === null,
      was_running: holder !== null,
      pid: holder?.pid ?? null,
      message: holder === null ? "not running" : "stopping",
    };
  }
  const { message, fault } = asked;
  if (waits) await waitUntilGone(client, { end, fault, pid: await pid });
  else if (fault !== null) throw fault;
  return {
    stopped: waits,
    was_running: true,
    pid: await pid ?? holder?.pid ?? null,
    message,
  };
}

/** A process that owns the home. */
interface Holder {
  pid: number;
  /** Whether it still owns the home. */
  isThere: () => boolean;
}

/**
 * Finds a daemon that holds the home although nothing listens at its socket. Waits for one that was
 * spawned a moment ago.
 *
 * @param end Time of the deadline.
 * @throws {TimedOutError} If it does not get that far in time.
 */
async function lookForHolder(run: Run, end: number): Promise<Holder | null> {
  const { findHolder, isStarting } = await import("../../launch/mod.ts");
  const paths = run.settings.paths();
  const find = () => findHolder(paths.lock);
  const isPending = () => isStarting(paths, run.context.now());
  if (find() === null) {
    while (isPending()) {
      if (performance.now() >= end) {
        throw new TimedOutError(
          "A daemon is being started, and does not answer yet",
        );
      }
      await pause(STEP_MS);
    }
  }
  const pid = find();
  return pid === null ? null : { pid, isThere: () => find() === pid };
}

/**
 * Asks a daemon whose socket was removed. It binds another one as soon as it notices.
 *
 * @returns Its answer, or null if it does not bind one.
 */
async function askHolder(
  client: ClientOptions,
  holder: Holder,
): Promise<AskedStop | null> {
  const end = performance.now() + REBIND_MS;
  while (performance.now() < end && holder.isThere()) {
    const asked = await askToStop(client);
    if (asked !== null) return asked;
    await pause(STEP_MS);
  }
  return null;
}

/**
 * Asks a process that cannot be reached by a signal.
 *
 * @param end Time of the deadline.
 * @throws {TimedOutError} If it does not exit in time.
 */
async function signal(
  { pid, isThere }: Holder,
  { waits, end }: StopOptions & { end: number },
): Promise<void> {
  if (isThere()) Deno.kill(pid, "SIGTERM");
  while (waits && isThere()) {
    if (performance.now() >= end) {
      throw new TimedOutError(
        `Process ${pid} holds the home, cannot be reached and does not stop`,
      );
    }
    await pause(STEP_MS);
  }
}

/** The answer to a stop request. */
interface AskedStop {
  message: string;
  /** The error instead of an agreement; ignored if the daemon exits soon. */
  fault: ProtocolError | null;
}

/**
 * Asks the daemon to stop.
 *
 * @returns The answer, or null if no daemon is running.
 */
async function askToStop(client: ClientOptions): Promise<AskedStop | null> {
  try {
    return {
      message: (await ask({ type: "stop" }, client)).message,
      fault: null,
    };
  } catch (error) {
    if (error instanceof NotRunningError) return null;
    if (!(error instanceof ProtocolError)) throw error;
    // Another process may have just stopped the daemon: then it closes the connection and exits
    // soon.
    await pause(STEP_MS);
    try {
      await ask({ type: "status" }, client);
    } catch (later) {
      if (later instanceof NotRunningError || later instanceof ProtocolError) {
        return { message: "stopping", fault: error };
      }
    }
    throw error;
  }
}

async function askPid(client: ClientOptions): Promise<number | null> {
  try {
    return (await ask({ type: "status" }, client)).pid;
  } catch {
    return null;
  }
}

/** What is known of a daemon that stops. */
interface Leaving {
  /** Time of the deadline. */
  end: number;
  fault: ProtocolError | null;
  /** Its process id; null if it is not known. */
  pid: number | null;
}

/**
 * Waits until nothing listens on the socket, or another daemon does. The socket file proves
 * nothing, as the reference daemon does not remove it.
 */
async function waitUntilGone(
  client: ClientOptions,
  { end, fault, pid }: Leaving,
): Promise<void> {
  while (true) {
    const left = end - performance.now();
    if (left <= 0) {
      throw fault ?? new TimedOutError(
        `The daemon at ${client.socket} agreed to stop, but is still running`,
      );
    }
    try {
      const status = await ask({ type: "status" }, {
        ...client,
        timeoutMs: Math.min(left, STATUS_TIMEOUT_MS),
      });
      if (pid !== null && status.pid !== pid) return;
    } catch (error) {
      if (error instanceof NotRunningError) return;
      // A daemon that is stopping may close the connection or not answer.
      if (!(error instanceof TimedOutError || error instanceof ProtocolError)) {
        throw error;
      }
    }
    await pause(STEP_MS);
  }
}

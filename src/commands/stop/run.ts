// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stops the daemon and sees it gone.
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

/** Between two looks whether it is gone, in milliseconds. */
const STEP_MS = 20;

/** Stops the daemon and says how that went. @throws {TimedOutError} If it does not answer, or is not gone in time. */
export async function runStop(options: StopOptions, run: Run): Promise<void> {
  await printStopped(await stopDaemon(options, run), run);
}

/** Stops the daemon; that none runs is no failure. @throws {TimedOutError} As {@linkcode runStop}. */
export async function stopDaemon(
  { waits }: StopOptions,
  run: Run,
): Promise<StopResult> {
  const end = performance.now() + run.settings.timeoutMs(STOP_TIMEOUT_MS);
  const client = {
    ...clientOptions(run, STOP_TIMEOUT_MS),
    connectTimeoutMs: STOP_CONNECT_TIMEOUT_MS,
  };
  // Which process it is only makes the answer nicer: it is asked for beside, and not insisted on.
  const pid = askPid({
    ...client,
    timeoutMs: Math.min(client.timeoutMs, STATUS_TIMEOUT_MS),
  });
  const asked = await askToStop(client);
  if (asked === null) {
    await pid;
    return {
      stopped: true,
      was_running: false,
      pid: null,
      message: "not running",
    };
  }
  const { message, fault } = asked;
  if (waits) await waitUntilGone(client, { end, fault });
  else if (fault !== null) throw fault;
  return { stopped: waits, was_running: true, pid: await pid, message };
}

/** What came of asking. */
interface Asked {
  message: string;
  /** What it did instead of agreeing; no fault if it is gone soon. */
  fault: ProtocolError | null;
}

/** Asks the daemon to stop. @returns Null if none runs. */
async function askToStop(client: ClientOptions): Promise<Asked | null> {
  try {
    return {
      message: (await ask({ type: "stop" }, client)).message,
      fault: null,
    };
  } catch (error) {
    if (error instanceof NotRunningError) return null;
    if (!(error instanceof ProtocolError)) throw error;
    // Somebody else may have stopped it a moment ago: then it hangs up and is gone soon.
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

/** Waits until nobody listens. A reference daemon leaves its socket file behind, so the file tells nothing. */
async function waitUntilGone(
  client: ClientOptions,
  { end, fault }: { end: number; fault: ProtocolError | null },
): Promise<void> {
  while (true) {
    const left = end - performance.now();
    if (left <= 0) {
      throw fault ?? new TimedOutError(
        `The daemon at ${client.socket} agreed to stop, but still answers`,
      );
    }
    try {
      await ask({ type: "status" }, {
        ...client,
        timeoutMs: Math.min(left, STATUS_TIMEOUT_MS),
      });
    } catch (error) {
      if (error instanceof NotRunningError) return;
      // It may hang up, or not come to answer, while it ends.
      if (!(error instanceof TimedOutError || error instanceof ProtocolError)) {
        throw error;
      }
    }
    await pause(STEP_MS);
  }
}

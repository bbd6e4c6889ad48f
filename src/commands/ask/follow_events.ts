// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events as they are stored, from one daemon after another.
 * @module
 */
import {
  NotRunningError,
  ProtocolError,
  RemoteError,
  TimedOutError,
  type WatchAnswer,
  watchAnswers,
  type WatchRequest,
} from "../../client/mod.ts";
import { pause } from "../../context/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printNote } from "../shell/print.ts";
import { clientOptions, READ_TIMEOUT_MS } from "./ask.ts";
import { askOwn } from "./ask_own.ts";

/** Pauses between two attempts to reach a daemon, in milliseconds; each doubles the last one. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 2_000;
/** Time without a daemon after which to give up, in milliseconds. */
const GIVE_UP_MS = 10 * 60_000;
/**
 * Connections in a row that break off without news, after which to give up: a few if all is to be
 * sent now, and ten minutes of them if the question says to follow.
 */
const MAX_VAIN = 3;
const MAX_VAIN_FOLLOWING = GIVE_UP_MS / LAST_PAUSE_MS;

/**
 * Watches or searches events, and goes on with the next daemon after the last event when one stops.
 * Starts a daemon only at the beginning, as starting one later would undo `kaizen stop`.
 *
 * @param signal Ends the watch.
 * @returns Yields the answers that arrive together. It ends when all is sent, and never if the
 * question says to follow.
 * @throws {RemoteError} If the daemon refuses the question.
 * @throws {UnsupportedError} If the daemon does not know such questions.
 * @throws {NotRunningError} If no daemon has run for ten minutes.
 * @throws {ProtocolError} If the daemon breaks off again and again without news.
 * @throws {TimedOutError} If the daemon hangs; after ten minutes if the question says to follow.
 */
export async function* followEvents(
  question: WatchRequest,
  run: Run,
  signal: AbortSignal,
): AsyncGenerator<WatchAnswer[]> {
  const open = async (asked: WatchRequest) => {
    const client = clientOptions(run, READ_TIMEOUT_MS);
    const answers = watchAnswers(asked, client, signal);
    return { answers, first: await answers.next() };
  };
  let { answers, first } = await askOwn(
    () => open(question),
    LACKS[question.type],
    run,
  );
  const follows = "follow" in question && question.follow === true;
  const maxVain = follows ? MAX_VAIN_FOLLOWING : MAX_VAIN;
  let cursor: string | null = null;
  for (let vain = 0;;) {
    const begin = performance.now();
    const lastCursor = cursor;
    let fault: unknown = new ProtocolError(
      "The daemon closed the connection before the end of its answers",
    );
    try {
      for (let step = first; !step.done; step = await answers.next()) {
        yield step.value;
        const last = step.value.at(-1);
        const state = last?.type === "watch" ? last.watch.state : null;
        // The newest events are not found yet: this is the place before all of them.
        const isEarly = state === "begin" && Number(question.last ?? 0) > 0;
        if (!isEarly) cursor = last?.cursor ?? cursor;
        if (state === "end") return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const isHung = error instanceof TimedOutError && !follows;
      if (isHung || !isPassing(error)) throw error;
      fault = error;
    } finally {
      await answers.return(undefined);
    }
    const isLong = follows && performance.now() - begin >= LAST_PAUSE_MS;
    vain = isLong || cursor !== lastCursor ? 0 : vain + 1;
    if (vain === maxVain) throw fault;
    if (vain > 0) await pause(pauseMs(vain), signal);
    if (signal.aborted) return;
    const place = cursor === null ? {} : { cursor, last: null };
    const next = { ...question, ...place };
    ({ answers, first } = await reach(() => open(next), run, signal));
  }
}

/** Tries until a daemon answers. */
async function reach<T>(
  open: () => Promise<T>,
  run: Run,
  signal: AbortSignal,
): Promise<T> {
  const end = performance.now() + GIVE_UP_MS;
  let isTold = false;
  for (let tries = 0;; tries++) {
    try {
      return await open();
    } catch (error) {
      if (!isPassing(error) || performance.now() > end) throw error;
      if (!isTold && error instanceof NotRunningError) {
        isTold = true;
        await printNote(run, "the daemon has stopped: waiting for another one");
      }
    }
    await pause(pauseMs(tries), signal);
    signal.throwIfAborted();
  }
}

/** Returns the time to wait after a number of attempts, in milliseconds. */
function pauseMs(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** attempts, LAST_PAUSE_MS);
}

/** Whether an error is what a daemon leaves that stops, starts or has too many clients. */
function isPassing(error: unknown): boolean {
  if (error instanceof RemoteError) {
    const { reason } = error.fields;
    return reason === undefined || reason === "crowded";
  }
  return error instanceof NotRunningError || error instanceof ProtocolError ||
    error instanceof TimedOutError;
}

/** Tells what a daemon without the request does not do. */
const LACKS = {
  watch_events:
    "neither sends the events of all sessions nor gives them cursors: restart it with this kaizen, or follow one session with kaizen detail --follow",
  search_events:
    "does not search events: restart it with this kaizen, or search one session with kaizen detail ID --events | grep PATTERN",
} as const satisfies Record<WatchRequest["type"], string>;

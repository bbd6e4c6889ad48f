// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The moments at which sessions may have changed.
 * @module
 */
import {
  NotRunningError,
  ProtocolError,
  RemoteError,
} from "../../client/mod.ts";
import { pause } from "../../context/mod.ts";
import type { WatchFilter } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { UnsupportedError } from "../shell/errors.ts";
import { followEvents } from "./follow_events.ts";
import { Outlast } from "./outlast.ts";

/** Time without an event after which to look again, in milliseconds: silence is no event. */
const SILENT_MS = 60_000;
/**
 * Time after an event at which to look once more, in milliseconds: by then the daemon has read the
 * transcript.
 */
const SETTLED_MS = 5_000;

/** Sessions, and how often to look at them. */
export interface ChangesOptions {
  filter: Pick<WatchFilter, "workspace" | "session">;
  /** Shortest time between two looks, in milliseconds. */
  gapMs: number;
  /** How often to look with a daemon that sends no events, in milliseconds. */
  pollMs: number;
  /** On the clock of `performance.now()`, in milliseconds; null: never. */
  end?: number | null;
  /** Ends the moments. */
  signal: AbortSignal;
}

/** A moment at which sessions may have changed. */
export interface ChangeMoment {
  /** Whether the end has come, after which there is no other moment. */
  isLate: boolean;
  /** Runs the look at the sessions, which may find no daemon. */
  outlast: Outlast;
}

/**
 * Yields whenever sessions may have changed: at once, then after their events, which our daemon
 * sends as they are stored. Another daemon, and one that has too many clients, is asked again and
 * again. Starts no daemon, and waits while none is running.
 */
export async function* changesOf(
  options: ChangesOptions,
  { context, settings }: Run,
): AsyncGenerator<ChangeMoment, void> {
  const run = { context, settings: { ...settings, mayStart: false } };
  try {
    return yield* pushed(options, run);
  } catch (error) {
    if (!isPollable(error)) throw error;
  }
  yield* polled(options, run);
}

/** Whether a daemon that does not send events may still answer. */
function isPollable(error: unknown): boolean {
  return error instanceof UnsupportedError || error instanceof ProtocolError ||
    error instanceof RemoteError || error instanceof NotRunningError;
}

async function* pushed(
  { filter, gapMs, end = null, signal }: ChangesOptions,
  run: Run,
): AsyncGenerator<ChangeMoment, void> {
  const stop = new AbortController();
  const news = new News(followEvents(
    { type: "watch_events", last: 0, follow: true, filter },
    run,
    AbortSignal.any([signal, stop.signal]),
  ));
  // A stopped daemon ends the watch, too, which informs the user.
  const outlast = new Outlast(run, { isQuiet: true });
  try {
    for (let quietMs = SILENT_MS; !signal.aborted;) {
      const isNews = await news.wait(left(quietMs, end), signal);
      if (signal.aborted) return;
      quietMs = isNews ? SETTLED_MS : SILENT_MS;
      const isLate = left(1, end) === 0;
      yield { isLate, outlast };
      if (isLate) return;
      await pause(left(gapMs, end), signal);
    }
  } finally {
    stop.abort();
    await news.ended;
  }
}

async function* polled(
  { pollMs, end = null, signal }: ChangesOptions,
  run: Run,
): AsyncGenerator<ChangeMoment, void> {
  const outlast = new Outlast(run);
  while (!signal.aborted) {
    const isLate = left(1, end) === 0;
    yield { isLate, outlast };
    if (isLate) return;
    await pause(left(pollMs, end), signal);
  }
}

/** Returns the time to wait, in milliseconds: at most `ms`, and not after the end. */
function left(ms: number, end: number | null): number {
  return end === null ? ms : Math.max(0, Math.min(ms, end - performance.now()));
}

/** Takes all answers as they come, and remembers that there were some. */
class News {
  /** Resolves when no more come. */
  readonly ended: Promise<void>;
  #isNews = false;
  #isOver = false;
  #fault: unknown = null;
  #wake = () => {};

  constructor(answers: AsyncIterable<unknown>) {
    this.ended = this.#listen(answers);
  }

  /**
   * Waits for answers.
   *
   * @param ms Maximum time, in milliseconds.
   * @returns Whether some have come since the last call.
   * @throws {unknown} The error that ended the answers.
   */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isNews && !this.#isOver) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      await pause(ms, AbortSignal.any([signal, woken.signal]));
    }
    if (this.#fault !== null) throw this.#fault;
    const isNews = this.#isNews;
    this.#isNews = false;
    return isNews;
  }

  async #listen(answers: AsyncIterable<unknown>): Promise<void> {
    try {
      for await (const _ of answers) {
        this.#isNews = true;
        this.#wake();
      }
    } catch (error) {
      this.#fault = error;
    }
    this.#isOver = true;
    this.#wake();
  }
}

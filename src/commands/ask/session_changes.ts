// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The moments at which a session may have changed.
 * @module
 */
import { pause } from "../../context/mod.ts";
import type { Run } from "../shell/cli.ts";
import { UnsupportedError } from "../shell/errors.ts";
import { followEvents } from "./follow_events.ts";

/** Time without an event after which to look again, in milliseconds: silence is no event. */
const SILENT_MS = 60_000;
/** How often to look with a daemon that sends no events, in milliseconds. */
const POLL_MS = 1_000;

/** A session, and when to end. */
export interface ChangesOptions {
  id: string;
  workspace: string | null;
  /** On the clock of `performance.now()`, in milliseconds; null: never. */
  end: number | null;
}

/**
 * Yields whenever a session may have changed: at once, then after its events, which our daemon
 * sends as they are stored. Another daemon is asked every second.
 *
 * @returns Yields whether the end has come, after which it yields no more.
 */
export async function* changesOf(
  { id, workspace, end }: ChangesOptions,
  run: Run,
): AsyncGenerator<boolean> {
  const stop = new AbortController();
  const answers = followEvents(
    {
      type: "watch_events",
      last: 0,
      follow: true,
      filter: { workspace, session: id },
    },
    run,
    stop.signal,
  );
  const left = (ms: number) =>
    end === null ? ms : Math.max(0, Math.min(ms, end - performance.now()));
  const isLate = () => end !== null && performance.now() >= end;
  try {
    let next = answers.next();
    while (true) {
      const look = new AbortController();
      const came = next.finally(() => look.abort());
      // A rejection is seen below.
      came.catch(() => {});
      await pause(left(SILENT_MS), look.signal);
      const late = isLate();
      if (look.signal.aborted) {
        if ((await came).done) break;
        next = answers.next();
      }
      yield late;
      if (late) return;
    }
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
  } finally {
    stop.abort();
    await answers.return(undefined).catch(() => {});
  }
  while (true) {
    const late = isLate();
    yield late;
    if (late) return;
    await pause(left(POLL_MS));
  }
}

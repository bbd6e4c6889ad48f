// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Waits until a session gets somewhere.
 * @module
 */
import { ask, TimedOutError } from "../../client/mod.ts";
import { formatDuration } from "../../output/mod.ts";
import type { ActivityState, SessionRecord } from "../../proto/mod.ts";
import { clientOptions, READ_TIMEOUT_MS } from "../ask/ask.ts";
import { changesOf } from "../ask/session_changes.ts";
import { locateSession } from "../ask/find_session.ts";
import type { Run } from "../shell/cli.ts";
import { NotFoundError } from "../shell/errors.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import { printNote } from "../shell/print.ts";
import { OUTCOMES, type SessionOutcome, type WaitOptions } from "./options.ts";
import { printResult } from "./print.ts";
import { runCommand } from "./run_command.ts";

/** How often to look with a daemon that sends no events, in milliseconds. */
const POLL_MS = 1_000;
/** Sessions of one page, where several have ids that begin with the whole id of one. */
const PAGE_ROWS = 100;

const OF_ACTIVITY = {
  working: null,
  tool: null,
  needs_permission: "needs",
  needs_answer: "needs",
  idle: "idle",
  // No event came for so long that it is taken to have died.
  silent: "ended",
  failed: "failed",
  ended: "ended",
} as const satisfies Record<ActivityState, SessionOutcome | null>;

/** The reference's daemon sends only the status. */
const OF_STATUS = {
  Running: null,
  Waiting: "needs",
  Idle: "idle",
  Done: "ended",
} as const satisfies Record<SessionRecord["status"], SessionOutcome | null>;

/**
 * Waits, prints what the session has got to, and runs the user's command.
 *
 * @returns The exit code of the outcome, or that of a wait that took too long.
 * @throws {NotFoundError} If there is no such session, or none any more.
 */
export async function runWait(
  { timeoutMs, until, exec, ...asked }: WaitOptions,
  { context, settings }: Run,
): Promise<ExitCode> {
  const end = timeoutMs === null ? null : performance.now() + timeoutMs;
  const run = { context, settings: { ...settings, end } };
  let session: SessionRecord | null = null;
  try {
    const { id, workspace } = await locateSession(asked, run);
    const changes = changesOf({
      filter: { workspace, session: id },
      gapMs: 0,
      pollMs: POLL_MS,
      end,
      signal: new AbortController().signal,
    }, run);
    for await (const { isLate, outlast } of changes) {
      // No time is left for another look.
      const read: SessionRecord | null = isLate
        ? null
        : await outlast.try((run) => readSession(id, workspace, run));
      session = read ?? session;
      const outcome = session && outcomeOf(session);
      if (session !== null && outcome !== null && until.includes(outcome)) {
        await printResult({ outcome, session }, run);
        await runCommand(exec, { outcome, session }, run);
        return OUTCOMES[outcome];
      }
    }
  } catch (error) {
    const isOver = error instanceof TimedOutError && end !== null &&
      Math.ceil(performance.now()) >= end;
    if (!isOver) throw error;
    await printNote(run, error.message);
  }
  if (timeoutMs !== null && settings.format === "text") {
    const within = formatDuration(timeoutMs);
    await printNote(
      run,
      `the session got to none of these within ${within}: ${until.join(", ")}`,
    );
  }
  await printResult({ outcome: "timeout", session }, run);
  return EXIT.waitedTooLong;
}

function outcomeOf({ activity, status }: SessionRecord): SessionOutcome | null {
  return activity === undefined
    ? OF_STATUS[status]
    : OF_ACTIVITY[activity.state];
}

/** Reads a session's record. */
async function readSession(
  id: string,
  workspace: string | null,
  run: Run,
): Promise<SessionRecord> {
  for (let offset = 0;;) {
    const { rows, next_offset } = await ask({
      type: "list_sessions",
      workspace: workspace ?? "",
      offset,
      limit: PAGE_ROWS,
      filter: { id_prefix: id, any_workspace: workspace === null },
    }, clientOptions(run, READ_TIMEOUT_MS));
    const session = rows.find((row) => row.id === id);
    if (session !== undefined) return session;
    if (next_offset === null || Number(next_offset) <= offset) break;
    offset = Number(next_offset);
  }
  throw new NotFoundError(
    `There is no session "${id}" any more`,
    "sessions --all-workspaces",
  );
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Computes the activity of a session.
 * @module
 */
import type {
  ActivityState,
  Int,
  SessionActivity,
  SessionStatus,
} from "../proto/mod.ts";
import { addInts } from "./_int.ts";
import { seenAt, summaryOf, toolOf } from "./call_state.ts";
import { isRunning } from "./deadlines.ts";
import { compareMoments, isBefore, type Moment } from "./moment.ts";
import {
  endMsOf,
  type PendingRequest,
  type SessionState,
} from "./session_state.ts";
import { newThread, type ThreadState } from "./thread_state.ts";
import { isQuestionTool } from "./tools.ts";

/** The status of a session in the protocol, and its activity. */
export interface SessionStanding {
  readonly status: SessionStatus;
  readonly activity: SessionActivity;
}

/**
 * A session that works or waits for its user is silent after this time without an event, in
 * milliseconds.
 */
const SILENT_MS = 30 * 60 * 1000;
/** The same for a session with an open call, which may take hours. */
const SILENT_IN_CALL_MS = 12 * 60 * 60 * 1000;
/** Prefix of the ids of sessions of git's hooks. No agent works in them. */
const GIT_PREFIX = "git:";

const STATUSES = {
  needs_permission: "Waiting",
  needs_answer: "Waiting",
  tool: "Running",
  working: "Running",
  idle: "Idle",
  failed: "Idle",
  silent: "Idle",
  ended: "Done",
} as const satisfies Record<ActivityState, SessionStatus>;

/** Whether a session belongs to git's hooks. */
export function isGitSession(id: string): boolean {
  return id.startsWith(GIT_PREFIX);
}

/**
 * Returns the activity of a session: the most urgent one of its threads, and of equally urgent ones
 * the oldest.
 */
export function activityOf(state: SessionState): SessionStanding {
  const endMs = isGitSession(state.id) ? state.lastMs : endMsOf(state);
  if (endMs !== null) return standing("ended", endMs);
  return findNeed(state) ?? findCall(state) ?? findWork(state) ??
    findRest(state);
}

/**
 * Returns the time when a session becomes silent without another event: 30 minutes after the last
 * one, or 12 hours if a call is open.
 *
 * @returns Epoch milliseconds; null for a session that neither works nor waits.
 */
export function quietAt(state: SessionState): Int | null {
  const { status } = activityOf(state);
  if (status !== "Running" && status !== "Waiting") return null;
  const hasCall = state.open.some(({ whole }) => whole === null);
  return addInts(
    state.lastMs ?? 0,
    hasCall ? SILENT_IN_CALL_MS : SILENT_MS,
  );
}

/** Returns the activity of a session after {@linkcode quietAt}. */
export function silentActivity(state: SessionState): SessionStanding {
  return standing("silent", state.lastMs ?? 0);
}

function standing(
  state: ActivityState,
  since_ms: Int,
  tool: string | null = null,
  message: string | null = null,
): SessionStanding {
  return {
    status: STATUSES[state],
    activity: { state, since_ms, tool, message },
  };
}

/** Keeps the oldest candidate. */
class Oldest {
  #at: Moment | null = null;
  #found: SessionStanding | null = null;

  get found(): SessionStanding | null {
    return this.#found;
  }

  offer(
    at: Moment,
    state: ActivityState,
    tool: string | null = null,
    message: string | null = null,
  ): void {
    if (this.#at !== null && compareMoments(this.#at, at) <= 0) return;
    this.#at = at;
    this.#found = standing(state, at[0], tool, message);
  }
}

function findNeed(state: SessionState): SessionStanding | null {
  const oldest = new Oldest();
  for (const request of state.requests) {
    const { at, kind } = request;
    // Claude Code also asks to allow a question.
    const isQuestion = kind === "question" ||
      kind === "permission" && isQuestionTool(request.tool);
    const [tool, message] = describe(state, request);
    const need = isQuestion ? "needs_answer" : "needs_permission";
    oldest.offer(at, need, tool, message);
  }
  for (const call of state.open) {
    const tool = toolOf(call);
    if (call.whole === null && isQuestionTool(tool)) {
      oldest.offer(seenAt(call), "needs_answer", tool, summaryOf(call));
    }
  }
  return oldest.found;
}

function describe(
  { open }: SessionState,
  { key, tool, message }: PendingRequest,
): readonly [tool: string | null, message: string | null] {
  const call = open.find((one) => one.key === key);
  if (call === undefined) return [tool, message];
  return [
    tool ?? toolOf(call),
    (tool === null ? summaryOf(call) : null) ?? message ?? summaryOf(call),
  ];
}

function findCall(state: SessionState): SessionStanding | null {
  const oldest = new Oldest();
  for (const call of state.open) {
    if (call.whole !== null) continue;
    oldest.offer(seenAt(call), "tool", toolOf(call), summaryOf(call));
  }
  return oldest.found;
}

function findWork(state: SessionState): SessionStanding | null {
  const oldest = new Oldest();
  const { said } = mainOf(state);
  if (
    said !== null && (lastOf(mainOf(state))?.[1] === "working" ||
      said[1] === "idle" && goesOn(state, said[0]))
  ) oldest.offer(said[0], "working");
  for (const thread of Object.values(state.threads)) {
    if (thread.id === "" || !isRunning(state, thread)) continue;
    const at = lastOf(thread)?.[0] ?? thread.lastStart;
    if (at !== null) oldest.offer(at, "working");
  }
  return oldest.found;
}

/** Whether the end of the turn named background work that has not stopped since. */
function goesOn(
  { background, threads }: SessionState,
  turnEnd: Moment,
): boolean {
  if (background === null) return false;
  const { at, ids } = background;
  if (compareMoments(at, turnEnd) !== 0) return false;
  return Object.keys(ids).some((id) => {
    const { stop = null } = threads[id] ?? {};
    return !isBefore(at, stop);
  });
}

/**
 * Returns the last known activity of a thread. A notification does not end what the end of the
 * turn has left running, so it is kept apart.
 */
function lastOf({ said, idled }: ThreadState): ThreadState["said"] {
  if (idled === null || said !== null && !isBefore(said[0], idled)) return said;
  return [idled, "idle", null];
}

function findRest(state: SessionState): SessionStanding {
  const said = lastOf(mainOf(state));
  if (said === null) return standing("working", state.lastMs ?? 0);
  const [at, saying, message] = said;
  return saying === "failed"
    ? standing("failed", at[0], null, message)
    : standing("idle", at[0]);
}

function mainOf({ threads }: SessionState) {
  return threads[""] ?? newThread("");
}

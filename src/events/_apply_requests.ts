// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Applies one event to the requests to the user.
 * @module
 */
import type { Draft } from "./_draft.ts";
import {
  addSettled,
  judgeRequest,
  matchRequest,
  pendingOf,
  rebuildRequests,
  type RequestsNow,
} from "./_requests.ts";
import type { Facts } from "./facts.ts";
import type { Mark } from "./marks.ts";
import { isBefore, laterOf } from "./moment.ts";
import {
  hasSettled,
  type SessionState,
  type Settled,
} from "./session_state.ts";

/** The input of an event beside its facts. */
export interface Circumstances {
  /** Whether a later event that matters to calls has already arrived. */
  readonly isLate: boolean;
  readonly marks: readonly Mark[];
}

/** The input of an event that may change requests. */
interface RequestCircumstances extends Circumstances {
  readonly mark: Mark | null;
  /** The key of the event's call. */
  readonly key: string | null;
  readonly isAgain: boolean;
}

export function applyRequests(
  draft: Draft,
  state: SessionState,
  facts: Facts,
  { isLate, mark, marks, key, isAgain }: RequestCircumstances,
): RequestsNow {
  const { at, thread, meaning, call } = facts;
  const { requests: old } = state;
  let settled = settledSince(draft, state);
  const kind = mark?.[0];
  const asks = kind === "permission" || kind === "notice" ||
    kind === "question";
  const matters = mark !== null || call !== null ||
    meaning === "subagent_start";
  const isOdd = isLate || isAgain;
  if (!asks && old.length === 0 && (!hasSettled(settled) || !isOdd)) {
    return { requests: old, settled };
  }
  const own = key === null ? null : draft.find(key);
  const isHard = matters && isOdd || asks && draft.spilled !== null ||
    own !== null && own.start === null && own.end !== null;
  if (isHard) return rebuildRequests(draft.readAll(marks), draft);
  const requests = [...old];
  if (kind === "notice" && isAsked(old)) {
    settled = addSettled(settled, { at, thread });
  } else if (asks && mark !== null) {
    requests.push(pendingOf(mark, matchRequest(mark, draft.open)));
  }
  const pending = requests.filter((request) => {
    const standing = judgeRequest(request, {
      times: draft,
      threadOf: (id) => draft.thread(id),
      call: request.key === null ? null : draft.find(request.key),
    });
    if (standing === "settled") settled = addSettled(settled, request);
    return standing === "pending";
  });
  return { requests: pending, settled };
}

/** Returns the settled requests that are later than the last halt of their threads. */
function settledSince(draft: Draft, { settled }: SessionState): Settled {
  const { own, others } = settled;
  const turn = laterOf(draft.thread("").halt, draft.end);
  const isPast = isBefore(own, turn) || isBefore(others, draft.end);
  if (!isPast) return settled;
  return {
    own: isBefore(own, turn) ? null : own,
    others: isBefore(others, draft.end) ? null : others,
  };
}

/** Whether a request to allow a call is pending. */
function isAsked(requests: SessionState["requests"]): boolean {
  return requests.some(({ kind, key }) => kind !== "question" && key !== null);
}

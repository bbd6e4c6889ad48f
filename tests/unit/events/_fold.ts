// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions made of events in memory, as the daemon makes them in its store.
 * @module
 */
import {
  applyFacts,
  type CallRow,
  decodeState,
  encodeState,
  newSessionState,
  outlineCalls,
  printCalls,
  printSession,
  readHookEvent,
  type SessionState,
} from "../../../src/events/mod.ts";
import type { RequestOf } from "../../../src/proto/mod.ts";

interface Folded {
  state: SessionState;
  rows: Map<string, string>;
  ids: Set<string>;
}

/** Sessions by their ids. */
export class Fold {
  readonly sessions = new Map<string, Folded>();
  readonly #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  /** Applies an event, once. */
  ingest({ source, payload }: RequestOf<"ingest_hook">): void {
    const event = readHookEvent(source, payload, this.#nowMs);
    const { sessionId, facts } = event;
    const session = this.sessions.get(sessionId) ?? {
      state: newSessionState(sessionId),
      rows: new Map<string, string>(),
      ids: new Set<string>(),
    };
    this.sessions.set(sessionId, session);
    const { id, known } = event.identity;
    const ids = known === null ? [] : [...known.range, known.own];
    if (ids.some((one) => session.ids.has(one))) return;
    if (id !== null) session.ids.add(id);
    const { state, rows, removed } = applyFacts(session.state, facts, {
      get: (key) => session.rows.get(key) ?? null,
      all: () => rowsOf(session),
    });
    // As it is after it has been stored.
    session.state = decodeState(encodeState(state));
    for (const key of removed) session.rows.delete(key);
    for (const { key, body } of rows) session.rows.set(key, body);
  }

  /** The session's record as it is now. */
  record(id: string, workspace: string): unknown {
    const { state } = this.#find(id);
    const { record, told, live, quiet, quietMs } = printSession(
      state,
      workspace,
    );
    const isQuiet = quietMs !== null && Number(quietMs) <= this.#nowMs;
    return JSON.parse(record + told + (isQuiet ? quiet : live));
  }

  /** The tree of its spans. */
  spans(id: string): unknown {
    const session = this.#find(id);
    const steps = outlineCalls(session.state, rowsOf(session));
    let step = steps.next();
    while (!step.done) step = steps.next();
    const outline = step.value;
    const decoder = new TextDecoder();
    let text = "";
    for (
      const piece of printCalls(
        outline,
        (key) => session.rows.get(key) ?? "",
      )
    ) text += decoder.decode(piece);
    return JSON.parse(text);
  }

  #find(id: string): Folded {
    const session = this.sessions.get(id);
    if (session === undefined) throw new RangeError(`no session ${id}`);
    return session;
  }
}

function rowsOf({ rows }: Folded): CallRow[] {
  return [...rows].map(([key, body]) => ({ key, body }));
}

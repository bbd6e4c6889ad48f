// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions as the rules of `src/events` define them, and their rows in the store.
 * @module
 */
import {
  applyFacts,
  type ApplyOptions,
  decodeState,
  encodeState,
  type Facts,
  LateEventError,
  newSessionState,
  overviewOf,
  printSession,
  readStoredEvent,
  type SessionState,
  supersedeSession,
  wireSourceOf,
} from "../events/mod.ts";
import type { Int } from "../proto/mod.ts";
import type {
  CallChanges,
  EventSlot,
  NewEvent,
  SessionForm,
  SessionWrites,
  StoredSession,
} from "../store/mod.ts";

/** The parts of the store that {@linkcode SessionStates} need. */
export interface StatesStore {
  readonly sessions: Pick<
    SessionWrites,
    | "addCommit"
    | "append"
    | "byTrace"
    | "change"
    | "markStale"
    | "calls"
    | "unlisted"
  >;
  /** Returns the path of a workspace. */
  workspacePath(key: number): string;
}

/** The effect of an event on a session. */
export interface Applied extends CallChanges {
  readonly state: SessionState;
  /** Whether the event is a copy of one that is stored. */
  readonly duplicate: boolean;
}

/** An event to store, without its effect. */
type BareEvent = Omit<NewEvent, "form" | "rows" | "removed">;

/** Options of {@linkcode SessionStates}. */
export interface StatesOptions {
  /**
   * Maximum number of calls that a late event reads again, at 20 µs each. A session with more calls
   * becomes stale, and is rebuilt in steps.
   */
  maxLateCalls?: number | undefined;
}

const MAX_LATE_CALLS = 1000;

/** Reads sessions from their rows and writes them. Call its methods inside a transaction. */
export class SessionStates {
  readonly #store: StatesStore;
  readonly #maxLateCalls: number;
  /** Follows the store's memory: a session that is rolled back there has no state here. */
  readonly #states = new WeakMap<StoredSession | SessionForm, SessionState>();

  constructor(
    store: StatesStore,
    { maxLateCalls = MAX_LATE_CALLS }: StatesOptions = {},
  ) {
    this.#store = store;
    this.#maxLateCalls = maxLateCalls;
  }

  /** Returns the state of a session. */
  of(session: StoredSession | null, id: string): SessionState {
    if (session === null) return newSessionState(id);
    const name = session.form ?? session;
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const state = decodeState(session.state);
    this.#states.set(name, state);
    return state;
  }

  /** Notes the facts of a git event about its directory. */
  addCommit(
    place: Pick<StoredSession, "key" | "workspaceKey">,
    { at: [tsMs, , tie], commit, branch }: Facts,
  ): void {
    if (commit === null) return;
    const { sessions } = this.#store;
    sessions.addCommit(place, { tsMs, tie, commit, branch });
  }

  /**
   * Returns the effect of an event on a session.
   *
   * @throws {LateEventError} As `applyFacts` does.
   */
  apply(
    session: StoredSession | null,
    state: SessionState,
    facts: Facts,
    options: ApplyOptions,
  ): Applied {
    const { sessions } = this.#store;
    return applyFacts(state, facts, {
      get: (call) =>
        session === null ? null : sessions.calls.read(session, call),
      all: () => session === null ? [] : sessions.calls.all(session),
    }, options);
  }

  /** Stores an event, with its effect on its session unless that is stale. */
  add(place: EventSlot, facts: Facts, event: BareEvent): void {
    const { current, id } = place;
    if (current === null || !current.isStale) {
      const state = this.of(current, id);
      const applied = this.#tryApply(current, state, facts, {
        keepCopies: event.row !== undefined,
        maxLateCalls: this.#maxLateCalls,
      });
      if (applied !== null) {
        if (!applied.duplicate) this.#append(place, applied, event);
        else if (current !== null && applied.state !== state) {
          this.change(current, applied.state);
        }
        return;
      }
    }
    const { sessions } = this.#store;
    const stale = current && sessions.markStale(current);
    const nothing = { form: null, rows: [], removed: [] };
    sessions.append({ ...place, current: stale }, { ...event, ...nothing });
  }

  /** Returns null if the event is too late. */
  #tryApply(...args: Parameters<SessionStates["apply"]>): Applied | null {
    try {
      return this.apply(...args);
    } catch (error) {
      if (error instanceof LateEventError) return null;
      throw error;
    }
  }

  #append(place: EventSlot, applied: Applied, event: BareEvent): void {
    const { state, rows, removed } = applied;
    const form = this.#form(place.workspaceKey, state);
    const session = this.#store.sessions.append(place, {
      ...event,
      form,
      rows,
      removed,
    });
    const { current } = place;
    if (
      current?.trace !== session.trace || current.firstMs !== session.firstMs
    ) this.#settle(current?.trace ?? null, session.trace);
  }

  /** Writes the state of a session without a new event. */
  change(current: StoredSession, state: SessionState): void {
    const session = this.#write(current, state);
    this.#settle(current.trace, session.trace);
  }

  #write(current: StoredSession, state: SessionState): StoredSession {
    const form = this.#form(current.workspaceKey, state);
    return this.#store.sessions.change(current, form);
  }

  /** Applies the newest events before a crash, which came before the rows of their sessions. */
  takeIn(): void {
    const { sessions } = this.#store;
    for (const event of sessions.unlisted()) {
      const { place, head, payload } = event;
      const source = event.source ?? wireSourceOf(place.current?.agent ?? "");
      const facts = readStoredEvent(source, head, payload);
      this.add(place, facts, { ...event, source, tsMs: facts.at[0] });
    }
  }

  /** Of the sessions with one transcript, each continues at the end of the previous one. */
  #settle(...traces: readonly (string | null)[]): void {
    for (const trace of new Set(traces)) {
      if (trace === null) continue;
      const all = this.#store.sessions.byTrace(trace).sort(compareStarts);
      for (const [i, session] of all.entries()) {
        if (session.isStale) continue;
        const state = this.of(session, session.id);
        const next = supersedeSession(state, all[i + 1]?.firstMs ?? null);
        if (next !== state) this.#write(session, next);
      }
    }
  }

  #form(workspaceKey: number, state: SessionState): SessionForm {
    const { firstMs, lastMs, agent, tracePath } = overviewOf(state);
    const trace = tracePath === "" ? null : tracePath;
    const print = () => {
      const workspace = this.#store.workspacePath(workspaceKey);
      const { branch, ...texts } = printSession(state, workspace);
      return {
        ...texts,
        branch: branch === null ? null : JSON.stringify(branch),
        state: encodeState(state),
      };
    };
    const form = { firstMs, lastMs, agent, trace, print };
    this.#states.set(form, state);
    return form;
  }
}

function compareStarts(a: StoredSession, b: StoredSession): number {
  return compareInts(a.firstMs, b.firstMs) || (a.id < b.id ? -1 : 1);
}

function compareInts(a: Int, b: Int): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

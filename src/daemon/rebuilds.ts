// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Rebuilds sessions from their stored events, after a migration and after events were deleted.
 * Requested sessions come first, the others in the background, in steps that let events be stored.
 * @module
 */
import {
  compareMoments,
  type Facts,
  newSessionState,
  readStoredEvent,
  type SessionState,
  wireSourceOf,
} from "../events/mod.ts";
import {
  type EventTime,
  newestChanges,
  type Steps,
  type Store,
  type StoredSession,
  toCallChanges,
} from "../store/mod.ts";
import type { Pace } from "./pace.ts";
import type { SessionStates } from "./session_states.ts";

/** Time to read the events of one step, in milliseconds; its commit takes as long again. */
const STEP_MS = 2;
/** Number of events whose times one step reads. */
const TIMES_STEP = 128;
/** Late events during a rebuild start another pass, until this number of passes. */
const MAX_PASSES = 3;

/** The parts of {@linkcode Rebuilds}. */
export interface RebuildsOptions {
  store: Pick<Store, "cuts" | "sessions" | "stale">;
  states: SessionStates;
  pace: Pace;
  /** Ends the running rebuild; the rest is done after the next start. */
  signal: AbortSignal;
}

/** Rebuilds sessions. No session is rebuilt twice at the same time. */
export class Rebuilds {
  readonly #options: RebuildsOptions;
  readonly #running = new Map<number, Promise<void>>();
  #background: Promise<void> = Promise.resolve();
  #isStarted = false;

  constructor(options: RebuildsOptions) {
    this.#options = options;
  }

  /** Whether any session has to be rebuilt. */
  get isNeeded(): boolean {
    return this.#options.store.stale.count > 0;
  }

  /** Rebuilds all sessions in the background. Does nothing if that is under way. */
  start(onFault: (error: unknown) => void): void {
    if (!this.isNeeded || this.#isStarted) return;
    this.#isStarted = true;
    // After a fault the rest is rebuilt on request, or after the next start of the daemon.
    this.#background = this.all().then(() => {
      this.#isStarted = false;
    }, onFault);
  }

  /** Resolves when no rebuild in the background is under way. */
  async settled(): Promise<void> {
    await this.#background;
  }

  /** Rebuilds all sessions, one after the other. */
  async all(): Promise<void> {
    const { store, signal } = this.#options;
    while (!signal.aborted) {
      const key = store.stale.next();
      if (key === null) return;
      await this.#one(key);
    }
  }

  /** Rebuilds all sessions of a workspace, or those of one agent in it. */
  async workspace(key: number, agent: string | null = null): Promise<void> {
    if (!this.isNeeded) return;
    await this.some(this.#options.store.stale.ofWorkspace(key, agent));
  }

  /** Rebuilds these sessions, and those with the same transcript. */
  async some(keys: readonly number[]): Promise<void> {
    const { sessions } = this.#options.store;
    for (const key of keys) {
      const trace = sessions.byKey(key)?.trace ?? null;
      const others = trace === null ? [] : sessions.byTrace(trace);
      await this.#one(key);
      for (const it of others) if (it.isStale) await this.#one(it.key);
    }
  }

  #one(key: number): Promise<void> {
    const running = this.#running.get(key) ??
      this.#options.pace.run(this.#steps(key))
        .finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  *#steps(key: number): Steps<void> {
    const { store, signal } = this.#options;
    for (let pass = 1; !signal.aborted; pass++) {
      const session = store.sessions.byKey(key);
      if (!session?.isStale) return;
      yield* store.stale.clearCalls(key);
      yield* new Rebuild(session, this.#options).run(pass === MAX_PASSES);
    }
  }
}

/** The result of a step: more events to apply, events that have arrived meanwhile, or the end. */
type StepResult = "more" | "new" | "end";

/** One pass over a session's events, by time, so that no event is late. */
class Rebuild {
  readonly #key: number;
  readonly #options: RebuildsOptions;
  /**
   * How often the session had lost events before this began. If it loses more, this pass is
   * useless.
   */
  readonly #cuts: number;
  #state: SessionState;
  /** Number of events whose times are known. */
  #known = 0;

  constructor(session: StoredSession, options: RebuildsOptions) {
    this.#key = session.key;
    this.#options = options;
    this.#cuts = options.store.cuts.of(session.key);
    this.#state = newSessionState(session.id);
  }

  /**
   * Applies all events, unless the session is deleted or loses events.
   *
   * @param takesLate Whether to apply events that arrive late meanwhile; else they end the pass.
   */
  *run(takesLate: boolean): Steps<void> {
    const { store, signal } = this.#options;
    while (true) {
      const session = this.#session();
      if (session === null) return;
      const times = yield* this.#readTimes(session);
      const isLate = (times[0]?.ms ?? Infinity) < (this.#state.lastMs ?? 0);
      if (isLate && !takesLate) return;
      const facts = this.#readFacts(session, times);
      let result: StepResult;
      do {
        if (signal.aborted) return;
        result = store.stale.transact(() => this.#step(facts, session.lastSeq));
        yield;
      } while (result === "more");
      if (result === "end") return;
    }
  }

  /** Returns the session; null if it is deleted or has lost events. */
  #session(): StoredSession | null {
    const { cuts, sessions } = this.#options.store;
    return cuts.of(this.#key) === this.#cuts ? sessions.byKey(this.#key) : null;
  }

  /** Reads the times of the events that are not known yet, and sorts them. */
  *#readTimes(session: StoredSession): Steps<EventTime[]> {
    const { stale } = this.#options.store;
    const events = [...stale.events(session)];
    const times: EventTime[] = [];
    for (; this.#known < events.length; this.#known += TIMES_STEP) {
      const some = events.slice(this.#known, this.#known + TIMES_STEP);
      times.push(...stale.times(some));
      yield;
    }
    this.#known = events.length;
    return times.sort((a, b) => a.ms < b.ms ? -1 : a.ms > b.ms ? 1 : 0);
  }

  /** Reads events in the order of their moments. */
  *#readFacts(
    session: StoredSession,
    times: readonly EventTime[],
  ): Generator<Facts, void> {
    let group: Facts[] = [];
    for (const { key, ms } of times) {
      if (group[0] !== undefined && group[0].at[0] !== ms) {
        yield* group.sort((a, b) => compareMoments(a.at, b.at));
        group = [];
      }
      const event = this.#options.store.stale.readEvent(session.key, key);
      if (event === null) continue;
      const source = event.source ?? wireSourceOf(session.agent);
      group.push(readStoredEvent(source, event.head, event.payload));
    }
    yield* group.sort((a, b) => compareMoments(a.at, b.at));
  }

  /** Applies some events. @param lastSeq Number of the newest event in `facts`. */
  #step(facts: Iterator<Facts, void>, lastSeq: number): StepResult {
    const session = this.#session();
    if (session === null) return "end";
    const { states } = this.#options;
    for (const end = performance.now() + STEP_MS; performance.now() < end;) {
      const next = facts.next();
      if (next.done) {
        if (session.lastSeq !== lastSeq) return "new";
        states.change(session, this.#state);
        return "end";
      }
      this.#apply(session, next.value);
    }
    return "more";
  }

  #apply(session: StoredSession, facts: Facts): void {
    const { states, store } = this.#options;
    const applied = states.apply(session, this.#state, facts, {
      keepCopies: true,
    });
    store.sessions.calls.file(
      session.key,
      newestChanges(toCallChanges(applied)),
    );
    states.addCommit(session, facts);
    this.#state = applied.state;
  }
}

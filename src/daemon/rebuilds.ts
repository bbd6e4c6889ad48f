// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Rebuilds sessions from their stored events, after a migration and after events were deleted.
 * Requested sessions come first, the others in the background, in steps that let events be stored.
 * @module
 */
import {
  newSessionState,
  readStoredEvent,
  type SessionState,
  wireSourceOf,
} from "../events/mod.ts";
import type { Steps, Store, StoredSession } from "../store/mod.ts";
import type { Pace } from "./pace.ts";
import type { SessionStates } from "./session_states.ts";

/** Time to read the events of one step, in milliseconds; its commit takes as long again. */
const STEP_MS = 2;
/** Number of bytes of events after which a step ends, even if it was fast. */
const STEP_BYTES = 256 * 1024;

/** The parts of {@linkcode Rebuilds}. */
export interface RebuildsOptions {
  store: Pick<Store, "sessions" | "stale">;
  states: SessionStates;
  pace: Pace;
  /** Ends the running rebuild; the rest is done after the next start. */
  signal: AbortSignal;
}

/** Rebuilds sessions. No session is rebuilt twice at the same time. */
export class Rebuilds {
  readonly #options: RebuildsOptions;
  readonly #running = new Map<number, Promise<void>>();

  constructor(options: RebuildsOptions) {
    this.#options = options;
  }

  /** Whether any session has to be rebuilt. */
  get isNeeded(): boolean {
    return this.#options.store.stale.count > 0;
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
    while (!signal.aborted) {
      const session = store.sessions.byKey(key);
      if (!session?.isStale) return;
      yield* store.stale.clearCalls(key);
      yield* new Rebuild(session, this.#options).run();
    }
  }
}

/** One pass over a session's events. */
class Rebuild {
  readonly #key: number;
  readonly #options: RebuildsOptions;
  /**
   * How often the session had lost events before this began. If it loses more, this pass is
   * useless.
   */
  readonly #cuts: number;
  #state: SessionState;
  /** Keys of its events, and the number of those read. */
  #events: number[] = [];
  #done = 0;

  constructor(session: StoredSession, options: RebuildsOptions) {
    this.#key = session.key;
    this.#options = options;
    this.#cuts = options.store.sessions.cutsOf(session.key);
    this.#state = newSessionState(session.id);
  }

  /** Reads until no event is left, or until the session has lost events or is deleted. */
  *run(): Steps<void> {
    const { store, signal } = this.#options;
    while (!signal.aborted) {
      const isOver = store.stale.transact(() => this.#step());
      if (isOver) return;
      yield;
    }
  }

  /**
   * Reads some events.
   *
   * @returns Whether all events are read.
   */
  #step(): boolean {
    const { sessions, stale } = this.#options.store;
    const session = sessions.byKey(this.#key);
    if (session === null || sessions.cutsOf(this.#key) !== this.#cuts) {
      return true;
    }
    // More events may have arrived meanwhile.
    if (this.#done === this.#events.length) {
      this.#events = [...stale.events(session)];
    }
    const end = performance.now() + STEP_MS;
    for (let left = STEP_BYTES; left > 0 && performance.now() < end;) {
      const key = this.#events[this.#done];
      if (key === undefined) {
        this.#options.states.change(session, this.#state);
        return true;
      }
      this.#done++;
      left -= this.#read(session, key);
    }
    return false;
  }

  /**
   * Reads one event.
   *
   * @returns Its length.
   */
  #read(session: StoredSession, key: number): number {
    const { states, store } = this.#options;
    const event = store.stale.readEvent(session.key, key);
    if (event === null) return 0;
    const { head, payload } = event;
    const source = event.source ?? wireSourceOf(session.agent);
    const facts = readStoredEvent(source, head, payload);
    const applied = states.apply(session, this.#state, facts, true);
    store.sessions.fileCalls(session.key, applied);
    states.addCommit(session, facts);
    this.#state = applied.state;
    return head.length + payload.length;
  }
}

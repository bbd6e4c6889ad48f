// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Makes sessions anew of their stored events: after a migration, and where events were deleted.
 * What is asked for comes first, the rest in the background, in steps that let events pass.
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

/** How long the events of one step are read, in milliseconds; its commit takes as long again. */
const STEP_MS = 2;
/** Bytes of events after which a step ends, however fast it was. */
const STEP_BYTES = 256 * 1024;

/** What {@linkcode Rebuilds} need. */
export interface RebuildsOptions {
  store: Pick<Store, "sessions" | "stale">;
  states: SessionStates;
  pace: Pace;
  /** Ends what is under way; the rest is done after the next start. */
  signal: AbortSignal;
}

/** Rebuilds sessions; each is under way once at a time. */
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

  /** Rebuilds all, one after the other. */
  async all(): Promise<void> {
    const { store, signal } = this.#options;
    while (!signal.aborted) {
      const key = store.stale.next();
      if (key === null) return;
      await this.#one(key);
    }
  }

  /** Rebuilds all of a workspace, or those of one agent there. */
  async workspace(key: number, agent: string | null = null): Promise<void> {
    if (!this.isNeeded) return;
    await this.some(this.#options.store.stale.ofWorkspace(key, agent));
  }

  /** Rebuilds these, and those that have the same transcript. */
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

/** One reading of a session's events. */
class Rebuild {
  readonly #key: number;
  readonly #options: RebuildsOptions;
  /** How often it lost events before this began: when it loses more, all of this is of no use. */
  readonly #cuts: number;
  #state: SessionState;
  /** Keys of its events, and how many are read. */
  #events: number[] = [];
  #done = 0;

  constructor(session: StoredSession, options: RebuildsOptions) {
    this.#key = session.key;
    this.#options = options;
    this.#cuts = options.store.sessions.cutsOf(session.key);
    this.#state = newSessionState(session.id);
  }

  /** Reads until nothing is left, or the session has lost events or is deleted. */
  *run(): Steps<void> {
    const { store, signal } = this.#options;
    while (!signal.aborted) {
      const isOver = store.stale.transact(() => this.#step());
      if (isOver) return;
      yield;
    }
  }

  /** Reads some events; tells whether that was all. */
  #step(): boolean {
    const { sessions, stale } = this.#options.store;
    const session = sessions.byKey(this.#key);
    if (session === null || sessions.cutsOf(this.#key) !== this.#cuts) {
      return true;
    }
    // More may have come meanwhile.
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

  /** Reads one event; returns its length. */
  #read(session: StoredSession, key: number): number {
    const { states, store } = this.#options;
    const event = store.stale.readEvent(key);
    if (event === null) return 0;
    const { head, payload } = event;
    const source = event.source ?? wireSourceOf(session.agent);
    const facts = readStoredEvent(source, head, payload);
    const applied = states.apply(session.key, this.#state, facts, true);
    store.sessions.changeCalls(session.key, applied);
    states.addCommit(session, facts);
    this.#state = applied.state;
    return head.length + payload.length;
  }
}

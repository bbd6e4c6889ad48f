// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stores events: several in one transaction, each acknowledged after it is on disk.
 * @module
 */
import { type HookEvent, printEventHead } from "../events/mod.ts";
import type { HookSource } from "../proto/mod.ts";
import {
  isSqliteError,
  type SessionWrites,
  type Store,
  StoreError,
} from "../store/mod.ts";
import type { Arrival } from "./intake.ts";
import type { SessionStates } from "./session_states.ts";

/** The parts of the store that a {@linkcode Writer} needs. */
export interface WriterStore extends Pick<Store, "transact"> {
  readonly sessions: Pick<SessionWrites, "place">;
}

/** The parts of a {@linkcode Writer}. */
export interface WriterOptions {
  store: WriterStore;
  states: SessionStates;
  /** Receives each new event and the key of its session, in the transaction that stores it. */
  storing?: ((session: number, event: HookEvent) => void) | undefined;
  /** Receives each event that is stored, and the key of its session. */
  stored?: ((session: number, event: HookEvent) => void) | undefined;
  /** Returns the canonical path of an event's workspace. */
  workspaceOf: (arrival: Arrival) => string;
}

/** The result of storing one event: null if it is stored (or was before), else the error. */
export type WriteOutcome = unknown;

/** An event to be stored, and its index in the batch. */
interface Accepted {
  index: number;
  event: HookEvent;
  source: HookSource;
  workspace: string;
}

/** The one writer of the store. */
export class Writer {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /**
   * Stores a batch in one transaction. If one event cannot be stored, each event gets a transaction
   * of its own, so that this one fails alone. If the store fails, all events fail, nothing is
   * stored, and memory is unchanged.
   *
   * @returns One outcome for each event. Never throws.
   */
  ingest(batch: readonly Arrival[]): WriteOutcome[] {
    const outcomes: WriteOutcome[] = batch.map(() => null);
    const accepted = this.#acceptAll(batch, outcomes);
    if (accepted.length === 0) return outcomes;
    const failure = this.#store(accepted);
    if (failure === null) return outcomes;
    const goesOn = accepted.length > 1 && !isStoreFailure(failure);
    for (const one of accepted) {
      outcomes[one.index] = explain(goesOn ? this.#store([one]) : failure);
    }
    return outcomes;
  }

  /** Places the events; a request that is no event gets its outcome. */
  #acceptAll(
    batch: readonly Arrival[],
    outcomes: WriteOutcome[],
  ): Accepted[] {
    const accepted: Accepted[] = [];
    const { workspaceOf } = this.#options;
    // Adjacent events often name the same workspace, and a path cannot change its meaning between
    // them.
    const workspaces = new Map<string | null | undefined, string>();
    for (const [index, arrival] of batch.entries()) {
      try {
        // The workspace comes first: if it is no path, the reference does not look at the payload.
        const workspace = workspaces.get(arrival.workspace) ??
          workspaceOf(arrival);
        workspaces.set(arrival.workspace, workspace);
        const { source, read } = arrival;
        if ("failure" in read) throw read.failure;
        accepted.push({ index, workspace, source, event: read.event });
      } catch (error) {
        outcomes[index] = error;
      }
    }
    return accepted;
  }

  /**
   * Stores events in one transaction.
   *
   * @returns The error, or null if they are stored.
   */
  #store(events: readonly Accepted[]): unknown {
    const sessions: number[] = [];
    try {
      this.#options.store.transact(() => {
        for (const accepted of events) {
          const session = this.#storeOne(accepted);
          sessions.push(session);
          if (session > 0) this.#options.storing?.(session, accepted.event);
        }
      });
    } catch (error) {
      return error;
    }
    for (const [i, { event }] of events.entries()) {
      this.#options.stored?.(sessions[i] ?? 0, event);
    }
    return null;
  }

  /**
   * Stores an event, if it is not stored already.
   *
   * @returns The key of its session; 0 if the event is known.
   */
  #storeOne({ event, source, workspace }: Accepted): number {
    const { store: { sessions }, states } = this.#options;
    const { sessionId, identity: { id, known }, facts, tsMs, payload } = event;
    const place = sessions.place(workspace, sessionId, { known, tsMs });
    if (place === null) return 0;
    states.addCommit(place, facts);
    const head = printEventHead(event, place.seq);
    states.add(place, facts, { tsMs, source, head, payload, kaizenId: id });
    return place.key;
  }
}

function isStoreFailure(error: unknown): error is Error {
  return isSqliteError(error) || error instanceof StoreError;
}

function explain(failure: WriteOutcome): WriteOutcome {
  return isStoreFailure(failure)
    ? new Error(`Cannot store event: ${failure.message}`, { cause: failure })
    : failure;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stores events: several in one transaction, each acknowledged after it is on disk.
 * @module
 */
import {
  changeSession,
  type HookEvent,
  joinEventRecord,
  printEventHead,
  printSpanView,
  readHookEvent,
  replaySpanEvent,
  type SpanEvent,
  SpanProjector,
  type StoredSpanEvent,
} from "../events/mod.ts";
import type { RequestOf } from "../proto/mod.ts";
import {
  isSqliteError,
  type SessionWrites,
  type Store,
  StoreError,
  type TailEvent,
} from "../store/mod.ts";

/**
 * A longer payload is not read again to find spans, only for the paths of a span that is still
 * open; in bytes.
 */
const MAX_REPLAY_BYTES = 8 * 1024;
const NULL_PAYLOAD = new TextEncoder().encode("null");

/** The parts of the store that a {@linkcode Writer} needs. */
export interface WriterStore extends Pick<Store, "transact"> {
  readonly sessions: Pick<
    SessionWrites,
    "place" | "append" | "addSpans" | "tail"
  >;
}

/** The parts of a {@linkcode Writer}. */
export interface WriterOptions {
  store: WriterStore;
  /** Wall clock in epoch milliseconds. */
  now: () => number;
  /** Returns the canonical path of a request's workspace. */
  workspaceOf: (request: RequestOf<"ingest_hook">) => string;
}

/** The result of storing one event: null if it is stored (or was before), else the error. */
export type WriteOutcome = unknown;

/** An event to be stored, and its index in the batch. */
interface Accepted {
  index: number;
  event: HookEvent;
  workspace: string;
}

/** The one writer of the store, and the spans that are open. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #spans: SpanProjector;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#spans = new SpanProjector({
      hydrate: (sessionKey, limit) => this.#hydrate(sessionKey, limit),
    });
  }

  /**
   * Stores a batch in one transaction. If one event cannot be stored, each event gets a transaction
   * of its own, so that this one fails alone. If the store fails, all events fail, nothing is
   * stored, and memory is unchanged.
   *
   * @returns One outcome for each event. Never throws.
   */
  ingest(batch: readonly RequestOf<"ingest_hook">[]): WriteOutcome[] {
    const outcomes: WriteOutcome[] = batch.map(() => null);
    const accepted = this.#readAll(batch, outcomes);
    if (accepted.length === 0) return outcomes;
    const failure = this.#store(accepted);
    if (failure === null) return outcomes;
    const goesOn = accepted.length > 1 && !isStoreFailure(failure);
    for (const one of accepted) {
      outcomes[one.index] = explain(goesOn ? this.#store([one]) : failure);
    }
    return outcomes;
  }

  /** Forgets the spans of a session that was deleted. */
  forget(sessionKey: number): void {
    this.#spans.forget(sessionKey);
  }

  /** Reads the events; a request that is no event gets its outcome. */
  #readAll(
    batch: readonly RequestOf<"ingest_hook">[],
    outcomes: WriteOutcome[],
  ): Accepted[] {
    const accepted: Accepted[] = [];
    const { now, workspaceOf } = this.#options;
    // Adjacent events often name the same workspace, and a path cannot change its meaning between
    // them.
    const workspaces = new Map<string | null | undefined, string>();
    for (const [index, request] of batch.entries()) {
      try {
        // The workspace comes first: if it is no path, the reference does not look at the payload.
        const workspace = workspaces.get(request.workspace) ??
          workspaceOf(request);
        workspaces.set(request.workspace, workspace);
        const event = readHookEvent(request.source, request.payload, now());
        accepted.push({ index, workspace, event });
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
    try {
      this.#options.store.transact(() => {
        for (const event of events) this.#storeOne(event);
      });
      this.#spans.commit();
      return null;
    } catch (error) {
      this.#spans.rollback();
      return error;
    }
  }

  #storeOne({ event, workspace }: Accepted): void {
    const { sessions } = this.#options.store;
    const { sessionId, kaizenId } = event;
    const place = sessions.place(workspace, sessionId, kaizenId);
    if (place === null) return;
    const { key, workspaceKey, current, seq } = place;
    const changes = this.#spans.apply(
      {
        workspaceKey,
        sessionKey: key,
        sessionId,
        seq,
        lastSeq: seq - 1,
        tsMs: event.tsMs,
      },
      event.spanEvent,
      event.flushesSpans,
    );
    const spans = Map.groupBy(
      changes.map(({ sessionKey, row }) => ({
        sessionKey,
        row,
        view: printSpanView(row),
      })),
      ({ sessionKey }) => sessionKey,
    );
    sessions.append(place, {
      record: changeSession(current?.record ?? null, event, workspace),
      head: printEventHead(event, seq),
      payload: event.payload,
      kaizenId,
      spans: spans.get(key) ?? [],
    });
    spans.delete(key);
    for (const [other, some] of spans) sessions.addSpans(other, some);
  }

  /** Returns the newest events of a session in the form that spans need, oldest first. */
  #hydrate(sessionKey: number, limit: number): StoredSpanEvent[] {
    const events: StoredSpanEvent[] = [];
    const tail = this.#options.store.sessions.tail(sessionKey, {
      limit,
      maxPayload: MAX_REPLAY_BYTES,
    });
    for (const stored of tail) {
      const event = stored.payload === null
        ? replayLong(stored)
        : replaySpanEvent(joinEventRecord(stored.head, stored.payload));
      if (event !== null) events.push({ seq: stored.seq, event });
    }
    return events.reverse();
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

/**
 * Reads a long payload only if the event cannot be understood without it, or if its paths are
 * needed.
 */
function replayLong({ head, readPayload }: TailEvent): SpanEvent | null {
  const replay = () => replaySpanEvent(joinEventRecord(head, readPayload()));
  const event = replaySpanEvent(joinEventRecord(head, NULL_PAYLOAD)) ??
    replay();
  return event && { ...event, paths: () => replay()?.paths() ?? [] };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Handles requests that only our daemon knows: the size of the store, and deletion while events
 * keep arriving.
 * @module
 */
import { pause } from "../context/mod.ts";
import { encodeJson, type RequestOf } from "../proto/mod.ts";
import type { PruneResult, Steps, Store } from "../store/mod.ts";
import type { Pace } from "./pace.ts";
import type { Rebuilds } from "./rebuilds.ts";
import { type Reply, replyWith } from "./reply.ts";

/**
 * How long one request deletes, in milliseconds. After that it answers `done: false`, and the
 * client asks again.
 */
const PRUNE_MS = 1500;
/** Number of prunes that wait for their clients to ask again. Few clients prune at once. */
const MAX_PAUSED = 4;

/** A prune that goes on with the next request for the same. */
interface PausedPrune {
  steps: Steps<PruneResult>;
  /** What follows when the sessions that lost events are rebuilt. */
  rest: Steps<void>;
  /** Counts what was deleted since the last answer. */
  removed: PruneResult;
}

/** The parts of {@linkcode StoreJobs}. */
export interface StoreJobsOptions {
  store: Pick<
    Store,
    | "isSweepNeeded"
    | "prune"
    | "release"
    | "size"
    | "stats"
    | "sweep"
    | "sweepSpans"
  >;
  pace: Pace;
  rebuilds: Pick<Rebuilds, "all" | "isNeeded" | "settled" | "start">;
  /** Receives the fault of a rebuild after a prune. */
  onFault: (error: unknown) => void;
  canonical: (path: string) => string;
  /** Ends the running job; the rest is done after the next start. */
  signal: AbortSignal;
  /** How long one request deletes, in milliseconds. */
  pruneMs?: number;
}

/** Answers requests about the store itself. */
export class StoreJobs {
  readonly #options: StoreJobsOptions;
  /** By request. A prune that began again each time would never get through a large store. */
  readonly #paused = new Map<string, PausedPrune>();

  constructor(options: StoreJobsOptions) {
    this.#options = options;
  }

  /** Returns the size of the store. */
  stats(): Reply<"store"> {
    return replyWith({ type: "store", ...this.#options.store.stats() });
  }

  /**
   * Deletes sessions.
   *
   * @throws {RangeError} If the request would delete everything.
   */
  async prune(request: RequestOf<"store_prune">): Promise<Reply<"store">> {
    const { store, pruneMs = PRUNE_MS } = this.#options;
    if (
      (request.before_ms ?? null) === null && (request.session ?? null) === null
    ) {
      throw new RangeError(
        'Cannot prune store: neither "before_ms" nor "session" is given',
      );
    }
    const key = encodeJson(request);
    const job = this.#paused.get(key) ?? this.#begin(request);
    this.#paused.delete(key);
    // A client may take the first answer of a count for all of it.
    const done = request.dry_run === true
      ? await this.#runSome(job.steps, Infinity)
      : await this.#delete(job, pruneMs);
    const { sessions, events } = job.removed;
    if (!done) {
      Object.assign(job.removed, { sessions: 0, events: 0 });
      this.#pause(key, job);
    }
    return replyWith({
      type: "store",
      ...store.size(),
      removed_sessions: sessions,
      removed_events: events,
      done,
    });
  }

  #begin(request: RequestOf<"store_prune">): PausedPrune {
    const { store, canonical } = this.#options;
    const { before_ms, session, workspace, dry_run } = request;
    const removed = { sessions: 0, events: 0 };
    const steps = store.prune({
      beforeMs: before_ms ?? null,
      session: session ?? null,
      workspace: typeof workspace === "string" ? canonical(workspace) : null,
      dryRun: dry_run === true,
    }, removed);
    return { steps, rest: store.release(), removed };
  }

  /**
   * Deletes, rebuilds the sessions that lost events, as their rows still have texts of these, and
   * releases the space.
   *
   * @returns Whether all is done.
   */
  async #delete({ steps, rest }: PausedPrune, ms: number): Promise<boolean> {
    const { rebuilds, onFault, signal } = this.#options;
    const deadline = performance.now() + ms;
    const leftMs = () => Math.max(0, deadline - performance.now());
    if (!(await this.#runSome(steps, leftMs()))) return false;
    rebuilds.start(onFault);
    const end = new AbortController();
    const isOver = await Promise.race([
      rebuilds.settled().then(() => false),
      pause(leftMs(), AbortSignal.any([signal, end.signal])).then(() => true),
    ]);
    end.abort();
    return !isOver && await this.#runSome(rest, leftMs());
  }

  #pause(key: string, job: PausedPrune): void {
    this.#paused.set(key, job);
    const [oldest] = this.#paused.keys();
    if (this.#paused.size > MAX_PAUSED && oldest !== undefined) {
      this.#paused.delete(oldest);
    }
  }

  /** Deletes sessions without activity since a time in epoch milliseconds. */
  async pruneBefore(beforeMs: number): Promise<void> {
    const { signal, pruneMs = PRUNE_MS } = this.#options;
    const job = this.#begin({ type: "store_prune", before_ms: beforeMs });
    let isDone = false;
    while (!isDone && !signal.aborted) {
      isDone = await this.#delete(job, pruneMs);
    }
  }

  /** Completes the work that was left undone at the last stop: a prune, a migration. */
  async goOn(): Promise<void> {
    const { store, rebuilds } = this.#options;
    const isLeft = store.isSweepNeeded || rebuilds.isNeeded;
    await this.#runSome(store.sweep(), Infinity);
    await rebuilds.all();
    await this.#runSome(store.sweepSpans(), Infinity);
    if (isLeft) await this.#runSome(store.release(), Infinity);
  }

  /**
   * Runs steps until they end, the time is over or the daemon stops.
   *
   * @returns Whether they ended.
   */
  async #runSome(
    steps: Steps<PruneResult | void>,
    ms: number,
  ): Promise<boolean> {
    const { pace, signal } = this.#options;
    const deadline = performance.now() + ms;
    return await pace.run((function* () {
      // Not `for`, which would end the steps for good when it is left.
      for (let step = steps.next(); !step.done; step = steps.next()) {
        if (signal.aborted || performance.now() > deadline) return false;
        yield;
      }
      return true;
    })());
  }
}

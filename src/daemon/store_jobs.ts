// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Handles requests that only our daemon knows: the size of the store, and deletion while events
 * keep arriving.
 * @module
 */
import type { RequestOf } from "../proto/mod.ts";
import type { PruneResult, Steps, Store } from "../store/mod.ts";
import type { Pace } from "./pace.ts";
import type { Rebuilds } from "./rebuilds.ts";
import { type Reply, replyWith } from "./reply.ts";

/**
 * How long one request deletes, in milliseconds. After that it answers `done: false`, and the
 * client asks again.
 */
const PRUNE_MS = 1500;

/** The parts of {@linkcode StoreJobs}. */
export interface StoreJobsOptions {
  store: Store;
  pace: Pace;
  rebuilds: Rebuilds;
  canonical: (path: string) => string;
  /** Ends the running job; the rest is done after the next start. */
  signal: AbortSignal;
}

/** Answers requests about the store itself. */
export class StoreJobs {
  readonly #options: StoreJobsOptions;

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
    const { store, canonical } = this.#options;
    const { before_ms, session, workspace, dry_run } = request;
    if ((before_ms ?? null) === null && (session ?? null) === null) {
      throw new RangeError(
        'Cannot prune store: neither "before_ms" nor "session" is given',
      );
    }
    const removed = { sessions: 0, events: 0 };
    const done = await this.#runSome(
      store.prune({
        beforeMs: before_ms ?? null,
        session: session ?? null,
        workspace: typeof workspace === "string" ? canonical(workspace) : null,
        dryRun: dry_run === true,
      }, removed),
      // A count that is cut short could not be resumed.
      dry_run === true ? Infinity : PRUNE_MS,
    );
    return replyWith({
      type: "store",
      ...store.size(),
      removed_sessions: removed.sessions,
      removed_events: removed.events,
      done,
    });
  }

  /** Deletes sessions without activity since a time in epoch milliseconds. */
  async pruneBefore(beforeMs: number): Promise<void> {
    const query = { beforeMs, session: null, workspace: null, dryRun: false };
    await this.#runSome(this.#options.store.prune(query), Infinity);
  }

  /** Completes the work that was left undone at the last stop: a prune, a migration. */
  async goOn(): Promise<void> {
    const { store, rebuilds } = this.#options;
    await this.#runSome(store.sweep(), Infinity);
    await rebuilds.all();
    await this.#runSome(store.sweepSpans(), Infinity);
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
      for (const _ of steps) {
        if (signal.aborted || performance.now() > deadline) return false;
        yield;
      }
      return true;
    })());
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Requests that only our daemon knows: how full the store is, and deleting from it while events keep coming.
 * @module
 */
import type { RequestOf } from "../proto/mod.ts";
import type { PruneResult, Steps, Store } from "../store/mod.ts";
import type { Pace } from "./pace.ts";
import { type Reply, replyWith } from "./reply.ts";

/** How long one request deletes; then it answers `done: false`, and the client asks again. */
const PRUNE_MS = 1500;

/** What {@linkcode StoreJobs} need. */
export interface StoreJobsOptions {
  store: Store;
  pace: Pace;
  canonical: (path: string) => string;
  /** Is told the key of each session that is deleted. */
  forget: (sessionKey: number) => void;
  /** Ends what is under way; the rest is done after the next start. */
  signal: AbortSignal;
}

/** Answers requests about the store itself. */
export class StoreJobs {
  readonly #options: StoreJobsOptions;

  constructor(options: StoreJobsOptions) {
    this.#options = options;
  }

  /** Tells how full the store is. */
  stats(): Reply<"store"> {
    return replyWith({ type: "store", ...this.#options.store.stats() });
  }

  /**
   * Deletes sessions.
   *
   * @throws {RangeError} If the request would delete all there is.
   */
  async prune(request: RequestOf<"store_prune">): Promise<Reply<"store">> {
    const { store, canonical, forget } = this.#options;
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
        onRemoved: forget,
      }, removed),
      // A count that is cut short could not be gone on with.
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

  /** Goes on with what a prune before the last stop left undone. */
  async sweep(): Promise<void> {
    await this.#runSome(this.#options.store.sweep(), Infinity);
  }

  /** Runs steps until they end, the time is over or the daemon stops; tells whether they ended. */
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

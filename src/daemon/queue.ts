// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The queue of requests: first come, first served. Events next to each other are handled together.
 * @module
 */
import type { Arrival } from "./intake.ts";
import { nextTurn } from "./pace.ts";
import type { Reply } from "./reply.ts";

/** Maximum number of events in one transaction; the first one waits for the last. */
export const MAX_BATCH_EVENTS = 256;
/** Total length of payloads, in characters, from which no event is added to a transaction. */
const MAX_BATCH_CHARS = 2 * 1024 * 1024;

/** A job that is answered in its turn: an event, or a function that runs then. Neither rejects. */
export type Job =
  | { ingest: Arrival }
  | { run: () => Promise<Reply> };

interface Waiting {
  job: Job;
  answer: (reply: Reply) => void;
}

/** The parts of a {@linkcode JobQueue}. */
export interface QueueOptions {
  /** Maximum number of jobs that wait. */
  maxJobs: number;
  /** Answers adjacent events, in their order; never throws. */
  ingest: (batch: readonly Arrival[]) => readonly Reply[];
}

/** Answers jobs in the order in which they arrive. */
export class JobQueue {
  readonly #options: QueueOptions;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<Promise<void>>();
  #room = Promise.withResolvers<void>();
  #depth = 0;
  #turning: Promise<void> | null = null;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Number of jobs that are not answered. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether another job may be added. */
  get hasRoom(): boolean {
    return this.#waiting.length < this.#options.maxJobs;
  }

  /** Resolves when a job may be added. */
  async room(): Promise<void> {
    while (!this.hasRoom) await this.#room.promise;
  }

  /** Adds a job; resolves with its answer. */
  add(job: Job): Promise<Reply> {
    this.#depth++;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const answer = (reply: Reply) => {
      this.#depth--;
      resolve(reply);
    };
    this.#waiting.push({ job, answer });
    this.#turning ??= this.#turn();
    return promise;
  }

  /** Resolves when all jobs that have begun before are answered. */
  async begun(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Resolves when no job is left. */
  async idle(): Promise<void> {
    while (this.#turning !== null || this.#running.size > 0) {
      await this.#turning;
      await this.begun();
    }
  }

  /**
   * Handles the jobs that wait, with a turn of the event loop before each step, in which more
   * events can join.
   */
  async #turn(): Promise<void> {
    while (this.#waiting.length > 0) {
      await nextTurn();
      const batch = this.#takeBatch();
      if (batch.length > 0) this.#ingest(batch);
      else this.#begin();
      this.#room.resolve();
      this.#room = Promise.withResolvers();
    }
    this.#turning = null;
  }

  /** Takes the events at the head of the queue. */
  #takeBatch(): { arrival: Arrival; answer: Waiting["answer"] }[] {
    const batch = [];
    let chars = 0;
    for (const { job, answer } of this.#waiting) {
      if (!("ingest" in job) || batch.length === MAX_BATCH_EVENTS) break;
      chars += job.ingest.chars;
      if (batch.length > 0 && chars > MAX_BATCH_CHARS) break;
      batch.push({ arrival: job.ingest, answer });
    }
    this.#waiting.splice(0, batch.length);
    return batch;
  }

  #ingest(
    batch: { arrival: Arrival; answer: Waiting["answer"] }[],
  ): void {
    const arrivals = batch.map(({ arrival }) => arrival);
    const replies = this.#options.ingest(arrivals);
    for (const [i, { answer }] of batch.entries()) {
      const reply = replies[i];
      if (reply !== undefined) answer(reply);
    }
  }

  #begin(): void {
    const next = this.#waiting.shift();
    if (next === undefined || !("run" in next.job)) return;
    const running = next.job.run().then(next.answer);
    this.#running.add(running);
    running.then(() => this.#running.delete(running));
  }
}

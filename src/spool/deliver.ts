// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Delivers the spool: one process at a time, in order. An event leaves the spool when it has been
 * acknowledged.
 * @module
 */
import { pause, retryInterrupted } from "../context/mod.ts";
import {
  type Attempts,
  MAX_ATTEMPTS,
  PATIENCE_MS,
  readAttempts,
  writeAttempts,
} from "./attempts.ts";
import { openNote, tryLock } from "./durable_file.ts";
import type { Fault } from "./faults.ts";
import type { Sender } from "./sender.ts";

/** How to deliver. */
export interface DeliverOptions {
  /** Ends the delivery between two events, and is passed to the sender. */
  signal?: AbortSignal | undefined;
  /** Stop before an event that is larger than this, in bytes. */
  maxBytes?: number | undefined;
  /** No user asked for this delivery: leave an event alone that failed a moment ago. */
  automatic?: boolean | undefined;
}

/**
 * Why a delivery ended. `busy`: another one is running; `waiting`: the first event failed a moment
 * ago; `later`: the daemon can store no event now, which counts against none.
 */
export type Stop =
  | "empty"
  | "busy"
  | "waiting"
  | "too big"
  | "failed"
  | "later"
  | "unreachable"
  | "aborted";

/** The result of a delivery. */
export interface DeliverReport {
  delivered: number;
  /** Events that this delivery set aside. */
  rejected: number;
  stopped: Stop;
  /** The reason as a text. */
  reason: string | null;
}

/** The parts of a spool that a delivery needs. */
export interface DeliverySource {
  readonly folder: string;
  readonly fault: Fault;
  now(): number;
  /**
   * Returns the names of the pending events, in order, after it has handled leftover files of
   * writers.
   */
  recoverPending(): string[];
  /** Returns the names of the pending events, in order. */
  listPending(): string[];
  /** Whether a dead writer may have left a file. */
  hasLeftovers(): boolean;
  /**
   * Returns an event's bytes. Returns null if it has gone, or if it cannot be read now; one that is
   * no event's file is renamed, so that it holds up no other.
   */
  read(name: string): Uint8Array | null;
  /** Explains why these bytes can never be delivered; null if they can. */
  whyInvalid(body: Uint8Array): string | null;
  remove(name: string): void;
  setAside(name: string, body: Uint8Array, reason: string): void;
}

const LOCK_NAME = ".lock";

/** Delivers what is pending until something stops it, including events that arrive meanwhile. */
export async function deliverPending(
  spool: DeliverySource,
  sender: Sender,
  options: DeliverOptions,
): Promise<DeliverReport> {
  const run = new DeliveryRun(spool, sender, options);
  let hasWork = run.hasPending() || spool.hasLeftovers();
  while (hasWork) {
    using lock = takeLock(spool);
    if (lock === null) return run.report("busy", "another delivery is on");
    const stop = await run.deliverAll();
    if (stop !== null) return stop;
    // A process that finds the lock taken leaves its event to the holder, so the holder must look
    // again after it has let go. Closing alone does not let go while a child that is just being
    // spawned has a copy of the descriptor.
    retryInterrupted(() => lock.unlockSync());
    lock.close();
    hasWork = run.hasPending();
  }
  return run.report("empty", null);
}

/** Takes the delivery lock; null if another process has it. */
export function takeLock(
  spool: Pick<DeliverySource, "folder" | "fault">,
): Deno.FsFile | null {
  const lock = openNote(`${spool.folder}/${LOCK_NAME}`);
  if (tryLock(lock)) {
    spool.fault("deliver:after-lock");
    return lock;
  }
  lock.close();
  return null;
}

class DeliveryRun {
  readonly #spool: DeliverySource;
  readonly #sender: Sender;
  readonly #options: DeliverOptions;
  readonly #signal: AbortSignal;
  #delivered = 0;
  #rejected = 0;
  /** Names that this delivery has passed over, because their files could not be read. */
  readonly #passed = new Set<string>();

  constructor(spool: DeliverySource, sender: Sender, options: DeliverOptions) {
    this.#spool = spool;
    this.#sender = sender;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  report(stopped: Stop, reason: string | null): DeliverReport {
    return {
      delivered: this.#delivered,
      rejected: this.#rejected,
      stopped,
      reason,
    };
  }

  /** Whether an event is pending that this delivery has not passed over. */
  hasPending(): boolean {
    return this.#without(this.#spool.listPending()).length > 0;
  }

  #without(names: string[]): string[] {
    return names.filter((name) => !this.#passed.has(name));
  }

  /**
   * Delivers until the folder is empty.
   *
   * @returns Null, or the report of what stopped it.
   */
  async deliverAll(): Promise<DeliverReport | null> {
    while (true) {
      const names = this.#without(this.#spool.recoverPending());
      if (names.length === 0) return null;
      for (const name of names) {
        const stop = await this.#deliverOne(name);
        if (stop !== null) return stop;
      }
    }
  }

  async #deliverOne(name: string): Promise<DeliverReport | null> {
    const spool = this.#spool;
    if (this.#signal.aborted) return this.report("aborted", "out of time");
    const body = spool.read(name);
    if (body === null) {
      this.#passed.add(name);
      return await this.#goOn();
    }
    spool.fault("deliver:after-read");
    const invalid = spool.whyInvalid(body);
    if (invalid !== null) return await this.#setAside(name, body, invalid);
    const { maxBytes = Infinity, automatic } = this.#options;
    if (body.length > maxBytes) {
      return this.report("too big", `the next event has ${body.length} bytes`);
    }
    const attempts = readAttempts(spool.folder, name);
    const since = spool.now() - attempts.ms;
    if (automatic && attempts.count > 0 && since >= 0 && since < PATIENCE_MS) {
      return this.report("waiting", "the next event failed a moment ago");
    }
    const { delivery, reason } = await this.#sender.send(body, this.#signal);
    spool.fault("deliver:after-send");
    switch (delivery) {
      case "acked":
        spool.remove(name);
        spool.fault("deliver:after-remove");
        this.#delivered++;
        return null;
      case "invalid":
        return await this.#setAside(name, body, reason);
      case "failed":
        return await this.#countFailure(name, body, attempts, reason);
      case "later":
        return this.report("later", reason);
      case "unreachable":
        return this.report("unreachable", reason);
    }
  }

  async #countFailure(
    name: string,
    body: Uint8Array,
    attempts: Attempts,
    reason: string,
  ): Promise<DeliverReport | null> {
    const spool = this.#spool;
    const count = attempts.count + 1;
    if (count >= MAX_ATTEMPTS) {
      return await this.#setAside(name, body, `${reason} (${count} attempts)`);
    }
    writeAttempts(spool.folder, { name, count, ms: spool.now() });
    return this.report("failed", reason);
  }

  async #setAside(
    name: string,
    body: Uint8Array,
    reason: string,
  ): Promise<null> {
    this.#spool.setAside(name, body, reason);
    this.#rejected++;
    return await this.#goOn();
  }

  /**
   * Lets timers and sockets have a turn after an event that was not sent: thousands of broken files
   * must neither outlast the deadline of a hook nor keep a daemon from its clients.
   */
  async #goOn(): Promise<null> {
    await pause(0);
    return null;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The durable outbox: a folder with a file for each event that no daemon has acknowledged.
 * @module
 */
import { type Context, HomeError, isSystemError } from "../context/mod.ts";
import { type Bounds, checkRoom, readBounds, rejectedShare } from "./bounds.ts";
import {
  type DeliverOptions,
  deliverPending,
  type DeliverReport,
} from "./deliver.ts";
import { deliverRejected } from "./deliver_rejected.ts";
import { writeDurably } from "./durable_file.ts";
import { shortReason, SpoolError } from "./errors.ts";
import { nextEventName } from "./event_name.ts";
import { addFailure } from "./failures.ts";
import {
  listEntries,
  type PurgeReport,
  purgeSpool,
  type SpoolEntry,
} from "./entries.ts";
import { type Fault, faultAt } from "./faults.ts";
import { listSpool, REJECTED_FOLDER } from "./listing.ts";
import { tellNews } from "./news.ts";
import { hasPending } from "./pending.ts";
import { checkPlace, makeFolder, makePlace } from "./place.ts";
import {
  encodeRejected,
  type RejectedAbout,
  rejectedName,
} from "./rejected.ts";
import type { Sender } from "./sender.ts";
import { SpoolFolder } from "./spool_folder.ts";
import { holdings, type SpoolStatus, surveySpool } from "./survey.ts";

/** The place of a spool, and its surroundings. */
export interface SpoolOptions {
  /** Absolute path; the folder is made with the first event. */
  folder: string;
  /** The environment, which may set bounds and a fault point. */
  env: Context["env"];
  /** The clock, in epoch milliseconds. */
  now?: (() => number) | undefined;
}

/**
 * Keeps request bodies on disk until they are acknowledged: each whole or not at all, in order, up
 * to a bound, delivered by one process at a time. Once {@linkcode append} has returned, an event
 * survives the death of any process at any moment.
 */
export class Spool {
  readonly #folder: string;
  readonly #env: Context["env"];
  readonly #bounds: Bounds;
  readonly #fault: Fault;
  readonly #now: () => number;

  constructor(options: SpoolOptions) {
    this.#folder = options.folder;
    this.#env = options.env;
    this.#bounds = readBounds(options.env);
    this.#fault = faultAt(options.env("KAIZEN_FAULT"));
    this.#now = options.now ?? Date.now;
  }

  /**
   * Whether no event waits. While one does, later events must queue after it.
   *
   * @throws {SpoolError} If it cannot be read.
   */
  isEmpty(): boolean {
    return this.#read(() => !hasPending(this.#folder));
  }

  /**
   * Returns how many events wait.
   *
   * @throws {SpoolError} If it cannot be read.
   */
  countPending(): number {
    return this.#read(() => listSpool(this.#folder).pending.length);
  }

  /**
   * Adds a request body after all others; it is on disk when this returns.
   *
   * @returns The name of its file.
   * @throws {SpoolFullError} If it does not fit.
   * @throws {SpoolError} If it cannot be written.
   */
  append(body: Uint8Array): string {
    return this.#write(({ folder, fault }) => {
      const { pending } = listSpool(folder);
      const held = holdings(folder, pending, true);
      checkRoom(held, body.length, this.#bounds);
      const name = nextEventName(pending, this.#now());
      writeDurably(body, { folder, name, fault });
      tellNews(folder, this.#now());
      return name;
    });
  }

  /**
   * Keeps a file in `rejected/` that cannot be delivered.
   *
   * @returns The name of its file.
   * @throws {SpoolError} As {@linkcode append}; rejected files may take half of the spool only.
   */
  reject(bytes: Uint8Array, about: RejectedAbout): string {
    return this.#write(({ folder, fault }) => {
      const share = rejectedShare(this.#bounds);
      const file = encodeRejected({ about, bytes });
      checkRoom(holdings(folder, [], true), file.length, share);
      const { pending } = listSpool(folder);
      checkRoom(holdings(folder, pending), file.length, this.#bounds);
      const rejected = `${folder}/${REJECTED_FOLDER}`;
      makeFolder(rejected);
      const name = rejectedName(nextEventName([], this.#now()));
      writeDurably(file, { folder: rejected, name, fault });
      return name;
    });
  }

  /**
   * Counts an event that could not be recorded.
   *
   * @param code The fault of the system that lost it, such as `ENOSPC`.
   * @throws {SpoolError} If that cannot be written either.
   */
  countFailure(reason: string, code: string | null = null): void {
    this.#write(({ folder }) => {
      addFailure(folder, { ms: this.#now(), reason, code });
    });
  }

  /**
   * Sends what is pending, in order, until the spool is empty or something stops it.
   *
   * @throws {SpoolError} If the spool cannot be read or written.
   */
  async deliver(
    sender: Sender,
    options: DeliverOptions = {},
  ): Promise<DeliverReport> {
    try {
      return await deliverPending(this.#source(), sender, options);
    } catch (error) {
      throw this.#fail("deliver from", error);
    }
  }

  /**
   * Retries the requests that were set aside.
   *
   * @throws {SpoolError} As {@linkcode deliver}.
   */
  async deliverRejected(
    sender: Sender,
    options: Pick<DeliverOptions, "signal"> = {},
  ): Promise<DeliverReport> {
    try {
      return await deliverRejected(this.#source(), sender, options);
    } catch (error) {
      throw this.#fail("deliver from", error);
    }
  }

  /**
   * Returns the spool's status, which includes whether it could keep one more event; never throws.
   */
  status(): SpoolStatus {
    return surveySpool(this.#folder, this.#env);
  }

  /**
   * Lists every event in it, and every failure of a hook.
   *
   * @throws {SpoolError} If it cannot be read.
   */
  list(): SpoolEntry[] {
    return this.#read(() => listEntries(this.#folder));
  }

  /**
   * Deletes the rejected files and the failures, and with `pending` the events that wait, too.
   *
   * @throws {SpoolError} If it cannot be written.
   */
  purge(options: { pending?: boolean | undefined } = {}): PurgeReport {
    return this.#read(() => purgeSpool(this.#folder, options));
  }

  #source(): SpoolFolder {
    checkPlace(this.#folder);
    return new SpoolFolder({
      folder: this.#folder,
      fault: this.#fault,
      now: this.#now,
    });
  }

  #write<T>(
    work: (at: { folder: string; fault: Fault }) => T,
  ): T {
    try {
      makePlace(this.#folder);
      return work({ folder: this.#folder, fault: this.#fault });
    } catch (error) {
      throw this.#fail("write to", error);
    }
  }

  #read<T>(work: () => T): T {
    try {
      checkPlace(this.#folder);
      return work();
    } catch (error) {
      throw this.#fail("read", error);
    }
  }

  #fail(action: string, error: unknown): unknown {
    const isKnown = error instanceof HomeError || isSystemError(error);
    if (error instanceof SpoolError || !isKnown) return error;
    return new SpoolError(
      `Cannot ${action} the spool at ${this.#folder}: ${shortReason(error)}`,
      { cause: error },
    );
  }
}

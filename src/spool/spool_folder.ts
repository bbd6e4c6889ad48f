// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The folder of a spool, for delivery.
 * @module
 */
import { lookAt, setOddAside } from "../context/mod.ts";
import type { DeliverySource } from "./deliver.ts";
import { removeIfThere, writeDurably } from "./durable_file.ts";
import { takeEvent } from "./event_file.ts";
import type { Fault } from "./faults.ts";
import { clearLeftovers, recoverLeftovers } from "./leftovers.ts";
import { listSpool, REJECTED_FOLDER } from "./listing.ts";
import { makeFolder } from "./place.ts";
import { encodeRejected, rejectedName } from "./rejected.ts";
import { whyNoEvent } from "./why_no_event.ts";

/** The parts of a {@linkcode SpoolFolder}. */
export interface SpoolFolderOptions {
  folder: string;
  fault: Fault;
  now: () => number;
}

/** Reads, removes and sets aside the files of one spool. */
export class SpoolFolder implements DeliverySource {
  readonly folder: string;
  readonly fault: Fault;
  readonly now: () => number;
  readonly whyInvalid = whyNoEvent;
  /** Whether the leftovers in `rejected/` are gone. */
  #isClear = false;

  constructor(options: SpoolFolderOptions) {
    this.folder = options.folder;
    this.fault = options.fault;
    this.now = options.now;
  }

  recoverPending(): string[] {
    const listing = listSpool(this.folder);
    if (listing.temporary.length === 0) {
      return listing.pending.map(({ name }) => name);
    }
    recoverLeftovers({
      folder: this.folder,
      listing,
      nowMs: this.now(),
      isWhole: (bytes) => whyNoEvent(bytes) === null,
    });
    return listSpool(this.folder).pending.map(({ name }) => name);
  }

  listPending(): string[] {
    return listSpool(this.folder).pending.map(({ name }) => name);
  }

  hasLeftovers(): boolean {
    return listSpool(this.folder).temporary.length > 0;
  }

  read(name: string): Uint8Array | null {
    return takeEvent(`${this.folder}/${name}`);
  }

  remove(name: string): void {
    removeIfThere(`${this.folder}/${name}`);
  }

  /**
   * Moves an event to `rejected/`. It is written there first: a crash in between leaves it twice,
   * under one name.
   */
  setAside(name: string, body: Uint8Array, reason: string): void {
    const folder = `${this.folder}/${REJECTED_FOLDER}`;
    makeFolder(folder);
    if (!this.#isClear) clearLeftovers(folder);
    this.#isClear = true;
    const file = encodeRejected({
      about: { reason, kind: "request" },
      bytes: body,
    });
    const { fault } = this;
    const rejected = rejectedName(name);
    const there = `${folder}/${rejected}`;
    if (lookAt(there)?.isDirectory) setOddAside(there);
    writeDurably(file, { folder, name: rejected, fault });
    fault("reject:after-write");
    this.remove(name);
  }
}

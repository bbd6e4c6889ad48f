// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends events to the daemon, many at a time.
 * @module
 */
import { RemoteError, sendRequest } from "../../client/mod.ts";
import { pause } from "../../context/mod.ts";
import { clientOptions } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";

/** Requests at the same time: the daemon stores those that wait next to each other in one go. */
const MAX_OPEN = 64;
/** Bytes of all of them together, but for one large event. */
const MAX_OPEN_BYTES = 16 * 1024 ** 2;
/** Timeout of one event in milliseconds: hooks come first. */
const EVENT_TIMEOUT_MS = 60_000;
/** How often a daemon that can store nothing for now is asked again, and after which time. */
const RETRIES = 20;
const RETRY_MS = 250;

/** Sends events. It is to be drained in the end. */
export class EventSender {
  readonly #run: Run;
  readonly #open = new Set<Promise<void>>();
  #openBytes = 0;
  #error: unknown = null;
  stored = 0;
  refused = 0;
  /** The first reason for which the daemon refused an event. */
  reason: string | null = null;

  constructor(run: Run) {
    this.#run = run;
  }

  /**
   * Sends an event, when there is room.
   *
   * @param body Of the request.
   * @throws What an earlier event met on its way to the daemon.
   */
  async send(body: Uint8Array): Promise<void> {
    while (
      this.#open.size >= MAX_OPEN ||
      this.#openBytes > 0 && this.#openBytes + body.length > MAX_OPEN_BYTES
    ) await Promise.race(this.#open);
    this.#check();
    this.#openBytes += body.length;
    const sent = this.#sendOne(body)
      .catch((error) => void (this.#error ??= error))
      .finally(() => {
        this.#open.delete(sent);
        this.#openBytes -= body.length;
      });
    this.#open.add(sent);
  }

  /** Waits until all are answered. @throws What one of them met on its way to the daemon. */
  async drain(): Promise<void> {
    await Promise.all(this.#open);
    this.#check();
  }

  /** Notes an event that cannot be sent. */
  refuse(reason: string): void {
    this.refused++;
    this.reason ??= reason;
  }

  #check(): void {
    if (this.#error !== null) throw this.#error;
  }

  async #sendOne(body: Uint8Array): Promise<void> {
    const client = clientOptions(this.#run, EVENT_TIMEOUT_MS);
    for (let tries = 0;; tries++) {
      try {
        await sendRequest({ type: "ingest_hook", body }, client);
        this.stored++;
        return;
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
        if (error.fields.temporary !== true) return this.refuse(error.message);
        if (tries === RETRIES) throw error;
      }
      await pause(RETRY_MS);
    }
  }
}

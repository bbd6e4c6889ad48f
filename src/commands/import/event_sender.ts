// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends events to the daemon, many in one request. A daemon that does not know such requests gets
 * one request for each.
 * @module
 */
import { ProtocolError, RemoteError, sendRequest } from "../../client/mod.ts";
import { pause } from "../../context/mod.ts";
import {
  decodeText,
  encodeRequest,
  type HookSource,
  joinBytes,
  type RequestName,
} from "../../proto/mod.ts";
import { clientOptions } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";

/**
 * Events of one request: the daemon stores them in one go, and a hook must not wait long for that.
 */
const MAX_EVENTS = 64;
/**
 * Bytes of one request, but for one large event. The daemon reads 256 KiB of any request at once,
 * and collects its garbage after each longer one.
 */
const MAX_BYTES = 224 * 1024;
/** Requests at the same time: the daemon reads some while it has others to store. */
const MAX_OPEN = 4;
/** The same with a daemon that gets one event at a time. */
const MAX_OPEN_SINGLE = 32;
/** Bytes of all of them together, but for one large event. */
const MAX_OPEN_BYTES = 8 * 1024 ** 2;
/** Timeout of one request in milliseconds: hooks come first. */
const REQUEST_TIMEOUT_MS = 60_000;
/** How often a daemon that can store nothing for now is asked again, and after which time. */
const RETRIES = 20;
const RETRY_MS = 250;

/** An event to send. */
export interface OutgoingEvent {
  source: HookSource;
  workspace: string;
  /** JSON text without a line feed. */
  payload: string;
}

/** The events of one request. */
interface Batch extends Pick<OutgoingEvent, "source" | "workspace"> {
  /** Each with a line feed. */
  payloads: Uint8Array[];
  bytes: number;
}

/** Makes the body of a request with one event; a text says why the event cannot be sent. */
export type MakeBody = (event: OutgoingEvent) => Uint8Array | string;

/** Sends events. It is to be drained in the end. */
export class EventSender {
  readonly #run: Run;
  readonly #makeBody: MakeBody;
  readonly #open = new Set<Promise<void>>();
  #batch: Batch | null = null;
  #openBytes = 0;
  /** Whether the daemon knows requests with many events; null until it has been asked. */
  #knowsBatches: boolean | null = null;
  #error: unknown = null;
  stored = 0;
  refused = 0;
  /** The first reason for which the daemon refused an event. */
  reason: string | null = null;

  constructor(run: Run, makeBody: MakeBody) {
    this.#run = run;
    this.#makeBody = makeBody;
  }

  /**
   * Sends an event, soon, and when there is room.
   *
   * @throws What an earlier event met on its way to the daemon.
   */
  async send({ source, workspace, payload }: OutgoingEvent): Promise<void> {
    const batch = this.#batch;
    const line = new TextEncoder().encode(`${payload}\n`);
    const bytes = line.length;
    const fits = batch !== null && batch.source === source &&
      batch.workspace === workspace && batch.payloads.length < MAX_EVENTS &&
      batch.bytes + bytes <= MAX_BYTES;
    if (fits) {
      batch.payloads.push(line);
      batch.bytes += bytes;
    } else {
      await this.#flush();
      this.#batch = { source, workspace, payloads: [line], bytes };
    }
  }

  /** Waits until all are answered. @throws What one of them met on its way to the daemon. */
  async drain(): Promise<void> {
    await this.#flush();
    await Promise.all(this.#open);
    this.#check();
  }

  #refuse(reason: string, events: number): void {
    this.refused += events;
    this.reason ??= reason;
  }

  #check(): void {
    if (this.#error !== null) throw this.#error;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch === null) return;
    this.#batch = null;
    const max = this.#knowsBatches === false ? MAX_OPEN_SINGLE : MAX_OPEN;
    while (
      this.#open.size >= max ||
      this.#openBytes > 0 && this.#openBytes + batch.bytes > MAX_OPEN_BYTES
    ) await Promise.race(this.#open);
    this.#check();
    this.#openBytes += batch.bytes;
    const sent = this.#sendBatch(batch)
      .catch((error) => void (this.#error ??= error))
      .finally(() => {
        this.#open.delete(sent);
        this.#openBytes -= batch.bytes;
      });
    this.#open.add(sent);
  }

  async #sendBatch(batch: Batch): Promise<void> {
    const { source, workspace, payloads } = batch;
    const mayBeMany = payloads.length > 1 && this.#knowsBatches !== false;
    if (mayBeMany && await this.#sendMany(batch)) return;
    for (const line of payloads) {
      const payload = decodeText(line.subarray(0, -1));
      await this.#sendOne({ source, workspace, payload });
    }
  }

  /** @returns False if the daemon does not know such requests. */
  async #sendMany({ source, workspace, payloads }: Batch): Promise<boolean> {
    const type = "ingest_events";
    const request = { source, workspace, payloads: joinBytes(payloads) };
    const body = encodeRequest({ type, ...request });
    try {
      const answer = await this.#sendPatiently({ type, body });
      this.#knowsBatches = true;
      if (answer instanceof RemoteError) {
        this.#refuse(answer.message, payloads.length);
        return true;
      }
      this.stored += Number(answer.stored);
      const refused = Number(answer.refused);
      if (refused > 0) this.#refuse(answer.reason ?? "", refused);
      return true;
    } catch (error) {
      // It closes the connection. If it has stopped instead, sending one event will tell.
      if (!(error instanceof ProtocolError) || this.#knowsBatches === true) {
        throw error;
      }
      this.#knowsBatches = false;
      return false;
    }
  }

  async #sendOne(event: OutgoingEvent): Promise<void> {
    const type = "ingest_hook";
    const body = this.#makeBody(event);
    if (typeof body === "string") return this.#refuse(body, 1);
    const answer = await this.#sendPatiently({ type, body });
    if (answer instanceof RemoteError) this.#refuse(answer.message, 1);
    else this.stored++;
  }

  /**
   * Sends a request until the daemon's store can keep it.
   *
   * @returns The answer, or the error with which the daemon refused it for good.
   */
  async #sendPatiently<N extends RequestName>(
    request: { type: N; body: Uint8Array },
  ) {
    const client = clientOptions(this.#run, REQUEST_TIMEOUT_MS);
    for (let tries = 0;; tries++) {
      try {
        return await sendRequest(request, client);
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
        if (error.fields.temporary !== true) return error;
        if (tries === RETRIES) throw error;
      }
      await pause(RETRY_MS);
    }
  }
}

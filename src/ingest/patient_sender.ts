// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Delivery by somebody who has time: each event has a deadline to match its size.
 * @module
 */
import type { ClientOptions } from "../client/mod.ts";
import type { AckAnswer } from "../proto/mod.ts";
import type { Send } from "../spool/mod.ts";
import { sendEvent } from "./send.ts";

/** A daemon takes in at least so much, in bytes a millisecond. */
const LEAST_RATE = 1024;

/** Sends with patience, and remembers what the last event met with. */
export class PatientSender {
  /** Why the last event was not stored; null if it was. */
  error: Error | null = null;
  /** The last ack. */
  ack: AckAnswer | null = null;
  readonly #client: ClientOptions;

  constructor(client: ClientOptions) {
    this.#client = client;
  }

  readonly send: Send = async (body) => {
    const { timeoutMs } = this.#client;
    const sent = await sendEvent(body, {
      ...this.#client,
      timeoutMs: timeoutMs + body.length / LEAST_RATE,
    });
    this.error = sent.error;
    this.ack = sent.ack ?? this.ack;
    return { delivery: sent.delivery, reason: sent.error?.message ?? "" };
  };
}

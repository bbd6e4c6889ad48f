// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events on their way for somebody who waits for the result.
 * @module
 */
import {
  type ClientOptions,
  NotRunningError,
  RemoteError,
} from "../client/mod.ts";
import type { Context, Paths } from "../context/mod.ts";
import { spawnOnce } from "../launch/mod.ts";
import type { AckAnswer } from "../proto/mod.ts";
import type { Send, Spool } from "../spool/mod.ts";
import { PatientSender } from "./patient_sender.ts";
import { sendEvent } from "./send.ts";

/** Where an event is now. */
export type Handed =
  | { how: "acked"; ack: AckAnswer }
  | { how: "spooled"; name: string; reason: string };

/** What events need on their way. */
export interface CourierOptions {
  context: Pick<Context, "connect" | "now">;
  paths: Paths;
  spool: Spool;
  timeoutMs: number;
  mayStart: boolean;
  noSpool?: boolean | undefined;
}

/** Hands events over one after the other; what came to the spool is delivered before what comes later. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #client: ClientOptions;
  /** Names in the spool of this courier's events. */
  readonly #waiting = new Set<string>();
  /** Why the daemon could not be reached the last time; asking it for every event would take its deadline each time. */
  #unreachable: Error | null = null;

  constructor(options: CourierOptions) {
    const { paths, context, timeoutMs } = options;
    this.#options = options;
    this.#client = {
      socket: paths.socket,
      connect: context.connect,
      timeoutMs,
    };
  }

  /**
   * Hands over one event.
   *
   * @throws {RemoteError} If the daemon answers with an error: the event is then nowhere.
   * @throws {SpoolError} If it can be in neither place.
   * @throws {Error} As the client does, without a spool.
   */
  async hand(body: Uint8Array): Promise<Handed> {
    const { spool, noSpool } = this.#options;
    if (noSpool) return await this.#sendOnly(body);
    if (this.#unreachable !== null) {
      return this.#keep(body, this.#unreachable.message);
    }
    if (!spool.isEmpty()) return await this.#queue(body);
    const sent = await sendEvent(body, this.#client);
    if (sent.delivery === "acked") return { how: "acked", ack: sent.ack };
    if (sent.error instanceof RemoteError) throw sent.error;
    const kept = this.#keep(body, sent.error.message);
    this.#giveUp(sent.error);
    return kept;
  }

  /**
   * Tries once more to deliver what has come to the spool.
   *
   * @returns How many of this courier's events were delivered.
   */
  async finish(): Promise<number> {
    const { spool } = this.#options;
    if (this.#waiting.size === 0 || this.#unreachable !== null) return 0;
    await spool.deliver(new PatientSender(this.#client).send);
    const left = new Set(spool.list().map(({ name }) => name));
    return [...this.#waiting].filter((name) => !left.has(name)).length;
  }

  async #sendOnly(body: Uint8Array): Promise<Handed> {
    const sent = await sendEvent(body, this.#client);
    if (sent.delivery === "acked") return { how: "acked", ack: sent.ack };
    throw sent.error;
  }

  #keep(body: Uint8Array, reason: string): Handed {
    const name = this.#options.spool.append(body);
    this.#waiting.add(name);
    return { how: "spooled", name, reason };
  }

  /** Puts the event behind those that wait, and delivers all. */
  async #queue(body: Uint8Array): Promise<Handed> {
    const kept = this.#keep(body, "others wait before it");
    if (kept.how === "acked") return kept;
    const patient = new PatientSender(this.#client);
    let ack: AckAnswer | null = null;
    let refusal: RemoteError | null = null;
    const send: Send = async (sent, signal) => {
      const outcome = await patient.send(sent, signal);
      if (!isSame(sent, body)) return outcome;
      ack = patient.ack;
      if (!(patient.error instanceof RemoteError)) return outcome;
      // Whoever waits for this event is told, so it is taken out of the spool.
      refusal = patient.error;
      return "acked";
    };
    const report = await this.#options.spool.deliver(send);
    if (refusal !== null) {
      this.#waiting.delete(kept.name);
      throw refusal;
    }
    if (ack !== null) {
      this.#waiting.delete(kept.name);
      return { how: "acked", ack };
    }
    if (report.stopped === "unreachable" && patient.error !== null) {
      this.#giveUp(patient.error);
    }
    return { ...kept, reason: report.reason ?? kept.reason };
  }

  #giveUp(error: Error): void {
    const { paths, context, mayStart } = this.#options;
    this.#unreachable = error;
    if (!(error instanceof NotRunningError) || !mayStart) return;
    spawnOnce("daemon", { paths, nowMs: context.now() });
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

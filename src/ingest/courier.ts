// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends events one after the other for a caller who waits for the result, and spools those that no
 * daemon takes.
 * @module
 */
import { NotRunningError, RemoteError } from "../client/mod.ts";
import type { Context, Paths } from "../context/mod.ts";
import { openHome, spawnOnce } from "../launch/mod.ts";
import type { AnswerOf } from "../proto/mod.ts";
import type { Sender, Spool } from "../spool/mod.ts";
import { type FullOutcome, FullSender, timeoutBySize } from "./full_sender.ts";

interface Spooled {
  how: "spooled";
  /** Name of its file in the spool. */
  name: string;
  reason: string;
}

/** The place of an event after it was sent or spooled. */
export type SentOrSpooled = { how: "acked"; ack: AnswerOf<"ack"> } | Spooled;

/** The surroundings of the events. */
export interface CourierOptions {
  context: Pick<Context, "connect" | "now">;
  paths: Paths;
  spool: Spool;
  timeoutMs: number;
  mayStart: boolean;
  noSpool?: boolean | undefined;
}

/** Sends events in order: events in the spool are delivered before later ones. */
export class Courier {
  readonly #options: CourierOptions;
  /** For an event that is sent at once. */
  readonly #sender: FullSender;
  /** For an event that comes out of the spool. */
  readonly #patientSender: FullSender;
  /** Names of this courier's events in the spool. */
  readonly #waiting = new Set<string>();
  /**
   * The error of the last attempt to reach the daemon. To ask again for each event would take its
   * timeout each time.
   */
  #unreachable: Error | null = null;

  constructor(options: CourierOptions) {
    const { paths, context, timeoutMs } = options;
    this.#options = options;
    const daemon = { socket: paths.socket, connect: context.connect };
    this.#sender = new FullSender({ ...daemon, timeoutMs: () => timeoutMs });
    this.#patientSender = new FullSender({
      ...daemon,
      timeoutMs: timeoutBySize(timeoutMs),
    });
  }

  /**
   * Sends one event, or spools it.
   *
   * @throws {RemoteError} If the daemon refuses the event for good, which is then in neither place.
   * @throws {SpoolError | HomeError} If neither the daemon nor the spool takes it.
   * @throws {Error} The errors of the client, with `noSpool`.
   */
  async sendOrSpool(body: Uint8Array): Promise<SentOrSpooled> {
    const { spool, noSpool } = this.#options;
    if (noSpool) return await this.#sendOnly(body);
    if (this.#unreachable !== null) {
      return this.#spool(body, this.#unreachable.message);
    }
    if (!spool.isEmpty()) return await this.#queue(body);
    const sent = await this.#sender.send(body);
    if (sent.delivery === "acked") return { how: "acked", ack: sent.ack };
    if (isRefusal(sent)) throw sent.error;
    const spooled = this.#spool(body, sent.reason);
    const { delivery, error } = sent;
    if (delivery !== "later" && error !== null) this.#giveUp(error);
    return spooled;
  }

  /**
   * Tries once more to deliver the spool.
   *
   * @returns How many of this courier's events were delivered.
   */
  async finish(): Promise<number> {
    const { spool } = this.#options;
    if (this.#waiting.size === 0 || this.#unreachable !== null) return 0;
    await spool.deliver(this.#patientSender);
    const left = new Set(spool.list().map(({ name }) => name));
    return [...this.#waiting].filter((name) => !left.has(name)).length;
  }

  async #sendOnly(body: Uint8Array): Promise<SentOrSpooled> {
    const sent = await this.#sender.send(body);
    if (sent.delivery === "acked") return { how: "acked", ack: sent.ack };
    throw sent.error;
  }

  /** Spools an event, unless no daemon could use the home. */
  #spool(body: Uint8Array, reason: string): Spooled {
    const { paths, spool } = this.#options;
    openHome(paths.home);
    const name = spool.append(body);
    this.#waiting.add(name);
    return { how: "spooled", name, reason };
  }

  /** Spools the event after those that wait, and delivers all. */
  async #queue(body: Uint8Array): Promise<SentOrSpooled> {
    const spooled = this.#spool(body, "others wait before it");
    const name = spooled.name;
    const met: { own: FullOutcome | null; last: Error | null } = {
      own: null,
      last: null,
    };
    const sender: Sender = {
      send: async (sent) => {
        const outcome = await this.#patientSender.send(sent);
        met.last = outcome.error;
        if (!isSame(sent, body)) return outcome;
        met.own = outcome;
        // The caller hears of the refusal, so the event leaves the spool.
        return isRefusal(outcome) ? { delivery: "acked", reason: "" } : outcome;
      },
    };
    const report = await this.#options.spool.deliver(sender);
    const { own, last } = met;
    if (own !== null && isRefusal(own)) {
      this.#waiting.delete(name);
      throw own.error;
    }
    if (own?.delivery === "acked") {
      this.#waiting.delete(name);
      return { how: "acked", ack: own.ack };
    }
    if (report.stopped === "unreachable" && last !== null) this.#giveUp(last);
    return { ...spooled, reason: report.reason ?? spooled.reason };
  }

  #giveUp(error: Error): void {
    const { paths, context, mayStart } = this.#options;
    this.#unreachable = error;
    if (!(error instanceof NotRunningError) || !mayStart) return;
    spawnOnce("daemon", { paths, nowMs: context.now() });
  }
}

/** Whether the daemon would also refuse the event later. */
function isRefusal({ delivery, error }: FullOutcome): boolean {
  return delivery === "failed" && error instanceof RemoteError;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

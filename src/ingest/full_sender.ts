// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends an event for a caller who reports the result: the daemon's ack, or the reason why there is
 * none.
 * @module
 */
import {
  ask,
  type ClientOptions,
  NotRunningError,
  ProtocolError,
  RemoteError,
  sendRequest,
  SocketError,
  TimedOutError,
} from "../client/mod.ts";
import type { AnswerOf } from "../proto/mod.ts";
import type { Delivery, Sender } from "../spool/mod.ts";

/** A daemon reads at least this many bytes a millisecond. */
const LEAST_RATE = 1024;

/** The result of sending an event, with the daemon's ack or the error. */
export type FullOutcome =
  | { delivery: "acked"; reason: string; ack: AnswerOf<"ack">; error: null }
  | {
    delivery: Exclude<Delivery, "acked">;
    reason: string;
    ack: null;
    /** Null if there was no time left to ask. */
    error: Error | null;
  };

/** The daemon, and the timeout of one event. */
export interface FullSenderOptions
  extends Pick<ClientOptions, "socket" | "connect"> {
  /** Returns the timeout for a body of `bytes`, in milliseconds; null if there is no time left. */
  timeoutMs: (bytes: number) => number | null;
}

/** Returns a timeout that grows with the event, for {@linkcode FullSenderOptions}. */
export function timeoutBySize(leastMs: number): (bytes: number) => number {
  return (bytes) => leastMs + bytes / LEAST_RATE;
}

/** Sends with the client's deadlines, and reports every way in which that can fail. */
export class FullSender implements Sender {
  readonly #options: FullSenderOptions;

  constructor(options: FullSenderOptions) {
    this.#options = options;
  }

  async send(body: Uint8Array): Promise<FullOutcome> {
    const timeoutMs = this.#options.timeoutMs(body.length);
    if (timeoutMs === null) {
      const reason = "out of time";
      return { delivery: "unreachable", reason, ack: null, error: null };
    }
    try {
      const ack = await sendRequest(
        { type: "ingest_hook", body },
        { ...this.#options, timeoutMs },
      );
      return { delivery: "acked", reason: "", ack, error: null };
    } catch (error) {
      if (isUnreachable(error)) return notStored("unreachable", error);
      if (error instanceof RemoteError && error.fields.temporary === true) {
        return notStored("later", error);
      }
      if (error instanceof RemoteError || error instanceof ProtocolError) {
        return notStored("failed", error);
      }
      throw error;
    }
  }
}

/**
 * Asks a daemon for its status. One that hangs would keep an event that is sent to it, and the
 * reference would store a copy for each time.
 *
 * @returns Null if it answers, else the error.
 */
export async function whySilent(client: ClientOptions): Promise<Error | null> {
  try {
    await ask({ type: "status" }, client);
    return null;
  } catch (error) {
    return isUnreachable(error) ? error : null;
  }
}

function isUnreachable(error: unknown): error is Error {
  return error instanceof NotRunningError || error instanceof TimedOutError ||
    error instanceof SocketError;
}

/** Returns the outcome of an event that is not acknowledged. */
export function notStored(
  delivery: Exclude<Delivery, "acked">,
  error: Error,
): FullOutcome {
  return { delivery, reason: error.message, ack: null, error };
}

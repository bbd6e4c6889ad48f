// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One event to the daemon, and what became of it.
 * @module
 */
import {
  type ClientOptions,
  NotRunningError,
  ProtocolError,
  RemoteError,
  sendRequest,
  SocketError,
  TimedOutError,
} from "../client/mod.ts";
import type { AckAnswer } from "../proto/mod.ts";
import type { Delivery } from "../spool/mod.ts";

/** What the daemon made of an event; `error` says why it is not stored. */
export type Sent =
  | { delivery: "acked"; ack: AckAnswer; error: null }
  | { delivery: Exclude<Delivery, "acked">; ack: null; error: Error };

/** Sends an event; whatever goes wrong between the two ends is a result, not an error. */
export async function sendEvent(
  body: Uint8Array,
  client: ClientOptions,
): Promise<Sent> {
  try {
    const answer = await sendRequest(body, client);
    if (answer.type === "ack") {
      return { delivery: "acked", ack: answer, error: null };
    }
    const error = new ProtocolError(
      `The daemon broke the protocol: it answered with "${answer.type}"`,
    );
    return { delivery: "failed", ack: null, error };
  } catch (error) {
    if (error instanceof NotRunningError || error instanceof TimedOutError) {
      return { delivery: "unreachable", ack: null, error };
    }
    if (error instanceof SocketError) {
      return { delivery: "unreachable", ack: null, error };
    }
    if (error instanceof RemoteError || error instanceof ProtocolError) {
      return { delivery: "failed", ack: null, error };
    }
    throw error;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends a hook's event within 150 ms, and loads no code that only a failure needs.
 * @module
 */
import { sendForAck } from "../client/mod.ts";
import type { Sender, SendOutcome } from "../spool/mod.ts";
import { clientWithin, type Route } from "./route.ts";

/** The result of sending an event, and the reason if no connection could be opened. */
export interface QuickOutcome extends SendOutcome {
  /** The system's error if no connection could be opened, else null. */
  fault: unknown;
}

/** Sends before a hook's deadline. It recognizes an ack and nothing else. */
export interface QuickSender extends Sender {
  send(body: Uint8Array): Promise<QuickOutcome>;
}

/** Makes the sender of a hook. */
export function quickSender(route: Route): QuickSender {
  const send = async (body: Uint8Array): Promise<QuickOutcome> => {
    const client = clientWithin(route);
    const onSent = route.context.meanwhile;
    const outcome = {
      delivery: "unreachable",
      reason: "",
      fault: null,
    } as const;
    try {
      return client !== null && await sendForAck(body, { ...client, onSent })
        ? { ...outcome, delivery: "acked" }
        : outcome;
    } catch (fault) {
      return { ...outcome, fault };
    }
  };
  return { send };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one interface for sending an event. A hook sends with `quickSender`, `ingest` and `spool
 * flush` send with `FullSender` (both in `src/ingest/`), and the daemon passes its spool to its own
 * writer.
 * @module
 */

/**
 * The result of sending one event. `acked`: it is stored; `invalid`: it can never be stored;
 * `failed`: the daemon refused it this time; `later`: the daemon can store no event now, not only
 * this one; `unreachable`: there was no answer.
 */
export type Delivery =
  | "acked"
  | "invalid"
  | "failed"
  | "later"
  | "unreachable";

/** A result with its reason as a text. */
export interface SendOutcome {
  delivery: Delivery;
  /** "" if the event is acked, or if the sender does not say. */
  reason: string;
}

/** Sends events, one request body each. A failure on the way is a result, not an error. */
export interface Sender {
  /**
   * Sends one event.
   *
   * @param signal Ends an attempt that has not begun.
   */
  send(body: Uint8Array, signal: AbortSignal): Promise<SendOutcome>;
}

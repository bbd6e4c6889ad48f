// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The memory that clients can make the daemon hold: one account for all connections.
 * @module
 */
import { Budget } from "./budget.ts";
import type { Limits } from "./limits.ts";

/** The limits of the account. */
type PendingLimits = Pick<
  Limits,
  | "connections"
  | "freeAnswerBytes"
  | "freeRequestBytes"
  | "largeRequests"
  | "longAnswers"
  | "longAnswerBytes"
  | "pendingAnswerBytes"
  | "requestBytes"
>;

/** Counts what connections hold while they wait for their client or for others. */
export class Pending {
  /** Places for requests longer than the free bytes. */
  readonly largeRequests: Budget;
  /** Places for answers that read the store while they are sent. */
  readonly longAnswers: Budget;
  /** Bytes of long answers that are made and not taken. */
  readonly answers: Budget;
  readonly #limits: PendingLimits;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
    this.largeRequests = new Budget(limits.largeRequests);
    this.longAnswers = new Budget(limits.longAnswers);
    this.answers = new Budget(limits.pendingAnswerBytes);
  }

  /**
   * Returns how much can be held now, in bytes. A connection holds the first bytes of its request
   * or a short answer, never both.
   *
   * @param connections Number of open ones.
   */
  bytes(connections: number): number {
    const { freeAnswerBytes, freeRequestBytes, longAnswerBytes, requestBytes } =
      this.#limits;
    return connections * Math.max(freeAnswerBytes, freeRequestBytes) +
      this.largeRequests.spent * requestBytes +
      this.longAnswers.spent * longAnswerBytes +
      this.answers.spent;
  }

  /** Number of connections that wait until others have taken their answers. */
  get waiting(): number {
    return this.longAnswers.waiting + this.answers.waiting;
  }
}

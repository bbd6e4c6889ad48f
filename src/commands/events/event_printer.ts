// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The common form of the printers of events.
 * @module
 */
import { answerFault } from "../../client/mod.ts";
import { type AnswerOf, ANSWERS, decodeAnswer } from "../../proto/mod.ts";

/** An event as it is printed. */
export interface EventAnswer {
  readonly bytes: Uint8Array;
}

/** Prints events in one format. */
export interface EventPrinter {
  /** Prints what comes before the first event, once the daemon has granted the question. */
  begin?(): Promise<void>;
  print(events: readonly EventAnswer[]): Promise<void>;
  /** Prints what follows the last one. */
  end(): Promise<void>;
  /** Returns bytes that mean nothing to the reader; null if there are none now. */
  readonly idle?: () => Uint8Array | null;
}

/**
 * Reads an event.
 *
 * @throws {ProtocolError} If it is none.
 */
export function readStreamEvent({ bytes }: EventAnswer): AnswerOf<"event"> {
  try {
    const answer = decodeAnswer(bytes, ANSWERS.event.maxDepth);
    if (answer.type === "event") return answer;
  } catch (error) {
    throw answerFault(error);
  }
  throw new TypeError("Cannot print event: it is none");
}

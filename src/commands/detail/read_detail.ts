// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads a whole `detail` answer.
 * @module
 */
import { answerFault, ProtocolError } from "../../client/mod.ts";
import {
  type AnswerOf,
  decodeAnswer,
  joinBytes,
  MAX_ANSWER_DEPTH,
  type SessionRecord,
} from "../../proto/mod.ts";
import type { CheckedAnswer } from "../ask/answer_head.ts";
import { HoldLimit } from "../ask/hold_limit.ts";

/** A `detail` answer that has a session. */
export interface SessionDetail {
  session: SessionRecord;
  detail: AnswerOf<"detail">;
}

/**
 * Reads an answer to its end.
 *
 * @param maxBytes Size from which on it is refused.
 * @throws {ProtocolError} If it is not a `detail` answer with a session, or too large to be held.
 */
export async function readDetail(
  answer: Pick<CheckedAnswer, "chunks">,
  maxBytes?: number,
): Promise<SessionDetail> {
  const chunks: Uint8Array[] = [];
  const held = new HoldLimit("-o json and -o ndjson pass it on", maxBytes);
  for await (const chunk of answer.chunks()) {
    held.add(chunk.length);
    chunks.push(chunk.slice());
  }
  const detail = decode(joinBytes(chunks));
  // A key that may be null may be missing, too.
  if (detail.type === "detail" && detail.session) {
    return { session: detail.session, detail };
  }
  throw new ProtocolError(
    "The daemon broke the protocol: its answer has no session",
  );
}

function decode(bytes: Uint8Array): ReturnType<typeof decodeAnswer> {
  try {
    return decodeAnswer(bytes, MAX_ANSWER_DEPTH);
  } catch (error) {
    throw answerFault(error);
  }
}

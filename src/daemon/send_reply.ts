// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends answers: framed, in pieces, made only as fast as the client takes them.
 * @module
 */
import { errorMessage } from "../context/mod.ts";
import { encodeHeader } from "../frame/mod.ts";
import type { Budget } from "./budget.ts";

import type { Limits } from "./limits.ts";
import { type ReplyBody, replyError } from "./reply.ts";

/** The destination of an answer. */
export interface ReplySink {
  limits: Pick<
    Limits,
    "answerBytes" | "freeAnswerBytes" | "pendingAnswerBytes" | "pieceBytes"
  >;
  /** Bytes of long answers that are made but not yet sent, over all connections. */
  answers: Budget;
  /** Ends the wait for other connections. */
  signal: AbortSignal;
  /** Called before the wait for other connections, which is not the client's fault. */
  wait(): void;
  /** Resolves once the whole piece is written. */
  write(piece: Uint8Array): Promise<void>;
}

const NOTHING = new Uint8Array();

/** A part of an answer could not be made. */
export class BrokenAnswerError extends Error {
  override get name(): string {
    return "BrokenAnswerError";
  }
}

/**
 * Sends an answer. Sends an error in its place if no header can announce its length, or if its
 * first part cannot be made. Closes the reply in any case.
 *
 * @throws {RangeError} If the parts are not as long as the reply says: the header is sent, so the
 * answer can only be broken off.
 * @throws {BrokenAnswerError} If a later part cannot be made, for the same reason.
 * @throws {unknown} The error of a write, or the signal's reason.
 */
export async function sendReply(
  reply: ReplyBody,
  sink: ReplySink,
): Promise<void> {
  const { answerBytes } = sink.limits;
  let refusal: string | null;
  if (reply.isFramed || reply.length <= answerBytes) {
    refusal = await sendBody(reply, sink);
  } else {
    reply.close?.();
    refusal =
      `Cannot send answer as it must be <= ${answerBytes} bytes: current length is ${reply.length}`;
  }
  if (refusal !== null) await sendBody(replyError(refusal), sink);
}

/**
 * Sends all parts.
 *
 * @returns Null once all is sent. If nothing is sent because the answer, or the first part of a
 * long one, cannot be made, the error is returned.
 */
async function sendBody(
  reply: ReplyBody,
  sink: ReplySink,
): Promise<string | null> {
  const sent = { bytes: 0 };
  try {
    if (reply.length > sink.limits.freeAnswerBytes) {
      await sendLong(reply, sink, sent);
    } else await sendPieces(makeFrame(reply), sink, sent);
    return null;
  } catch (error) {
    if (sent.bytes > 0 || !(error instanceof BrokenAnswerError)) throw error;
    return error.message;
  } finally {
    reply.close?.();
  }
}

/** Makes a whole answer with its header, so that one write sends it and wakes its reader once. */
function makeFrame(reply: ReplyBody): Uint8Array {
  const head = headOf(reply);
  const frame = new Uint8Array(head.length + reply.length);
  frame.set(head);
  let left = reply.length;
  try {
    for (const part of reply.chunks()) {
      left -= part.length;
      if (left < 0) break;
      frame.set(part, frame.length - left - part.length);
    }
    if (left !== 0) throw misfit(reply, left);
    return frame;
  } catch (error) {
    throw new BrokenAnswerError(errorMessage(error), { cause: error });
  }
}

/**
 * Sends the parts of a long answer. Each is made in a turn of its own, once others have taken
 * enough of theirs.
 */
async function sendLong(
  reply: ReplyBody,
  sink: ReplySink,
  sent: { bytes: number },
): Promise<void> {
  const chunks = reply.chunks()[Symbol.iterator]();
  let chunk: Uint8Array = NOTHING;
  const make = () => {
    chunk = nextChunk(chunks);
    return chunk.length;
  };
  for (let left = reply.length; left > 0;) {
    sink.wait();
    await reply.turn?.();
    await sink.answers.draw(make, sink.signal);
    try {
      left -= chunk.length;
      if (chunk.length === 0 || left < 0) throw misfit(reply, left);
      if (sent.bytes === 0) await sendPieces(headOf(reply), sink, sent);
      await sendPieces(chunk, sink, sent);
    } finally {
      sink.answers.give(chunk.length);
    }
  }
}

function nextChunk(chunks: Iterator<Uint8Array>): Uint8Array {
  try {
    const next = chunks.next();
    return next.done ? NOTHING : next.value;
  } catch (error) {
    throw new BrokenAnswerError(errorMessage(error), { cause: error });
  }
}

async function sendPieces(
  bytes: Uint8Array,
  { limits: { pieceBytes }, write }: ReplySink,
  sent: { bytes: number },
): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    sent.bytes += piece.length;
    await write(piece);
  }
}

function headOf({ isFramed, length }: ReplyBody): Uint8Array {
  return isFramed ? NOTHING : encodeHeader(length);
}

function misfit({ length }: ReplyBody, left: number): RangeError {
  return new RangeError(
    `Cannot send answer as it must have ${length} bytes: current length is ${
      length - left
    }${left < 0 ? " or more" : ""}`,
  );
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends answers: framed, in pieces, made only as fast as the client takes them.
 * @module
 */
import { encodeHeader } from "../frame/mod.ts";
import type { Budget } from "./budget.ts";
import { describe } from "./log.ts";
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
 * @returns Null once all is sent. If the first part cannot be made, nothing is sent, and the error
 * is returned.
 */
async function sendBody(
  reply: ReplyBody,
  sink: ReplySink,
): Promise<string | null> {
  let head: Uint8Array = reply.isFramed ? NOTHING : encodeHeader(reply.length);
  let left = reply.length;
  try {
    const chunks = reply.chunks()[Symbol.iterator]();
    while (left > 0) {
      const chunk = await draw(chunks, reply, sink);
      try {
        left -= chunk.length;
        if (chunk.length === 0 || left < 0) throw misfit(reply, left);
        await sendChunk(head, chunk, sink);
      } finally {
        if (isLong(reply, sink)) sink.answers.give(chunk.length);
      }
      head = NOTHING;
    }
    return null;
  } catch (error) {
    const begun = head === NOTHING;
    if (begun || !(error instanceof BrokenAnswerError)) throw error;
    return error.message;
  } finally {
    reply.close?.();
  }
}

/**
 * Makes the next part. A part of a long answer is made in a turn of its own, once others have taken
 * enough of theirs.
 *
 * @returns An empty part at the end.
 */
async function draw(
  chunks: Iterator<Uint8Array>,
  reply: ReplyBody,
  sink: ReplySink,
): Promise<Uint8Array> {
  let chunk: Uint8Array = NOTHING;
  const make = () => {
    chunk = nextChunk(chunks);
    return chunk.length;
  };
  if (isLong(reply, sink)) {
    sink.wait();
    await reply.turn?.();
    await sink.answers.draw(make, sink.signal);
  } else make();
  return chunk;
}

function nextChunk(chunks: Iterator<Uint8Array>): Uint8Array {
  try {
    const next = chunks.next();
    return next.done ? NOTHING : next.value;
  } catch (error) {
    throw new BrokenAnswerError(describe(error), { cause: error });
  }
}

function isLong({ length }: ReplyBody, { limits }: ReplySink): boolean {
  return length > limits.freeAnswerBytes;
}

async function sendChunk(
  head: Uint8Array,
  chunk: Uint8Array,
  { limits: { pieceBytes }, write }: ReplySink,
): Promise<void> {
  let first = 0;
  if (head.length > 0) {
    // A small answer is one write, so that its reader wakes up once.
    first = pieceBytes - head.length;
    await write(join(head, chunk.subarray(0, first)));
  }
  for (let at = first; at < chunk.length; at += pieceBytes) {
    await write(chunk.subarray(at, at + pieceBytes));
  }
}

function misfit({ length }: ReplyBody, left: number): RangeError {
  return new RangeError(
    `Cannot send answer as it must have ${length} bytes: current length is ${
      length - left
    }${left < 0 ? " or more" : ""}`,
  );
}

function join(head: Uint8Array, body: Uint8Array): Uint8Array {
  const both = new Uint8Array(head.length + body.length);
  both.set(head);
  both.set(body, head.length);
  return both;
}

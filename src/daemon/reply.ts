// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers in the form in which connections send them.
 * @module
 */
import {
  type AnswerName,
  type AnswerOf,
  type DaemonAnswer,
  encodeJson,
} from "../proto/mod.ts";

/** The bytes of an answer. */
export interface ReplyBody {
  /** Exact length of all chunks together, in bytes. */
  readonly length: number;
  /** Makes the chunks on demand; may be called once. */
  readonly chunks: () => Iterable<Uint8Array>;
  /**
   * Waits for a turn. Await it before each chunk of a long answer is made: a write that the system
   * takes at once does not yield, so for a fast reader the whole answer would be made in one turn
   * of the event loop.
   */
  readonly turn?: () => Promise<void>;
  /**
   * Releases the source of the chunks. Call it whether or not chunks were made; it may be called
   * twice.
   */
  readonly close?: () => void;
  /** True: the chunks are whole frames, with their headers. */
  readonly isFramed?: boolean;
}

/** The answers that follow a first one. */
export interface ReplyStream {
  /**
   * Waits for the next ones.
   *
   * @param stop Ends the wait, as the daemon stops; one last answer says so.
   * @returns Null after the last one.
   */
  next(stop: AbortSignal): Promise<ReplyBody | null>;
  /** Is called once, whether or not all was sent. */
  close(): void;
}

/** An answer of type `N`. */
export interface Reply<N extends AnswerName = AnswerName> extends ReplyBody {
  readonly type: N;
  /** The error that it reports. */
  readonly error?: AnswerOf<"error">;
  /** The daemon's action after the answer is written. */
  readonly after?: "stop";
  /** The stream that follows it on the same connection. */
  readonly stream?: ReplyStream;
}

const UTF8 = new TextEncoder();

/** Returns the reply with this answer. */
export function replyWith<A extends DaemonAnswer>(
  answer: A,
  after?: "stop",
): Reply<A["type"]> {
  const { type } = answer;
  const body = UTF8.encode(encodeJson(answer));
  const reply = { type, length: body.length, chunks: () => [body] };
  return after === undefined ? reply : { ...reply, after };
}

/** Returns the reply that reports an error. */
export function replyError(
  message: string,
  supported: Partial<AnswerOf<"error">> = {},
): Reply<"error"> {
  const error = {
    type: "error",
    message,
    supported_min: null,
    supported_max: null,
    ...supported,
  } as const;
  return { ...replyWith(error), error };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers as connections send them.
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
  /** Makes the chunks as they are asked for; may be called once. */
  readonly chunks: () => Iterable<Uint8Array>;
  /**
   * To be awaited before each chunk of a long answer is made: a write that the system takes at once lets nobody else run, so a
   * fast reader would have the whole answer made in one turn of the event loop.
   */
  readonly turn?: () => Promise<void>;
  /** Releases what the chunks are made from; to be called whether or not they were asked for. May be called twice. */
  readonly close?: () => void;
}

/** An answer of type `N`. */
export interface Reply<N extends AnswerName = AnswerName> extends ReplyBody {
  readonly type: N;
  /** What the daemon does once the answer is written. */
  readonly after?: "stop";
}

const UTF8 = new TextEncoder();

/** Returns the reply that says `answer`. */
export function replyWith<A extends DaemonAnswer>(
  answer: A,
  after?: "stop",
): Reply<A["type"]> {
  const { type } = answer;
  const body = UTF8.encode(encodeJson(answer));
  const reply = { type, length: body.length, chunks: () => [body] };
  return after === undefined ? reply : { ...reply, after };
}

/** Returns the reply that says what went wrong. */
export function replyError(
  message: string,
  supported: Partial<AnswerOf<"error">> = {},
): Reply<"error"> {
  return replyWith({
    type: "error",
    message,
    supported_min: null,
    supported_max: null,
    ...supported,
  });
}

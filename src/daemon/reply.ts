// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers as connections send them.
 * @module
 */
import {
  type DaemonAnswer,
  encodeJson,
  type ErrorAnswer,
} from "../proto/mod.ts";

/** The body of an answer. */
export interface Reply {
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
  /** What the daemon does once the answer is written. */
  readonly after?: "stop";
}

const UTF8 = new TextEncoder();

/** Returns the reply that says `answer`. */
export function replyWith(
  answer: DaemonAnswer | Record<string, unknown>,
  after?: "stop",
): Reply {
  const body = UTF8.encode(encodeJson(answer));
  const reply = { length: body.length, chunks: () => [body] };
  return after === undefined ? reply : { ...reply, after };
}

/** Returns the reply that says what went wrong. */
export function replyError(
  message: string,
  supported: Partial<ErrorAnswer> = {},
): Reply {
  return replyWith({
    type: "error",
    message,
    supported_min: null,
    supported_max: null,
    ...supported,
  });
}

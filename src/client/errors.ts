// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The errors of requests, one for each way a caller can react.
 * @module
 */
import { AnswerError, JsonError } from "../proto/mod.ts";

/** No process listens on the socket: the daemon is stopped (exit 3). */
export class NotRunningError extends Error {
  override get name(): string {
    return "NotRunningError";
  }
}

/** No answer in time, or a full backlog. The daemon may be alive (exit 4). */
export class TimedOutError extends Error {
  override get name(): string {
    return "TimedOutError";
  }
}

/** The daemon answered with an error (exit 5). */
export class RemoteError extends Error {
  override get name(): string {
    return "RemoteError";
  }
  /**
   * @param message The daemon's message.
   * @param supportedMin Lowest protocol version it supports, if the version was the reason.
   * @param supportedMax Highest protocol version it supports, if the version was the reason.
   * @param fields All keys of the answer except its type and message.
   */
  constructor(
    message: string,
    readonly supportedMin: number | null = null,
    readonly supportedMax: number | null = null,
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** The peer broke the protocol: a bad frame, no answer, or an answer of another type (exit 6). */
export class ProtocolError extends Error {
  override get name(): string {
    return "ProtocolError";
  }
}

/**
 * Wraps an error of decoding an answer as a {@linkcode ProtocolError}; returns others unchanged.
 */
export function answerFault(error: unknown): unknown {
  return error instanceof AnswerError || error instanceof JsonError
    ? new ProtocolError(`The daemon broke the protocol: ${error.message}`, {
      cause: error,
    })
    : error;
}

/**
 * The socket's path exists but is unusable: no permission, not a socket, under a file (exit 74).
 */
export class SocketError extends Error {
  override get name(): string {
    return "SocketError";
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The ways a request can fail, told apart by what a caller can do about them.
 * @module
 */
import { AnswerError, JsonError } from "../proto/mod.ts";

/** Nobody listens on the socket: the daemon is stopped (exit 3). */
export class NotRunningError extends Error {
  override get name(): string {
    return "NotRunningError";
  }
}

/** No answer in time, or a full backlog: the daemon may live, so never treat it as dead (exit 4). */
export class TimedOutError extends Error {
  override get name(): string {
    return "TimedOutError";
  }
}

/** The daemon understood and answered with an error (exit 5). */
export class RemoteError extends Error {
  override get name(): string {
    return "RemoteError";
  }
  /**
   * @param message The daemon's own words.
   * @param supportedMin Lowest protocol version it speaks, if that was the matter.
   * @param supportedMax Highest protocol version it speaks, if that was the matter.
   * @param fields All that the answer holds beside its type and message.
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

/** The peer broke the protocol: a bad frame, no answer at all, or one of the wrong type (exit 6). */
export class ProtocolError extends Error {
  override get name(): string {
    return "ProtocolError";
  }
}

/** Says of what could not be read as an answer that the daemon broke the protocol; any other error stays as it is. */
export function answerFault(error: unknown): unknown {
  return error instanceof AnswerError || error instanceof JsonError
    ? new ProtocolError(`The daemon broke the protocol: ${error.message}`, {
      cause: error,
    })
    : error;
}

/** The socket's path is there but cannot be used: no permission, not a socket, under a file (exit 74). */
export class SocketError extends Error {
  override get name(): string {
    return "SocketError";
  }
}

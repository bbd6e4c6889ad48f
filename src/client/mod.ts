// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asks a daemon: one request a connection, with a deadline and typed errors.
 * @module
 */
export { type Answer, openAnswer } from "./answer.ts";
export { type ClientOptions, connectFault, timeLeft } from "./connect.ts";
export {
  answerFault,
  NotRunningError,
  ProtocolError,
  RemoteError,
  SocketError,
  TimedOutError,
} from "./errors.ts";
export { sendForAck } from "./send_for_ack.ts";
export { type WatchAnswer, watchAnswers, type WatchRequest } from "./watch.ts";
export { ask, type EncodedRequest, HELLO, sendRequest } from "./requests.ts";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asking a daemon: one request is one connection, under one deadline, with typed errors.
 * @module
 */
export { type Answer, openAnswer } from "./answer.ts";
export { type ClientOptions, connectFault } from "./connect.ts";
export {
  answerFault,
  NotRunningError,
  ProtocolError,
  RemoteError,
  SocketError,
  TimedOutError,
} from "./errors.ts";
export { sendForAck } from "./send_for_ack.ts";
export { ask, type EncodedRequest, HELLO, sendRequest } from "./requests.ts";

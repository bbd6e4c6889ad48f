// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends one request and returns its whole answer, typed by the table of requests.
 * @module
 */
import {
  type AnswerOf,
  ANSWERS,
  type AnswerTo,
  type DaemonAnswer,
  type DaemonRequest,
  decodeAnswer,
  encodeRequest,
  joinBytes,
  PROTO_VERSION,
  type RequestName,
  type RequestOf,
  REQUESTS,
} from "../proto/mod.ts";
import { openAnswer } from "./answer.ts";
import type { ClientOptions } from "./connect.ts";
import { answerFault, ProtocolError, RemoteError } from "./errors.ts";

/** The request for the daemon's version and its workspaces. */
export const HELLO = {
  type: "hello",
  proto_version: PROTO_VERSION,
  client: "cli",
  workspace: null,
} as const;

/**
 * Longest answer that is held whole, in bytes, 64 MiB: a million workspaces, or a page of the
 * longest records. A literal, so that a bundler can drop it.
 */
const MAX_WHOLE_ANSWER_BYTES = 67_108_864;

/** An encoded request. */
export interface EncodedRequest<N extends RequestName> {
  type: N;
  /** JSON bytes from `encodeRequest`. */
  body: Uint8Array;
}

/** Sends a request and returns its answer. @throws As {@linkcode sendRequest}. */
export function ask<N extends RequestName>(
  request: { type: N } & RequestOf<N>,
  options: ClientOptions,
): Promise<AnswerTo<N>>;
export async function ask(
  request: DaemonRequest,
  options: ClientOptions,
): Promise<DaemonAnswer> {
  const { type } = request;
  return await sendRequest({ type, body: encodeRequest(request) }, options);
}

/**
 * Sends an encoded request and reads its whole answer. The table of requests says its type.
 *
 * @throws {RemoteError} If the daemon answers with an error.
 * @throws {ProtocolError} If the answer has another type, or is no answer of this protocol.
 * @throws As {@linkcode openAnswer}.
 */
export async function sendRequest<N extends RequestName>(
  { type, body }: EncodedRequest<N>,
  options: ClientOptions,
): Promise<AnswerTo<N>> {
  await using opened = await openAnswer(body, options, { isWhole: true });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of opened.chunks) {
    bytes += chunk.length;
    if (bytes > MAX_WHOLE_ANSWER_BYTES) throw tooLong();
    chunks.push(chunk.slice());
  }
  const { maxDepth } = ANSWERS[REQUESTS[type].answer];
  const answer = decode(joinBytes(chunks), maxDepth);
  if (answer.type === "error") throw remoteError(answer);
  if (isAnswerTo(type, answer)) return answer;
  throw new ProtocolError(
    `The daemon broke the protocol: it answered with "${answer.type}"`,
  );
}

function tooLong(): ProtocolError {
  return new ProtocolError(
    `The daemon broke the protocol: its answer is longer than ${MAX_WHOLE_ANSWER_BYTES} bytes`,
  );
}

function isAnswerTo<N extends RequestName>(
  type: N,
  answer: DaemonAnswer,
): answer is AnswerTo<N> {
  return answer.type === REQUESTS[type].answer;
}

/** Returns the error to throw for an error answer. */
export function remoteError(answer: AnswerOf<"error">): RemoteError {
  const { type: _type, message, ...fields } = answer;
  // The decoder accepts null and a missing key.
  const { supported_min: min = null, supported_max: max = null } = fields;
  return new RemoteError(message, min, max, fields);
}

function decode(bytes: Uint8Array, maxDepth: number): DaemonAnswer {
  try {
    return decodeAnswer(bytes, maxDepth);
  } catch (error) {
    throw answerFault(error);
  }
}

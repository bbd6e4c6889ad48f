// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One request, one whole answer, typed by the table of requests.
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

/** Asks which daemon this is and which workspaces it knows. */
export const HELLO = {
  type: "hello",
  proto_version: PROTO_VERSION,
  client: "cli",
  workspace: null,
} as const;

/** An encoded request. */
export interface EncodedRequest<N extends RequestName> {
  type: N;
  /** JSON bytes, as `encodeRequest` makes them. */
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
 * Sends an encoded request and reads its whole answer, which has the type that the table of requests says.
 *
 * @throws {RemoteError} If the daemon answers with an error.
 * @throws {ProtocolError} If the daemon answers with another type, or what comes is no answer of this protocol.
 * @throws As {@linkcode openAnswer}.
 */
export async function sendRequest<N extends RequestName>(
  { type, body }: EncodedRequest<N>,
  options: ClientOptions,
): Promise<AnswerTo<N>> {
  await using opened = await openAnswer(body, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.chunks) chunks.push(chunk.slice());
  const { maxDepth } = ANSWERS[REQUESTS[type].answer];
  const answer = decode(joinBytes(chunks), maxDepth);
  if (answer.type === "error") throw remoteError(answer);
  if (isAnswerTo(type, answer)) return answer;
  throw new ProtocolError(
    `The daemon broke the protocol: it answered with "${answer.type}"`,
  );
}

function isAnswerTo<N extends RequestName>(
  type: N,
  answer: DaemonAnswer,
): answer is AnswerTo<N> {
  return answer.type === REQUESTS[type].answer;
}

/** What a daemon's error answer means to a caller. */
function remoteError(answer: AnswerOf<"error">): RemoteError {
  const { type: _type, message, ...fields } = answer;
  // Null or missing, as the validator has it.
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

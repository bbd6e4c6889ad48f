// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One typed method a request.
 * @module
 */
import {
  type AckAnswer,
  type DaemonAnswer,
  type DaemonRequest,
  decodeAnswer,
  type DetailAnswer,
  encodeRequest,
  type ErrorAnswer,
  type GetSessionDetailRequest,
  type HelloAnswer,
  type IngestHookRequest,
  joinBytes,
  type ListSessionsRequest,
  MAX_ANSWER_DEPTH,
  PROTO_VERSION,
  type SessionsAnswer,
  type StatusAnswer,
  type StoreAnswer,
  type StorePruneRequest,
} from "../proto/mod.ts";
import { openAnswer } from "./answer.ts";
import type { ClientOptions } from "./connect.ts";
import { answerFault, ProtocolError, RemoteError } from "./errors.ts";

/**
 * Asks which daemon this is and which workspaces it knows.
 *
 * @throws As {@linkcode sendRequest}, and {@linkcode RemoteError} if it speaks another protocol version.
 */
export async function askHello(options: ClientOptions): Promise<HelloAnswer> {
  const request = {
    type: "hello",
    proto_version: PROTO_VERSION,
    client: "cli",
    workspace: null,
  } as const;
  const answer = await ask(request, options);
  return answer.type === "hello" ? answer : unexpected(answer);
}

/** Asks how the daemon is. @throws As {@linkcode sendRequest}. */
export async function askStatus(options: ClientOptions): Promise<StatusAnswer> {
  const answer = await ask({ type: "status" }, options);
  return answer.type === "status" ? answer : unexpected(answer);
}

/** Asks the daemon to stop; it does so after this answer. @throws As {@linkcode sendRequest}. */
export async function askStop(options: ClientOptions): Promise<AckAnswer> {
  const answer = await ask({ type: "stop" }, options);
  return answer.type === "ack" ? answer : unexpected(answer);
}

/** Asks for one page of sessions. @throws As {@linkcode sendRequest}. */
export async function listSessions(
  request: Omit<ListSessionsRequest, "type">,
  options: ClientOptions,
): Promise<SessionsAnswer> {
  const answer = await ask({ type: "list_sessions", ...request }, options);
  return answer.type === "sessions" ? answer : unexpected(answer);
}

/** Asks for a session with its events and spans; its `session` is null if there is none. @throws As {@linkcode sendRequest}. */
export async function getSessionDetail(
  request: Omit<GetSessionDetailRequest, "type">,
  options: ClientOptions,
): Promise<DetailAnswer> {
  const answer = await ask(
    { type: "get_session_detail", ...request },
    { ...options, maxDepth: MAX_ANSWER_DEPTH },
  );
  return answer.type === "detail" ? answer : unexpected(answer);
}

/** Hands over one hook event; with our daemon the ack means that it is on disk. @throws As {@linkcode sendRequest}. */
export async function ingestHook(
  request: Omit<IngestHookRequest, "type">,
  options: ClientOptions,
): Promise<AckAnswer> {
  const answer = await ask({ type: "ingest_hook", ...request }, options);
  return answer.type === "ack" ? answer : unexpected(answer);
}

/** Asks our daemon what its store holds. @throws As {@linkcode sendRequest}; the reference does not know this request. */
export async function askStoreStats(
  options: ClientOptions,
): Promise<StoreAnswer> {
  const answer = await ask({ type: "store_stats" }, options);
  return answer.type === "store" ? answer : unexpected(answer);
}

/** Asks our daemon to delete sessions. @throws As {@linkcode sendRequest}; the reference does not know this request. */
export async function pruneStore(
  request: Omit<StorePruneRequest, "type">,
  options: ClientOptions,
): Promise<StoreAnswer> {
  const answer = await ask({ type: "store_prune", ...request }, options);
  return answer.type === "store" ? answer : unexpected(answer);
}

/** Where to ask, and how deep the answer may nest; that of a request if not given. */
type RequestOptions = ClientOptions & { maxDepth?: number };

/**
 * Sends an encoded request and reads its whole answer.
 *
 * @param body JSON bytes of the request.
 * @throws {RemoteError} If the daemon answers with an error.
 * @throws {ProtocolError} If what comes is no answer of this protocol.
 * @throws As {@linkcode openAnswer}.
 */
export async function sendRequest(
  body: Uint8Array,
  options: RequestOptions,
): Promise<DaemonAnswer> {
  const { maxDepth, ...client } = options;
  await using answer = await openAnswer(body, client);
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.chunks) chunks.push(chunk.slice());
  const decoded = decode(joinBytes(chunks), maxDepth);
  if (decoded.type !== "error") return decoded;
  throw remoteError(decoded);
}

/** What a daemon's error answer means to a caller. */
function remoteError(answer: ErrorAnswer): RemoteError {
  const { type: _type, message, ...fields } = answer;
  // Null or missing, as the validator has it.
  const { supported_min: min = null, supported_max: max = null } = fields;
  return new RemoteError(message, min, max, fields);
}

function ask(
  request: DaemonRequest,
  options: RequestOptions,
): Promise<DaemonAnswer> {
  return sendRequest(encodeRequest(request), options);
}

function decode(bytes: Uint8Array, maxDepth?: number): DaemonAnswer {
  try {
    return decodeAnswer(bytes, maxDepth);
  } catch (error) {
    throw answerFault(error);
  }
}

function unexpected(answer: DaemonAnswer): never {
  throw new ProtocolError(
    `The daemon broke the protocol: it answered with "${answer.type}"`,
  );
}

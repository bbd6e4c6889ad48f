// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Watches events and searches them: one request whose answers follow one another on one connection.
 * @module
 */
import { pause } from "../context/mod.ts";
import {
  encodeFrame,
  streamFrames,
  type Wire,
  writeAll,
} from "../frame/mod.ts";
import {
  type AnswerOf,
  decodeAnswer,
  decodeString,
  encodeRequest,
  MAX_REQUEST_BYTES,
  type RequestOf,
  scanMembers,
} from "../proto/mod.ts";
import { closer, frameFault } from "./answer.ts";
import {
  type ClientOptions,
  connectBefore,
  Deadline,
  timeLeft,
} from "./connect.ts";
import { answerFault, ProtocolError, TimedOutError } from "./errors.ts";
import { ask, HELLO, remoteError } from "./requests.ts";

/** Longest answer in bytes: an event of the largest size with its record and place around it. */
const MAX_WATCH_ANSWER_BYTES = 2 * MAX_REQUEST_BYTES;
/** An event's record adds a level around the payload, and its answer another. */
const MAX_WATCH_DEPTH = 129;
/** Longest silence after which to ask, in milliseconds: a longer timer ends at once. */
const MAX_SILENCE_MS = 0x7fff_ffff;

/** An answer of a watch. */
export type WatchAnswer =
  /** The state of the watch. */
  | { type: "watch"; cursor: string; watch: AnswerOf<"watch"> }
  /** An event, as the daemon sent it. */
  | { type: "event"; cursor: string; bytes: Uint8Array }
  /** An event that a search found, as the daemon sent it. */
  | { type: "match"; cursor: string; bytes: Uint8Array };

/** A request with answers that follow one another. */
export type WatchRequest =
  | RequestOf<"watch_events">
  | RequestOf<"search_events">;

/**
 * Watches events, or searches them, until the daemon ends that.
 *
 * @returns Yields the answers that arrive together, in their order; the first one is of type
 * `watch`. The connection is closed when the caller stops.
 * @param signal Closes the connection, which ends the watch with an error.
 * @throws {RemoteError} If the daemon answers with an error.
 * @throws {ProtocolError} If the daemon closes without an answer or inside of one, or sends
 * anything else.
 * @throws {NotRunningError | TimedOutError | SocketError} As `openAnswer`. The timeout is for the
 * first answer. After it, a daemon says nothing until there is an event, so after a silence as long
 * it is asked whether it still answers.
 */
export async function* watchAnswers(
  request: WatchRequest,
  options: ClientOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchAnswer[]> {
  const deadline = new Deadline(timeLeft(options), options.socket);
  const conn = await connectBefore(deadline, options);
  const close = closer(conn);
  signal.addEventListener("abort", close);
  const over = new AbortController();
  let isSilent = false;
  let hang: TimedOutError | null = null;
  const silenceMs = Math.min(options.timeoutMs, MAX_SILENCE_MS);
  const endSilence = async () => {
    while (hang === null) {
      await pause(silenceMs, over.signal);
      if (over.signal.aborted) return;
      if (isSilent) hang = await findHang(options);
      isSilent = true;
    }
    close();
  };
  void endSilence();
  try {
    signal.throwIfAborted();
    const frames = streamFrames(conn, MAX_WATCH_ANSWER_BYTES);
    const first = await deadline.guard(
      begin(conn, request, frames),
      close,
    );
    for (let step = first; !step.done; step = await frames.next()) {
      isSilent = false;
      yield step.value.map(readAnswer);
    }
  } catch (error) {
    throw hang ?? frameFault(error);
  } finally {
    over.abort();
    signal.removeEventListener("abort", close);
    close();
  }
}

/** Returns the error of a daemon that does not answer; null if it does, or if none is there. */
async function findHang(options: ClientOptions): Promise<TimedOutError | null> {
  try {
    await ask(HELLO, options);
    return null;
  } catch (error) {
    return error instanceof TimedOutError ? error : null;
  }
}

async function begin(
  wire: Wire,
  request: WatchRequest,
  frames: AsyncGenerator<Uint8Array[]>,
): Promise<IteratorResult<Uint8Array[]>> {
  await writeAll(wire, encodeFrame(encodeRequest(request)));
  const first = await frames.next();
  if (!first.done) return first;
  throw new ProtocolError(
    "The daemon closed the connection without an answer: it may not know this request, or it just stopped",
  );
}

function readAnswer(bytes: Uint8Array): WatchAnswer {
  try {
    const members = scanMembers(bytes, MAX_WATCH_DEPTH)?.members ?? [];
    const text = (name: string) => {
      const found = members.find(({ key, kind }) =>
        key === name && kind === "string"
      );
      return found && decodeString(bytes.subarray(found.start, found.end));
    };
    const cursor = text("cursor");
    const type = text("type");
    if ((type === "event" || type === "match") && cursor !== undefined) {
      return { type, cursor, bytes };
    }
    const answer = decodeAnswer(bytes);
    if (answer.type === "error") throw remoteError(answer);
    if (answer.type === "watch") {
      return { type: "watch", cursor: answer.cursor, watch: answer };
    }
    throw new ProtocolError(
      `The daemon broke the protocol: it answered with "${answer.type}"`,
    );
  } catch (error) {
    throw answerFault(error);
  }
}

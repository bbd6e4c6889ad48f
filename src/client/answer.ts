// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One request and its streamed answer: a connection each, as the daemon answers one request and closes.
 * @module
 */
import {
  encodeFrame,
  FrameError,
  streamFrame,
  writeAll,
} from "../frame/mod.ts";
import { MAX_ANSWER_BYTES, MAX_REQUEST_BYTES } from "../proto/mod.ts";
import {
  type ClientOptions,
  connectBefore,
  Deadline,
  Watchdog,
} from "./connect.ts";
import { ProtocolError, TimedOutError } from "./errors.ts";

/** The body of an answer as it arrives. */
export interface Answer extends AsyncDisposable {
  /**
   * The body's bytes, first chunk already here. A chunk is overwritten by the next: use it, or copy it, before asking for more.
   *
   * Reading throws {@linkcode ProtocolError} if the frame ends early, {@linkcode TimedOutError} if the daemon pauses too long.
   */
  chunks: AsyncIterable<Uint8Array>;
}

/**
 * Sends a request and waits for the first byte of its answer.
 *
 * @param body JSON bytes of the request, as `encodeRequest` makes them.
 * @throws {RangeError} If the body is longer than a request may be.
 * @throws {NotRunningError} If nobody listens.
 * @throws {TimedOutError} If the deadline passes.
 * @throws {ProtocolError} If the daemon closes without an answer, or frames it wrongly.
 * @throws {SocketError} If the socket's path cannot be used.
 */
export async function openAnswer(
  body: Uint8Array,
  options: ClientOptions,
): Promise<Answer> {
  if (body.length > MAX_REQUEST_BYTES) {
    throw new RangeError(
      `Cannot send request as it must be <= ${MAX_REQUEST_BYTES} bytes: current length is ${body.length}`,
    );
  }
  const deadline = new Deadline(options.timeoutMs, options.socket);
  const connecting = options.connectTimeoutMs === undefined
    ? deadline
    : new Deadline(
      Math.min(options.connectTimeoutMs, options.timeoutMs),
      options.socket,
    );
  const conn = await connectBefore(connecting, options);
  const close = closer(conn);
  try {
    const stream = streamFrame(conn, MAX_ANSWER_BYTES);
    const first = await deadline.guard(
      exchange(conn, body, stream, options.onSent),
      close,
    );
    return {
      chunks: rest(first, stream, close, options),
      [Symbol.asyncDispose]: () => Promise.resolve(close()),
    };
  } catch (error) {
    close();
    throw frameFault(error);
  }
}

/** Writes the request; a daemon that has closed already may still have left an answer, so a failed write is not the end. */
async function exchange(
  conn: Deno.Conn,
  body: Uint8Array,
  stream: AsyncGenerator<Uint8Array>,
  onSent: (() => void) | undefined,
): Promise<IteratorResult<Uint8Array>> {
  try {
    await writeAll(conn, encodeFrame(body));
  } catch (error) {
    if (!isHangUp(error)) throw error;
  }
  onSent?.();
  return await stream.next();
}

async function* rest(
  first: IteratorResult<Uint8Array>,
  stream: AsyncGenerator<Uint8Array>,
  close: () => void,
  options: ClientOptions,
): AsyncGenerator<Uint8Array> {
  const silenceMs = options.betweenBytesMs ?? options.timeoutMs;
  using watchdog = new Watchdog(silenceMs, close);
  try {
    for (let step = first; !step.done;) {
      yield step.value;
      step = await watchdog.watch(stream.next());
    }
  } catch (error) {
    throw watchdog.silent
      ? new TimedOutError(
        `The daemon at ${options.socket} paused for ${silenceMs} ms inside its answer`,
        { cause: error },
      )
      : frameFault(error);
  } finally {
    close();
  }
}

/** Closes a connection at most once; closing a `Deno.Conn` twice throws. */
function closer(conn: Deno.Conn): () => void {
  let open = true;
  return () => {
    if (open) conn.close();
    open = false;
  };
}

function frameFault(error: unknown): unknown {
  if (error instanceof FrameError && error.fault === "closed") {
    return noAnswer(error);
  }
  if (error instanceof FrameError) {
    return new ProtocolError(
      error.fault === "cut short"
        ? "The daemon closed the connection inside its answer"
        : `The daemon broke the protocol: ${error.message}`,
      { cause: error },
    );
  }
  return isHangUp(error) ? noAnswer(error) : error;
}

/** The reference closes without a word on whatever it cannot decode. */
function noAnswer(cause: unknown): ProtocolError {
  return new ProtocolError(
    "The daemon closed the connection without an answer: it may not know this request, or it was just stopped",
    { cause },
  );
}

function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

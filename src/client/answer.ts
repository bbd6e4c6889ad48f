// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends one request and streams its answer. Each request has a connection of its own, as the daemon
 * answers one request and closes.
 * @module
 */
import {
  encodeFrame,
  FrameError,
  streamFrame,
  writeAll,
} from "../frame/mod.ts";
import { isSpace, MAX_ANSWER_BYTES, MAX_REQUEST_BYTES } from "../proto/mod.ts";
import {
  type ClientOptions,
  connectBefore,
  Deadline,
  timeLeft,
  Watchdog,
} from "./connect.ts";
import { ProtocolError, TimedOutError } from "./errors.ts";

/**
 * Maximum white space in one place, in bytes: 16 MiB, which a text of an event may consist of. It
 * is not a product, as the bundler would keep one in the start file of hooks.
 */
const MAX_SPACE_BYTES = 16_777_216;

/** An answer whose body is still arriving. */
export interface Answer extends AsyncDisposable {
  /**
   * The body. The first chunk has arrived. The next chunk overwrites a chunk: use it or copy it
   * before the next step.
   *
   * A step throws {@linkcode ProtocolError} if the frame ends early, and {@linkcode TimedOutError}
   * if too little of it arrives in the time that is waited for it.
   */
  chunks: AsyncIterable<Uint8Array>;
}

/** How an answer is read. */
export interface ReadOptions {
  /** True: the deadline is for the whole answer. False: for its first 64 KiB, then for the next. */
  isWhole: boolean;
}

/**
 * Sends a request and waits for the first byte of its answer.
 *
 * @param body JSON bytes of the request, from `encodeRequest`.
 * @throws {RangeError} If the body is over the limit of requests.
 * @throws {NotRunningError} If no process listens.
 * @throws {TimedOutError} If the deadline passes.
 * @throws {ProtocolError} If the daemon closes without an answer, or breaks the framing rules.
 * @throws {SocketError} If the socket's path is unusable.
 */
export async function openAnswer(
  body: Uint8Array,
  options: ClientOptions,
  { isWhole }: ReadOptions = { isWhole: false },
): Promise<Answer> {
  if (body.length > MAX_REQUEST_BYTES) {
    throw new RangeError(
      `Cannot send request as it must be <= ${MAX_REQUEST_BYTES} bytes: current length is ${body.length}`,
    );
  }
  const timeoutMs = timeLeft(options);
  const begin = performance.now();
  const deadline = new Deadline(timeoutMs, options.socket);
  const connecting = options.connectTimeoutMs === undefined
    ? deadline
    : new Deadline(
      Math.min(options.connectTimeoutMs, timeoutMs),
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
      chunks: isWhole
        ? restBefore(deadline, first, stream, close)
        : rest(first, stream, close, {
          timeoutMs,
          waitedMs: performance.now() - begin,
          socket: options.socket,
        }),
      [Symbol.asyncDispose]: () => Promise.resolve(close()),
    };
  } catch (error) {
    close();
    throw frameFault(error);
  }
}

/**
 * Writes the request and reads the first chunk. A failed write is no reason to give up: a daemon
 * that closed early may have left an answer.
 */
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
  { timeoutMs, waitedMs, socket }: {
    timeoutMs: number;
    waitedMs: number;
    socket: string;
  },
): AsyncGenerator<Uint8Array> {
  using watchdog = new Watchdog(timeoutMs, waitedMs, close);
  let spaces = 0;
  try {
    for (let step = first; !step.done;) {
      spaces = step.value.every(isSpace) ? spaces + step.value.length : 0;
      if (spaces > MAX_SPACE_BYTES) throw endlessSpace();
      yield step.value;
      step = await watchdog.watch(stream.next());
    }
  } catch (error) {
    throw watchdog.isLate
      ? new TimedOutError(
        `The daemon at ${socket} sent too little of its answer within ${timeoutMs} ms`,
        { cause: error },
      )
      : frameFault(error);
  } finally {
    close();
  }
}

function endlessSpace(): ProtocolError {
  return new ProtocolError(
    "The daemon broke the protocol: its answer continues with only white space",
  );
}

/** Reads the rest of an answer that must be complete before the deadline, however it drips. */
async function* restBefore(
  deadline: Deadline,
  first: IteratorResult<Uint8Array>,
  stream: AsyncGenerator<Uint8Array>,
  close: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    for (let step = first; !step.done;) {
      yield step.value;
      step = await deadline.guard(stream.next(), close);
    }
  } catch (error) {
    throw frameFault(error);
  } finally {
    close();
  }
}

/** Returns a function that closes a connection once. Closing a `Deno.Conn` twice throws. */
export function closer(conn: Deno.Conn): () => void {
  let open = true;
  return () => {
    if (open) conn.close();
    open = false;
  };
}

/** Returns our error for one of the frames or of the connection; others unchanged. */
export function frameFault(error: unknown): unknown {
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

/** The reference closes without an answer if it cannot decode a request. */
function noAnswer(cause: unknown): ProtocolError {
  return new ProtocolError(
    "The daemon closed the connection without an answer: it may not know this request, or it just stopped",
    { cause },
  );
}

function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.Interrupted ||
    // The connection was closed by a deadline while this read was on its way.
    error instanceof Deno.errors.BadResource;
}

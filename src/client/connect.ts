// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Opens one connection under a deadline.
 * @module
 */
import { type Context, expiry, pause } from "../context/mod.ts";
import { NotRunningError, SocketError, TimedOutError } from "./errors.ts";

/**
 * Bytes of an answer that must arrive within the timeout, so that the time for a whole answer grows
 * with what arrives. A daemon that sends a byte at a time is as silent as one that sends none.
 */
const PROGRESS_BYTES = 64 * 1024;
/** Time between two attempts while the backlog is full, in milliseconds. */
const BACKLOG_PAUSE_MS = 5;

/** The socket to connect to, and the timeouts. */
export interface ClientOptions {
  /** Absolute path of the daemon's socket. */
  socket: string;
  connect: Context["connect"];
  /**
   * Timeout in milliseconds for connecting, writing and the first 64 KiB of the answer, then for
   * each further 64 KiB.
   */
  timeoutMs: number;
  /**
   * When the caller's own time is over, on the clock of `performance.now()`, in milliseconds. A
   * request has at most what is left. Default: never.
   */
  end?: number | null;
  /** Timeout in milliseconds for connecting. Default: `timeoutMs`. */
  connectTimeoutMs?: number;
  /** Called after the request is written and before its answer arrives: time for other work. */
  onSent?: (() => void) | undefined;
}

/** Returns the time that a request has, in whole milliseconds. */
export function timeLeft({ timeoutMs, end = null }: ClientOptions): number {
  return end === null
    ? timeoutMs
    : Math.max(0, Math.min(timeoutMs, Math.round(end - performance.now())));
}

/** A time after which a connection is closed, which ends all work that waits for it. */
export class Deadline {
  readonly #ms: number;
  readonly #socket: string;
  #isOver = false;
  #onExpiry: (() => void) | null = null;

  /**
   * @param ms From now, in milliseconds.
   * @param socket For the error's message.
   */
  constructor(ms: number, socket: string) {
    this.#ms = ms;
    this.#socket = socket;
    expiry(ms).then(() => {
      this.#isOver = true;
      this.#onExpiry?.();
    });
  }

  /**
   * Awaits `work`. `onExpiry` must make it end.
   *
   * @throws {TimedOutError} If the deadline comes first.
   */
  async guard<T>(work: Promise<T>, onExpiry: () => void): Promise<T> {
    if (this.#isOver) onExpiry();
    else this.#onExpiry = onExpiry;
    try {
      return await work;
    } catch (error) {
      if (this.#isOver) throw this.error();
      throw error;
    } finally {
      this.#onExpiry = null;
    }
  }

  /** Returns the error to throw after the deadline. */
  error(): TimedOutError {
    return new TimedOutError(
      `The daemon at ${this.#socket} did not answer within ${this.#ms} ms`,
    );
  }
}

/**
 * Calls back if too little of an answer arrives in the time that is waited for it. It has one timer
 * at a time, for any number of reads.
 */
export class Watchdog implements Disposable {
  readonly #ms: number;
  readonly #onLate: () => void;
  /** Time that was waited since the last progress, in milliseconds. */
  #waitedMs: number;
  /** What has arrived since the last progress. */
  #bytes = 0;
  #waitingSince: number | null = null;
  #isArmed = false;
  #isDone = false;
  #isLate = false;

  /**
   * @param ms Longest wait for 64 KiB, in milliseconds.
   * @param waitedMs What was waited already.
   * @param onLate Must make the watched work end.
   */
  constructor(ms: number, waitedMs: number, onLate: () => void) {
    this.#ms = ms;
    this.#waitedMs = waitedMs;
    this.#onLate = onLate;
  }

  /** Whether the wait was too long. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Awaits the next bytes. No other time counts as a wait. */
  async watch(
    work: Promise<IteratorResult<Uint8Array>>,
  ): Promise<IteratorResult<Uint8Array>> {
    this.#waitingSince = performance.now();
    if (!this.#isArmed) this.#arm();
    try {
      const step = await work;
      this.#bytes += step.done ? 0 : step.value.length;
      return step;
    } finally {
      this.#waitedMs = this.#waited();
      this.#waitingSince = null;
      if (this.#bytes >= PROGRESS_BYTES) this.#waitedMs = this.#bytes = 0;
    }
  }

  [Symbol.dispose](): void {
    this.#isDone = true;
  }

  #waited(): number {
    const since = this.#waitingSince;
    return this.#waitedMs + (since === null ? 0 : performance.now() - since);
  }

  #left(): number {
    return this.#ms - this.#waited();
  }

  #arm(): void {
    this.#isArmed = true;
    expiry(Math.max(1, Math.ceil(this.#left()))).then(() => this.#look());
  }

  #look(): void {
    this.#isArmed = false;
    if (this.#isDone || this.#waitingSince === null) return;
    if (this.#left() > 0) return this.#arm();
    this.#isLate = true;
    this.#onLate();
  }
}

/**
 * Connects before the deadline.
 *
 * @throws {NotRunningError} If no process listens there.
 * @throws {TimedOutError} If the deadline passes, or the backlog is full.
 * @throws {SocketError} If the path is unusable.
 */
export async function connectBefore(
  deadline: Deadline,
  options: ClientOptions,
): Promise<Deno.Conn> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  let late = false;
  const opening = connectInTurn(options, () => late);
  opening.then((conn) => late && conn.close(), () => {});
  try {
    return await deadline.guard(
      Promise.race([opening, expired]),
      () => {
        late = true;
        reject(deadline.error());
      },
    );
  } catch (error) {
    throw connectFault(error, options.socket);
  }
}

/** Tries again while the backlog is full, which it is for milliseconds if the daemon works. */
async function connectInTurn(
  { connect, socket }: ClientOptions,
  isLate: () => boolean,
): Promise<Deno.Conn> {
  while (true) {
    try {
      return await connect(socket);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await pause(BACKLOG_PAUSE_MS);
      if (isLate()) throw error;
    }
  }
}

/**
 * Returns our error for the system's error about a socket. The codes that mean "stopped" are those
 * of connect(2) and of the reference.
 */
export function connectFault(error: unknown, socket: string): unknown {
  const because = { cause: error };
  if (error instanceof Deno.errors.NotFound) {
    return new NotRunningError(
      `The daemon is not running: there is no socket at ${socket}`,
      because,
    );
  }
  if (error instanceof TimedOutError || isBug(error)) return error;
  // The daemon stopped listening while this connection waited to be accepted.
  if (error instanceof Deno.errors.ConnectionReset) {
    return new NotRunningError(
      `The daemon is not running: the one at ${socket} just stopped`,
      because,
    );
  }
  if (error instanceof Deno.errors.WouldBlock) {
    return new TimedOutError(
      `The daemon at ${socket} has too many waiting connections`,
      because,
    );
  }
  // Only now, as the errors above come from a socket.
  if (isOther(socket)) {
    return new SocketError(
      `Cannot use ${socket} as it is not a socket: move it away, then start the daemon`,
      because,
    );
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return new NotRunningError(
      `The daemon is not running: no process listens at ${socket}`,
      because,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new SocketError(
      `Cannot connect to ${socket}: permission denied`,
      because,
    );
  }
  if (error instanceof Deno.errors.NotADirectory) {
    return new SocketError(
      `Cannot connect to ${socket}: part of its path is not a directory`,
      because,
    );
  }
  return new SocketError(
    `Cannot connect to ${socket}: ${said(error)}`,
    because,
  );
}

/** Whether an error comes from a bug and not from the system. */
function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof Deno.errors.NotCapable;
}

/** Returns the system's message, such as for a loop of symlinks or a socket of another kind. */
function said(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * Whether the path is a file of another kind, or a link that leads to none. Connecting to it is
 * refused like to a dead socket.
 */
function isOther(path: string): boolean {
  try {
    return !Deno.statSync(path).isSocket;
  } catch {
    return isLink(path);
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

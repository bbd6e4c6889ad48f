// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Opens one connection under a deadline.
 * @module
 */
import { type Context, expiry, pause } from "../context/mod.ts";
import { NotRunningError, SocketError, TimedOutError } from "./errors.ts";

/** Time between two attempts while the backlog is full, in milliseconds. */
const BACKLOG_PAUSE_MS = 5;

/** The socket to connect to, and the timeouts. */
export interface ClientOptions {
  /** Absolute path of the daemon's socket. */
  socket: string;
  connect: Context["connect"];
  /** Timeout in milliseconds for connecting, writing and the first byte of the answer. */
  timeoutMs: number;
  /** Timeout in milliseconds for connecting. Default: `timeoutMs`. */
  connectTimeoutMs?: number;
  /** Called after the request is written and before its answer arrives: time for other work. */
  onSent?: (() => void) | undefined;
  /** Longest pause between two reads of an answer, in milliseconds. Default: `timeoutMs`. */
  betweenBytesMs?: number;
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
 * Calls back if a connection is silent for too long during a read. It has one timer at a time, for
 * any number of reads.
 */
export class Watchdog implements Disposable {
  readonly #ms: number;
  readonly #onSilence: () => void;
  #waitingSince: number | null = null;
  #isDone = false;
  #silent = false;

  /**
   * @param ms Longest silence in milliseconds.
   * @param onSilence Must make the watched work end.
   */
  constructor(ms: number, onSilence: () => void) {
    this.#ms = ms;
    this.#onSilence = onSilence;
    this.#arm(ms);
  }

  /** Whether the silence was too long. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Awaits `work`. No other time counts as silence. */
  async watch<T>(work: Promise<T>): Promise<T> {
    this.#waitingSince = performance.now();
    try {
      return await work;
    } finally {
      this.#waitingSince = null;
    }
  }

  [Symbol.dispose](): void {
    this.#isDone = true;
  }

  #arm(ms: number): void {
    expiry(ms).then(() => this.#look());
  }

  #look(): void {
    if (this.#isDone) return;
    const since = this.#waitingSince ?? performance.now();
    const left = since + this.#ms - performance.now();
    if (left > 0) return this.#arm(Math.ceil(left));
    this.#silent = true;
    this.#onSilence();
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

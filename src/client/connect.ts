// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One connection under one deadline.
 * @module
 */
import { type Context, expiry } from "../context/mod.ts";
import { NotRunningError, SocketError, TimedOutError } from "./errors.ts";

/** Where to ask, and for how long. */
export interface ClientOptions {
  /** Absolute path of the daemon's socket. */
  socket: string;
  connect: Context["connect"];
  /** Deadline in milliseconds over connecting, writing and the answer's first byte. */
  timeoutMs: number;
  /** Deadline in milliseconds for connecting alone; `timeoutMs` if not given. */
  connectTimeoutMs?: number;
  /** Is called when the request is out and its answer not yet there: time for something else. */
  onSent?: (() => void) | undefined;
  /** Longest pause between two reads of an answer, in milliseconds; `timeoutMs` if not given. */
  betweenBytesMs?: number;
}

/** A moment after which a connection is closed under whatever waits on it. */
export class Deadline {
  readonly #ms: number;
  readonly #socket: string;
  #isOver = false;
  #onExpiry: (() => void) | null = null;

  /**
   * @param ms How far away, in milliseconds.
   * @param socket Named in the error.
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
   * Awaits `work`, which must end when `onExpiry` has run.
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

  /** What is thrown when it has passed. */
  error(): TimedOutError {
    return new TimedOutError(
      `The daemon at ${this.#socket} did not answer within ${this.#ms} ms`,
    );
  }
}

/** Closes a connection that is silent for too long while somebody waits on it; one timer at a time, however many reads. */
export class Watchdog implements Disposable {
  readonly #ms: number;
  readonly #onSilence: () => void;
  #waitingSince: number | null = null;
  #isDone = false;
  #silent = false;

  /**
   * @param ms Longest silence, in milliseconds.
   * @param onSilence Must end what is waited for.
   */
  constructor(ms: number, onSilence: () => void) {
    this.#ms = ms;
    this.#onSilence = onSilence;
    this.#arm(ms);
  }

  /** Whether it has come to that. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Awaits `work`; only this time counts as silence. */
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
 * @throws {NotRunningError} If nobody listens there.
 * @throws {TimedOutError} If the deadline passes, or the backlog is full.
 * @throws {SocketError} If the path cannot be used.
 */
export async function connectBefore(
  deadline: Deadline,
  options: ClientOptions,
): Promise<Deno.Conn> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const opening = options.connect(options.socket);
  let late = false;
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

/** Says in our words what the system says about a socket. Which codes mean "stopped": connect(2), and the reference's own rule. */
export function connectFault(error: unknown, socket: string): unknown {
  const because = { cause: error };
  if (error instanceof Deno.errors.NotFound) {
    return new NotRunningError(
      `The daemon is not running: there is no socket at ${socket}`,
      because,
    );
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return isOther(socket)
      ? new SocketError(
        `Cannot use ${socket} as it is not a socket: move it away, then start the daemon`,
        because,
      )
      : new NotRunningError(
        `The daemon is not running: nobody listens at ${socket}`,
        because,
      );
  }
  // It stopped listening while this connection waited to be accepted.
  if (error instanceof Deno.errors.ConnectionReset) {
    return new NotRunningError(
      `The daemon is not running: the one at ${socket} was just stopped`,
      because,
    );
  }
  if (error instanceof Deno.errors.WouldBlock) {
    return new TimedOutError(
      `The daemon at ${socket} has too many waiting connections`,
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
  if (error instanceof TimedOutError || isBug(error)) return error;
  return new SocketError(
    `Cannot connect to ${socket}: ${said(error)}`,
    because,
  );
}

/** True for what no system says. */
function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof Deno.errors.NotCapable;
}

/** The system's own words, such as those for a loop of symlinks or a socket of another kind. */
function said(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** True if something that is no socket has the socket's name; connecting to a plain file is refused like a dead socket. */
function isOther(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSocket === false;
  } catch {
    return false;
  }
}

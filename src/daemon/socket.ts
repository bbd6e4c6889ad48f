// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The daemon's socket: bound only by the holder of the home's lock, reachable only by its user.
 * @module
 */
import {
  FileChangedError,
  HomeBusyError,
  HomeError,
  isSystemError,
  lookAt,
  MAX_SOCKET_PATH_BYTES,
  openOwnFile,
  parentOf,
  pause,
  retryInterrupted,
  systemReason,
  whyReplaceable,
} from "../context/mod.ts";
import { probe } from "../launch/mod.ts";
import type { Acceptor } from "./server.ts";

/** The owner may connect, others may not. */
const SOCKET_MODE = 0o600;
const OTHERS_WRITE = 0o022;
const OTHERS_ENTER = 0o011;
/**
 * How long to wait for another daemon that is binding the socket, in milliseconds: longer than its
 * probe takes.
 */
const BIND_PATIENCE_MS = 2_000;
/** Time between two attempts, in milliseconds. */
const RETRY_MS = 10;

/**
 * Binds the socket, and replaces one that a killed daemon left.
 *
 * @param path Path of the socket; only the holder of the home's lock may bind it.
 * @throws {HomeBusyError} If a process listens there, such as the daemon of another home with the
 * same `--socket`.
 * @throws {HomeError} If something else is at the path, if another user could replace a part of it,
 * or if the system refuses.
 */
export async function openSocket(path: string): Promise<OwnSocket> {
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > MAX_SOCKET_PATH_BYTES) {
    throw new HomeError(
      `Cannot listen at "${path}" as a socket's path must be <= ${MAX_SOCKET_PATH_BYTES} bytes: current length is ${bytes}`,
    );
  }
  const why = whyReplaceable(parentOf(path));
  if (why !== null) {
    throw new HomeError(
      `Cannot listen at "${path}" as ${why}, so that no client would connect: give another --socket`,
    );
  }
  using _place = await takePlace(path);
  await removeStale(path);
  let listener: Deno.Listener;
  try {
    listener = Deno.listen({ transport: "unix", path });
  } catch (error) {
    throw cannotListen(path, error);
  }
  try {
    return new OwnSocket(listener, path, makePrivate(path));
  } catch (error) {
    listener.close();
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  const found = lookAt(path);
  if (found === null) return;
  if (!found.isSocket) {
    const what = found.isSymlink
      ? "a symbolic link"
      : found.isDirectory
      ? "a folder"
      : found.isFile
      ? "a regular file"
      : "no socket";
    throw new HomeError(
      `Cannot listen at "${path}" as it is ${what}: move it away, or give another --socket`,
    );
  }
  await refuseListener(path);
  try {
    await Deno.remove(path);
  } catch (error) {
    throw new HomeError(
      `Cannot remove stale socket "${path}": ${systemReason(error)}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Keeps other daemons from binding the same socket until it is disposed of. Daemons of one home
 * exclude each other anyway. Daemons of other homes with the same `--socket` could find the stale
 * socket at the same time, and the slower one would remove the socket that the faster one has
 * bound.
 */
async function takePlace(path: string): Promise<Disposable> {
  const lock = `${path}.lock`;
  for (const end = performance.now() + BIND_PATIENCE_MS;;) {
    const file = openLock(lock, path);
    // The previous holder removes the file while it is locked, so a file that is locked later may
    // have no name any more.
    if (
      file && retryInterrupted(() => file.tryLockSync(true)) &&
      lookAt(lock)?.ino === file.statSync().ino
    ) {
      return {
        [Symbol.dispose]: () => {
          removeIfThere(lock);
          file.close();
        },
      };
    }
    file?.close();
    if (performance.now() >= end) {
      throw new HomeBusyError(
        null,
        `Cannot listen at "${path}" as another daemon is about to: it holds "${lock}"`,
      );
    }
    await pause(RETRY_MS);
  }
}

/**
 * Opens the file, or makes it if it is missing; follows no link.
 *
 * @returns Null if it was removed or replaced meanwhile.
 */
function openLock(lock: string, path: string): Deno.FsFile | null {
  try {
    return openOwnFile(lock);
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
    // The previous holder removed it between a look at it and its opening, and the next one may
    // have made it again.
    if (error instanceof FileChangedError) return null;
    const isRemoved = error.cause instanceof Deno.errors.NotFound;
    if (isRemoved && lookAt(parentOf(path)) !== null) return null;
    throw cannotListen(path, error.cause ?? error);
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function cannotListen(path: string, error: unknown): HomeError {
  return new HomeError(`Cannot listen at "${path}": ${systemReason(error)}`, {
    cause: error,
  });
}

/**
 * Checks that no process listens at the path.
 *
 * @throws {HomeBusyError} If one does.
 */
async function refuseListener(path: string): Promise<void> {
  const peer = await probe(path);
  if (peer.state === "alive") {
    throw new HomeBusyError(
      peer.pid,
      `Cannot listen at "${path}" as the daemon of another home does: its pid is ${peer.pid}`,
    );
  }
  if (peer.state === "unclear") {
    throw new HomeBusyError(
      null,
      `Cannot listen at "${path}" as another process does: ${peer.why}`,
    );
  }
}

/** Returns whether the system did it. */
function rename(from: string, to: string): boolean {
  try {
    Deno.renameSync(from, to);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/**
 * Sets the mode of the socket. Between the bind and this call the umask decides. If the umask lets
 * others write to the socket, and others may enter its folder, a process may already have
 * connected, so that is refused.
 */
function makePrivate(path: string): Deno.FileInfo {
  const bound = Deno.lstatSync(path);
  const folder = Deno.statSync(parentOf(path));
  if (
    ((bound.mode ?? 0) & OTHERS_WRITE) !== 0 &&
    ((folder.mode ?? 0) & OTHERS_ENTER) !== 0
  ) {
    throw new HomeError(
      `Cannot listen at "${path}" as others may enter its folder and the umask lets them connect: run it with "umask 077"`,
    );
  }
  Deno.chmodSync(path, SOCKET_MODE);
  return bound;
}

/**
 * A listener that removes its socket when it is closed, but never a socket that another process has
 * put in its place.
 */
export class OwnSocket implements Acceptor {
  readonly #listener: Deno.Listener;
  readonly #path: string;
  readonly #bound: Deno.FileInfo;
  #accepting: Promise<Deno.Conn> | undefined;
  #closed = false;

  constructor(listener: Deno.Listener, path: string, bound: Deno.FileInfo) {
    this.#listener = listener;
    this.#path = path;
    this.#bound = bound;
  }

  accept(): Promise<Deno.Conn> {
    this.#accepting = this.#listener.accept();
    return this.#accepting;
  }

  /** Whether clients that connect to its path no longer reach it. */
  get isLost(): boolean {
    return this.#find() !== "ours";
  }

  /** May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Closing unlinks the path, even if it is another process's by now, once the last accept has
    // ended. What cannot be renamed cannot be unlinked.
    const aside = `${this.#path}.${crypto.randomUUID()}`;
    const isAside = this.#find() === "another" && rename(this.#path, aside);
    this.#listener.close();
    await this.#accepting?.then(() => {}, () => {});
    if (isAside) rename(aside, this.#path);
  }

  /** Tells what is at the path: ours also if it is out of reach. */
  #find(): "ours" | "another" | "nothing" {
    try {
      const { ino, dev } = Deno.lstatSync(this.#path);
      const isOurs = ino === this.#bound.ino && dev === this.#bound.dev;
      return isOurs ? "ours" : "another";
    } catch (error) {
      return error instanceof Deno.errors.NotFound ? "nothing" : "ours";
    }
  }
}

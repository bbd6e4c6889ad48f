// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The daemon's socket for as long as it serves: bound again if its file is removed, such as by a
 * cleaner of temporary folders.
 * @module
 */
import { errorMessage } from "../context/mod.ts";
import type { Log } from "./log.ts";
import type { Acceptor } from "./server.ts";
import { openSocket, type OwnSocket } from "./socket.ts";

/**
 * How often the path is looked at, in milliseconds. It is not watched: Deno opens what is at a path
 * that it watches, and would wait for ever at a named pipe.
 */
const LOOK_MS = 1_000;

/** Accepts at a path, through one socket after the other. */
export class HeldSocket implements Acceptor {
  /** Called for each client. */
  onAccept: () => void = () => {};
  readonly #path: string;
  readonly #log: Log;
  readonly #whyUseless: () => string | null;
  readonly #lost = Promise.withResolvers<string>();
  #socket: OwnSocket;
  readonly #timer: ReturnType<typeof setInterval>;
  #renewing: Promise<void> | null = null;
  #closed = false;

  private constructor(
    path: string,
    log: Log,
    socket: OwnSocket,
    whyUseless: () => string | null,
  ) {
    this.#path = path;
    this.#log = log;
    this.#socket = socket;
    this.#whyUseless = whyUseless;
    this.#timer = setInterval(() => this.#check(), LOOK_MS);
  }

  /**
   * Binds the socket.
   *
   * @param whyUseless Tells why a daemon would be of no use at a path that it has to bind again, or
   * null. It must not get in the way of the next one.
   * @throws {HomeBusyError | HomeError} As {@linkcode openSocket}.
   */
  static async open(
    path: string,
    log: Log,
    whyUseless: () => string | null,
  ): Promise<HeldSocket> {
    return new HeldSocket(path, log, await openSocket(path), whyUseless);
  }

  /** Resolves with the reason if the path is lost for good: a daemon without it is of no use. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  async accept(): Promise<Deno.Conn> {
    while (true) {
      const socket = this.#socket;
      try {
        const conn = await socket.accept();
        this.onAccept();
        return conn;
      } catch (error) {
        await this.#renewing;
        if (socket === this.#socket) throw error;
      }
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#renewing;
    await this.#socket.close();
  }

  /** Binds again if the path is no longer this socket's. Never rejects. */
  async #check(): Promise<void> {
    if (this.#closed || !this.#socket.isLost) return;
    this.#renewing ??= this.#renew();
    await this.#renewing;
    this.#renewing = null;
  }

  async #renew(): Promise<void> {
    const why = this.#whyUseless();
    if (why !== null) return this.#lost.resolve(why);
    try {
      // Before the new socket is bound, because closing the old one removes what is at its path.
      await this.#socket.close();
      this.#socket = await openSocket(this.#path);
      this.#log("warn", "socket bound again, as its file was removed");
    } catch (error) {
      this.#lost.resolve(`its socket was removed: ${errorMessage(error)}`);
    }
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The accept loop: takes connections in, keeps their number and their time bounded, and lets them finish at the end.
 * @module
 */
import { Budget } from "./budget.ts";
import {
  type Answerer,
  Connection,
  type ConnectionHost,
} from "./connection.ts";
import type { Limits } from "./limits.ts";
import { describe, type Log } from "./log.ts";
import { ReadBuffers } from "./read_buffers.ts";

/** Connections given up when descriptors run out: as many as reads and the log need beside them. */
export const SPARE_DESCRIPTORS = 16;

/** Where connections come from. */
export interface Acceptor {
  accept(): Promise<Deno.Conn>;
  /** Takes no more; a pending `accept()` rejects. */
  close(): void | Promise<void>;
}

/** What a {@linkcode Server} is made of. */
export interface ServerOptions {
  acceptor: Acceptor;
  service: Answerer;
  limits: Limits;
  log: Log;
}

/** Serves connections until it is closed; a client can end its own connection and nothing else. */
export class Server implements AsyncDisposable {
  readonly #options: ServerOptions;
  readonly #host: ConnectionHost;
  readonly #connections = new Map<Connection, Promise<void>>();
  /** Connections held at once: fewer than the limit from when descriptors ran out until all have gone. */
  #most: number;
  readonly #stop = Promise.withResolvers<void>();
  readonly #accepting: Promise<void>;
  #closing = false;
  #closed: Promise<void> | undefined;
  /** Who came while it closed: they hear nothing, and are let go at the end. */
  readonly #held: Deno.Conn[] = [];
  #gone = false;
  #ticker: ReturnType<typeof setInterval> | undefined;
  /** Deadlines count sweeps, not time: while the process was suspended no client was late. */
  #sweeps = 0;
  #touches = 0;
  /** Resolves what waits for a connection to end. */
  #ended = Promise.withResolvers<void>();

  /** Starts to accept. */
  constructor(options: ServerOptions) {
    const { service, limits, log } = options;
    this.#options = options;
    this.#most = limits.connections;
    this.#host = {
      service,
      limits,
      log,
      largeRequests: new Budget(limits.largeRequests),
      answers: new Budget(limits.pendingAnswerBytes),
      readBuffers: new ReadBuffers(),
      deadline: (ms) => this.#sweeps + 1 + Math.ceil(ms / limits.sweepMs),
      touch: () => ++this.#touches,
    };
    this.#accepting = this.#acceptAll();
  }

  /** Resolves once a client's `stop` is answered. */
  get stopAsked(): Promise<void> {
    return this.#stop.promise;
  }

  /** Connections held at this moment. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * Serves no more connections, cuts those without a complete request, and waits until the others are answered, or for as
   * long as the limits allow; then they are cut too. May be called twice.
   *
   * The socket stays until the server is disposed of: the reference takes a socket that refuses for a daemon that has ended, and
   * starts its own at once, which would then find the home still locked.
   */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    this.#closing = true;
    this.#ended.resolve();
    for (const connection of this.#connections.keys()) {
      if (connection.evictable) connection.cut("the daemon stops");
    }
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, this.#options.limits.shutdownMs);
    await Promise.race([late.promise, Promise.all(this.#connections.values())]);
    clearTimeout(timer);
    for (const connection of this.#connections.keys()) {
      connection.cut("the daemon stops and its answer took too long");
    }
    clearInterval(this.#ticker);
  }

  /** Closes it, and the socket. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    if (this.#gone) return;
    this.#gone = true;
    await this.#options.acceptor.close();
    for (const conn of this.#held.splice(0)) conn.close();
    await this.#accepting;
  }

  async #acceptAll(): Promise<void> {
    while (!this.#gone) {
      let conn: Deno.Conn;
      try {
        conn = await this.#options.acceptor.accept();
      } catch (error) {
        if (this.#gone) return;
        if (!await this.#makeRoom(error)) await this.#rest();
        continue;
      }
      while (
        this.#connections.size >= this.#most &&
        !this.#evict("too many connections") && !this.#closing
      ) await this.#ended.promise;
      this.#start(conn);
    }
  }

  /**
   * Most likely no descriptor is free: the connections that need theirs least give them up, and are not replaced.
   *
   * @returns Whether there were any.
   */
  async #makeRoom(error: unknown): Promise<boolean> {
    const { limits, log } = this.#options;
    const connections = [...this.#connections];
    let ends = connections.filter(([connection]) => !connection.isOpen);
    if (ends.length === 0) {
      if (this.#most === limits.connections) {
        const reason = describe(error);
        log("error", "accept failed, trying again", { reason });
      }
      const spare = connections.length - SPARE_DESCRIPTORS;
      this.#most = Math.max(1, Math.min(this.#most, spare));
      const evicted = Math.max(1, connections.length - this.#most);
      for (let i = 0; i < evicted; i++) {
        this.#evict("the daemon ran out of file descriptors");
      }
      ends = connections.filter(([connection]) => !connection.isOpen);
    }
    // A descriptor is free when its connection has ended.
    await Promise.all(ends.map(([, end]) => end));
    return ends.length > 0;
  }

  #start(conn: Deno.Conn): void {
    if (this.#closing) return this.#hold(conn);
    const connection = new Connection(conn, this.#host);
    this.#connections.set(connection, this.#serve(connection));
    this.#ticker ??= setInterval(
      () => this.#sweep(),
      this.#host.limits.sweepMs,
    );
  }

  #hold(conn: Deno.Conn): void {
    const room = this.#held.length < this.#options.limits.connections;
    if (room && !this.#gone) this.#held.push(conn);
    else conn.close();
  }

  async #serve(connection: Connection): Promise<void> {
    const stop = await connection.serve();
    this.#connections.delete(connection);
    if (this.#connections.size === 0) {
      this.#most = this.#options.limits.connections;
    }
    this.#ended.resolve();
    this.#ended = Promise.withResolvers();
    if (stop) this.#stop.resolve();
  }

  /** @returns Whether there was a connection without a complete request; the one that is idle longest is closed. */
  #evict(why: string): boolean {
    let oldest: Connection | undefined;
    for (const connection of this.#connections.keys()) {
      if (!connection.evictable) continue;
      if (oldest === undefined || connection.touched < oldest.touched) {
        oldest = connection;
      }
    }
    oldest?.cut(why);
    return oldest !== undefined;
  }

  /** The ticker runs only while there are connections, so that an idle daemon sleeps. */
  #sweep(): void {
    this.#sweeps++;
    if (this.#connections.size === 0) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
    }
    for (const connection of this.#connections.keys()) {
      connection.sweep(this.#sweeps);
    }
  }

  async #rest(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.limits.acceptPauseMs);
    await Promise.race([promise, this.#ended.promise]);
    clearTimeout(timer);
  }
}

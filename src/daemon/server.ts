// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The accept loop: accepts connections, bounds their number and their time, and lets them finish at
 * the end.
 * @module
 */
import { errorMessage } from "../context/mod.ts";
import {
  type Answerer,
  Connection,
  type ConnectionHost,
} from "./connection.ts";
import { FaultLog } from "./fault_log.ts";
import type { Limits } from "./limits.ts";
import type { Log } from "./log.ts";
import { nextTurn } from "./pace.ts";
import { Pending } from "./pending.ts";
import { ReadBuffers } from "./read_buffers.ts";

/**
 * Connections to give up when descriptors run out: as many descriptors as reads and the log need.
 */
export const SPARE_DESCRIPTORS = 16;

/** Connections that are accepted before the first of them is read. */
const BURST = 32;

declare global {
  /** Collects all garbage at once. It is there if V8 runs with `--expose-gc`. */
  var gc: (() => void) | undefined;
}

/** A source of connections. */
export interface Acceptor {
  accept(): Promise<Deno.Conn>;
  /** Accepts no more; a pending `accept()` rejects. */
  close(): void | Promise<void>;
}

/** The parts of a {@linkcode Server}. */
export interface ServerOptions {
  acceptor: Acceptor;
  service: Answerer;
  limits: Limits;
  log: Log;
  /** Waits for a turn of the event loop in which sockets are read; never rejects. */
  turn?: () => Promise<void>;
}

/** Serves connections until it is closed. A client can end its own connection and nothing else. */
export class Server implements AsyncDisposable {
  readonly #options: ServerOptions;
  readonly #host: ConnectionHost;
  readonly #connections = new Map<Connection, Promise<void>>();
  /**
   * Maximum number of connections held at once. It is lower than the limit from the moment
   * descriptors run out until all connections have ended.
   */
  #most: number;
  readonly #stop = Promise.withResolvers<void>();
  readonly #accepting: Promise<void>;
  #closing = false;
  #closed: Promise<void> | undefined;
  /** Connections accepted while it closes: they get no answer, and are closed at the end. */
  readonly #held: Deno.Conn[] = [];
  #gone = false;
  #ticker: ReturnType<typeof setInterval> | undefined;
  /** Deadlines count sweeps, not time, so no client is late because the process was suspended. */
  #sweeps = 0;
  #touches = 0;
  /** Bytes of large requests that were left since garbage was collected. */
  #garbage = 0;
  /** Bytes of long answers that were counted as garbage. */
  #answered = 0;
  /** Resolves when a connection ends. */
  #ended = Promise.withResolvers<void>();

  /** Starts accepting. */
  constructor(options: ServerOptions) {
    const { service, limits, log } = options;
    this.#options = options;
    this.#most = limits.connections;
    this.#host = {
      service,
      limits,
      log,
      faults: new FaultLog(log),
      pending: new Pending(limits),
      readBuffers: new ReadBuffers(),
      deadline: (ms) => this.#sweeps + 1 + Math.ceil(ms / limits.sweepMs),
      leave: (bytes) => this.#leave(bytes),
      touch: () => ++this.#touches,
    };
    this.#accepting = this.#acceptAll();
  }

  /** Resolves once a client's `stop` is answered. */
  get stopAsked(): Promise<void> {
    return this.#stop.promise;
  }

  /** Number of connections held now. */
  get size(): number {
    return this.#connections.size;
  }

  /** Bytes that connections make the daemon hold now, as the limits count them. */
  get pendingBytes(): number {
    return this.#host.pending.bytes(this.size);
  }

  /**
   * Serves no more connections, cuts those without a complete request, and waits until the others
   * are answered or the time limit passes; then it cuts those too. May be called twice.
   *
   * The socket stays until the server is disposed of. The reference takes a socket that refuses
   * connections for a daemon that has ended, and starts its own at once, which would find the home
   * still locked.
   */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    this.#closing = true;
    this.#ended.resolve();
    for (const connection of this.#connections.keys()) {
      connection.stop();
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
    const turn = this.#options.turn ?? nextTurn;
    for (let fresh = 1; !this.#gone; fresh++) {
      // While others wait to be accepted, the runtime reads no socket. So those that were accepted
      // get a turn: the requests that have come are read, and those who have left make room.
      if (fresh % BURST === 0) await turn();
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
   * Makes room after a failed accept. Most likely no descriptor is free, so the connections that
   * need theirs least give them up, and are not replaced.
   *
   * @returns Whether there were any.
   */
  async #makeRoom(error: unknown): Promise<boolean> {
    const { limits, log } = this.#options;
    const connections = [...this.#connections];
    let ends = connections.filter(([connection]) => !connection.isOpen);
    if (ends.length === 0) {
      if (this.#most === limits.connections) {
        const reason = errorMessage(error);
        log("error", "accept failed, retrying", { reason });
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

  /**
   * Closes the connection without a complete request that is idle longest; without any, one that
   * waits for new events.
   *
   * @returns Whether there was one.
   */
  #evict(why: string): boolean {
    let oldest: Connection | undefined;
    let watching: Connection | undefined;
    for (const connection of this.#connections.keys()) {
      if (!connection.evictable) {
        if (connection.isWatching) watching ??= connection;
        continue;
      }
      if (oldest === undefined || connection.touched < oldest.touched) {
        oldest = connection;
      }
    }
    oldest ??= watching;
    oldest?.cut(why);
    return oldest !== undefined;
  }

  /**
   * The runtime is in no hurry to free large texts: some hundred megabytes would pile up. But
   * collecting keeps all clients waiting, so those that send little do not cause it.
   */
  #leave(bytes: number): void {
    this.#garbage += bytes;
    if (this.#garbage < this.#options.limits.garbageBytes) return;
    this.#garbage = 0;
    globalThis.gc?.();
  }

  /** The ticker runs only while there are connections, so that an idle daemon sleeps. */
  #sweep(): void {
    this.#sweeps++;
    this.#host.faults.refill();
    if (this.#connections.size === 0) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
      // Nothing would free what readers have left until the next requests come.
      const { drawn } = this.#host.pending.answers;
      this.#leave(drawn - this.#answered);
      this.#answered = drawn;
    }
    for (const connection of this.#connections.keys()) {
      connection.sweep(this.#sweeps);
    }
    this.#relieve();
  }

  /** While clients wait for the memory of answers, those that do not take theirs lose it. */
  #relieve(): void {
    const { limits, pending: { waiting } } = this.#host;
    if (waiting === 0) return;
    const least = limits.crowdedReaderMs / limits.sweepMs;
    [...this.#connections.keys()]
      .map((connection) => ({
        connection,
        sweeps: connection.stalledFor(this.#sweeps),
      }))
      .filter(({ sweeps }) => sweeps >= least)
      .toSorted((a, b) => b.sweeps - a.sweeps)
      .slice(0, waiting)
      .forEach(({ connection }) =>
        connection.cut("did not take its answer while others wait for theirs")
      );
  }

  async #rest(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.limits.acceptPauseMs);
    await Promise.race([promise, this.#ended.promise]);
    clearTimeout(timer);
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One connection: one request, one answer, then it is closed.
 * @module
 */
import { errorMessage, isSystemError } from "../context/mod.ts";
import { FrameError, readFrame, writeAll } from "../frame/mod.ts";
import {
  BudgetError,
  type DaemonRequest,
  JsonError,
  RequestError,
  type RequestName,
  REQUESTS,
} from "../proto/mod.ts";
import type { FaultLog } from "./fault_log.ts";
import type { Log } from "./log.ts";
import type { Limits } from "./limits.ts";
import type { Pending } from "./pending.ts";
import type { ReadBuffers } from "./read_buffers.ts";
import type { Reply, ReplyBody, ReplyStream } from "./reply.ts";
import { BrokenAnswerError, sendReply } from "./send_reply.ts";
import type { Service } from "./service.ts";

/** Answers decoded requests. It is the only part of the daemon that connections know. */
export type Answerer = Pick<
  Service,
  "decode" | "handle" | "hasRoom" | "refuse" | "room"
>;

/** The phase of a connection. Only in the first two may it be closed to make room. */
type Phase = "idle" | "arriving" | "waiting" | "answering" | "watching";

/** Requests whose answer may read the store while it is sent. */
const READING: ReadonlySet<RequestName> = new Set([
  "get_session_detail",
  "list_sessions",
]);

/** The state that all connections share. */
export interface ConnectionHost {
  service: Answerer;
  limits: Limits;
  log: Log;
  /** For what clients do wrong. */
  faults: FaultLog;
  /** The memory that connections hold. */
  pending: Pending;
  readBuffers: ReadBuffers;
  /** Returns the sweep at which a deadline `ms` from now has passed. */
  deadline(ms: number): number;
  /** Tells that this many bytes of a large request are not used any more. */
  leave(bytes: number): void;
  /** Returns a number that grows with each call, to order connections by their last activity. */
  touch(): number;
}

/** The client closed a connection on which it watches. */
class LeftError extends Error {
  override get name(): string {
    return "LeftError";
  }
}

/** We closed the connection; the message has the reason. */
class CutError extends Error {
  override get name(): string {
    return "CutError";
  }
}

/** Serves one client, from its first byte to the last byte of its answer. */
export class Connection {
  readonly #conn: Deno.Conn;
  readonly #host: ConnectionHost;
  /** Made when the first wait needs its signal: most connections end before. */
  #abort: AbortController | null = null;
  #cutReason: Error | null = null;
  /** Tells a client that watches that the daemon stops. */
  #stop: AbortController | null = null;
  #isStopping = false;
  #phase: Phase = "idle";
  #touched: number;
  #deadline: number;
  #received = 0;
  #large = false;
  #reads = false;
  #isLong = false;
  /** The first sweep after it entered its phase. */
  #since = 0;
  #open = true;

  constructor(conn: Deno.Conn, host: ConnectionHost) {
    this.#conn = conn;
    this.#host = host;
    this.#touched = host.touch();
    this.#deadline = host.deadline(host.limits.idleMs);
  }

  /** The number of its last activity; greater for a later one. */
  get touched(): number {
    return this.#touched;
  }

  /** Whether it has not been cut or closed. Its descriptor is free a little later. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether it may be closed to make room for others, because its request is not complete. */
  get evictable(): boolean {
    return this.#open &&
      (this.#phase === "idle" || this.#phase === "arriving");
  }

  /** Whether it waits for new events. Its client connects again with its cursor if it is closed. */
  get isWatching(): boolean {
    return this.#open && this.#phase === "watching";
  }

  /**
   * Tells the client that the daemon stops: now if its request is not complete, else at the end.
   */
  stop(): void {
    if (this.evictable) this.cut("the daemon stops");
    else {
      this.#isStopping = true;
      this.#stop?.abort();
    }
  }

  /**
   * Serves the client; never rejects.
   *
   * @returns Whether the client asked for a `stop` and its answer has been written.
   */
  async serve(): Promise<boolean> {
    try {
      const reply = await this.#answer();
      if (reply === null) return false;
      try {
        await this.#send(reply);
        if (reply.stream !== undefined) await this.#sendAll(reply.stream);
      } finally {
        reply.stream?.close();
      }
      return reply.after === "stop";
    } catch (error) {
      this.#report(error);
      return false;
    } finally {
      this.#close();
      this.#giveLargePlace();
      this.#giveReadingPlace();
    }
  }

  /** Closes the connection now, without an answer or in the middle of one. */
  cut(why: string): void {
    this.#end(new CutError(why));
  }

  get #signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.#cutReason !== null) this.#abort.abort(this.#cutReason);
    }
    return this.#abort.signal;
  }

  /** Cuts the connection if its deadline has passed at this sweep. */
  sweep(now: number): void {
    if (this.#deadline > now) return;
    const { idleMs, requestMs, stalledReaderMs } = this.#host.limits;
    this.cut(
      {
        idle: `sent nothing for ${idleMs} ms`,
        arriving: `did not send its request within ${requestMs} ms`,
        waiting: "waited too long",
        answering: `did not take its answer for ${stalledReaderMs} ms`,
        watching: "watched too long",
      }[this.#phase],
    );
  }

  /**
   * How many sweeps ago the client was given a piece of a long answer that it has not taken; 0 if
   * there is none.
   */
  stalledFor(now: number): number {
    return this.#open && this.#phase === "answering" && this.#isLong
      ? now - this.#since
      : 0;
  }

  async #answer(): Promise<Reply | null> {
    try {
      const request = await this.#receive();
      return request === null ? null : await this.#ask(request);
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      return this.#host.service.refuse(error);
    }
  }

  /**
   * Receives the request.
   *
   * @returns Null if the client closes without a byte: it only checks whether a daemon listens.
   */
  async #receive(): Promise<DaemonRequest | null> {
    const { limits, readBuffers, service } = this.#host;
    const start = readBuffers.take();
    try {
      const bytes = await this.#read(start);
      if (bytes === null) return null;
      const wire = { read: (into: Uint8Array) => this.#read(into) };
      const body = await readFrame(wire, limits.requestBytes, { start, bytes });
      this.#enter("waiting", Infinity);
      return await service.decode(body);
    } finally {
      readBuffers.give(start);
    }
  }

  /** Reads at most as many bytes as the connection may hold now. */
  async #read(into: Uint8Array): Promise<number | null> {
    const free = this.#host.limits.freeRequestBytes - this.#received;
    if (into.length > free && !this.#large) {
      if (free > 0) into = into.subarray(0, free);
      else await this.#takeLargePlace();
    }
    const n = await this.#conn.read(into);
    if (n === null) return null;
    this.#received += n;
    this.#touched = this.#host.touch();
    if (this.#phase === "idle") {
      this.#enter("arriving", this.#host.limits.requestMs);
    }
    return n;
  }

  /**
   * The wait for other connections is not the client's fault, so its time starts again afterwards.
   */
  async #takeLargePlace(): Promise<void> {
    const { limits, pending: { largeRequests } } = this.#host;
    this.#deadline = Infinity;
    const take = () => {
      this.#large = true;
      return 1;
    };
    await largeRequests.draw(take, this.#signal);
    this.#enter("arriving", limits.requestMs);
  }

  #giveLargePlace(): void {
    if (!this.#large) return;
    this.#large = false;
    this.#host.leave(this.#received);
    this.#host.pending.largeRequests.give(1);
  }

  /** Waits until few enough clients are being sent what the store reads for them. */
  async #takeReadingPlace(): Promise<void> {
    const take = () => {
      this.#reads = true;
      return 1;
    };
    await this.#host.pending.longAnswers.draw(take, this.#signal);
  }

  #giveReadingPlace(): void {
    if (!this.#reads) return;
    this.#reads = false;
    this.#host.pending.longAnswers.give(1);
  }

  async #ask(request: DaemonRequest): Promise<Reply> {
    const { limits, service } = this.#host;
    if (REQUESTS[request.type].isQueued) {
      while (!service.hasRoom()) await service.room();
    }
    if (READING.has(request.type)) await this.#takeReadingPlace();
    if (this.#cutReason !== null) throw this.#cutReason;
    const reply = await service.handle(request);
    if (reply.length <= limits.freeAnswerBytes) this.#giveReadingPlace();
    return reply;
  }

  /** Sends answers as they are made, until there are no more or the client goes away. */
  async #sendAll(stream: ReplyStream): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    if (this.#isStopping) stop.abort();
    const leaving = this.#noticeEnd();
    this.#giveLargePlace();
    try {
      while (true) {
        this.#enter("watching", Infinity);
        const body = await stream.next(stop.signal);
        if (this.#cutReason !== null) {
          body?.close?.();
          throw this.#cutReason;
        }
        if (body === null) return;
        await this.#send(body);
      }
    } finally {
      this.#close();
      await leaving;
    }
  }

  /** Reads until the client closes its end, which it does not do as long as it listens. */
  async #noticeEnd(): Promise<void> {
    const byte = new Uint8Array(1);
    try {
      const n = await this.#conn.read(byte);
      if (n === null) this.#end(new LeftError());
      else this.cut("sent more than one request");
    } catch (error) {
      this.#end(error instanceof Error ? error : new LeftError());
    }
  }

  async #send(reply: ReplyBody): Promise<void> {
    const { limits, pending: { answers } } = this.#host;
    this.#isLong = reply.length > limits.freeAnswerBytes;
    await sendReply(reply, {
      limits,
      answers,
      signal: this.#signal,
      wait: () => this.#enter("waiting", Infinity),
      write: async (piece) => {
        this.#enter("answering", limits.stalledReaderMs);
        await writeAll(this.#conn, piece);
      },
    });
  }

  #enter(phase: Phase, ms: number): void {
    this.#phase = phase;
    this.#deadline = this.#host.deadline(ms);
    this.#since = this.#host.deadline(0);
  }

  #report(error: unknown): void {
    const log = this.#host.faults.write;
    if (this.#cutReason instanceof CutError) {
      log("warn", "connection cut", { reason: this.#cutReason.message });
    } else if (this.#cutReason !== null) return; // a client that watched went away
    else if (error instanceof FrameError) {
      log("warn", "request refused", { reason: error.message });
    } else if (error instanceof JsonError || error instanceof RequestError) {
      log("warn", "request refused", { reason: error.message });
    } else if (error instanceof BrokenAnswerError) {
      this.#host.log("error", "answer broken off", { reason: error.message });
    } else if (isSystemError(error)) {
      log("warn", "client went away", { reason: error.message });
    } else {
      this.#host.log("error", "connection failed", {
        reason: errorMessage(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
    }
  }

  #end(reason: Error): void {
    if (!this.#open) return;
    this.#cutReason = reason;
    this.#abort?.abort(reason);
    this.#stop?.abort();
    this.#close();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#conn.close();
  }
}

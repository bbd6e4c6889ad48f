// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A server on a real socket, with a service that the test controls.
 * @module
 */
import { LIMITS, type Limits } from "../../../src/daemon/limits.ts";
import { Server } from "../../../src/daemon/server.ts";
import type { Answerer } from "../../../src/daemon/connection.ts";
import { type Reply, replyError } from "../../../src/daemon/reply.ts";
import { encodeFrame, encodeHeader } from "../../../src/frame/mod.ts";
import {
  type DaemonRequest,
  decodeRequest,
  encodeRequest,
  joinBytes,
} from "../../../src/proto/mod.ts";

/** No deadline unless a test asks for one, so that only events end a connection. */
export const PATIENT: Limits = {
  ...LIMITS,
  requestMs: 60_000,
  idleMs: 60_000,
  stalledReaderMs: 60_000,
  shutdownMs: 60_000,
  sweepMs: 5,
  acceptPauseMs: 1,
};

/** Returns a reply of one piece. Connections do not use its type. */
export function textReply(text: string, after?: "stop"): Reply {
  const body = new TextEncoder().encode(text);
  const type = "ack" as const;
  const reply = { type, length: body.length, chunks: () => [body] };
  return after === undefined ? reply : { ...reply, after };
}

/** Answers each request with its own type, at once or when the test releases it. */
export class FakeService implements Answerer {
  readonly seen: DaemonRequest[] = [];
  readonly #replies: Partial<Record<DaemonRequest["type"], Reply>>;
  readonly #arrivals = new Map<number, () => void>();
  #gate: PromiseWithResolvers<void> | null = null;
  #room: PromiseWithResolvers<void> | null = null;

  constructor(replies: Partial<Record<DaemonRequest["type"], Reply>> = {}) {
    this.#replies = replies;
  }

  /** Holds every answer back until {@linkcode release}. */
  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = null;
  }

  /** Reports a full queue until {@linkcode empty}. */
  fill(): void {
    this.#room ??= Promise.withResolvers();
  }

  empty(): void {
    this.#room?.resolve();
    this.#room = null;
  }

  hasRoom(): boolean {
    return this.#room === null;
  }

  async room(): Promise<void> {
    await this.#room?.promise;
  }

  decode(body: Uint8Array): Promise<DaemonRequest> {
    return Promise.try(() => decodeRequest(body));
  }

  refuse({ message }: Error): Reply<"error"> {
    return replyError(message);
  }

  async handle(request: DaemonRequest): Promise<Reply> {
    this.seen.push(request);
    this.#arrivals.get(this.seen.length)?.();
    if (request.type !== "status") await this.#gate?.promise;
    return this.#replies[request.type] ?? textReply(`"${request.type}"`);
  }

  /** Resolves once `count` requests have arrived. */
  async arrived(count: number): Promise<void> {
    if (this.seen.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#arrivals.set(count, resolve);
    await promise;
  }
}

/** The end of a connection, and the bytes before it. */
export interface Ending {
  text: string;
  bytes: number;
  end: "eof" | "reset";
}

/** A client that the test controls. */
export class Client implements Disposable {
  readonly conn: Deno.UnixConn;
  #open = true;

  constructor(conn: Deno.UnixConn) {
    this.conn = conn;
  }

  async write(...parts: (Uint8Array | string)[]): Promise<void> {
    for (const part of parts) {
      const bytes = typeof part === "string"
        ? new TextEncoder().encode(part)
        : part;
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.conn.write(bytes.subarray(sent));
      }
    }
  }

  async send(request: DaemonRequest): Promise<void> {
    await this.write(encodeFrame(encodeRequest(request)));
  }

  /** Reads to the end; the text is without the header. */
  async readAll(): Promise<Ending> {
    const chunks: Uint8Array[] = [];
    let end: Ending["end"] = "eof";
    while (true) {
      const buffer = new Uint8Array(64 * 1024);
      try {
        const n = await this.conn.read(buffer);
        if (n === null) break;
        chunks.push(buffer.subarray(0, n));
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
        end = "reset";
        break;
      }
    }
    const all = joinBytes(chunks);
    const text = new TextDecoder().decode(all.subarray(4, 4_096));
    return { text, bytes: all.length, end };
  }

  close(): void {
    if (this.#open) this.conn.close();
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The lines of a log, and a way to wait for one. */
export class LogLines {
  readonly lines: { message: string; reason: string }[] = [];
  readonly #waiting: { message: string; resolve: () => void }[] = [];

  readonly log = (
    _level: string,
    message: string,
    fields: Record<string, unknown> = {},
  ): void => {
    this.lines.push({ message, reason: `${fields["reason"]}` });
    for (const waiter of this.#waiting) {
      if (waiter.message === message) waiter.resolve();
    }
  };

  async said(message: string): Promise<void> {
    if (this.lines.some((line) => line.message === message)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ message, resolve });
    await promise;
  }
}

/** A server that runs for one test. */
export interface Running extends AsyncDisposable {
  server: Server;
  /** Path of the socket. */
  path: string;
  service: FakeService;
  log: LogLines;
  connect(): Promise<Client>;
  /** Sends one request, and reads to the end. */
  ask(request: DaemonRequest): Promise<Ending>;
}

/** Starts a server; its limits are long unless the test sets others. */
export async function startServer(
  options: { limits?: Partial<Limits>; service?: FakeService } = {},
): Promise<Running> {
  const folder = await Deno.makeTempDir({ prefix: "kz" });
  const path = `${folder}/s`;
  const listener = Deno.listen({ transport: "unix", path });
  const service = options.service ?? new FakeService();
  const log = new LogLines();
  const limits = { ...PATIENT, ...options.limits };
  const server = new Server({
    acceptor: listener,
    service,
    limits,
    log: log.log,
  });
  const connect = async () =>
    new Client(await Deno.connect({ transport: "unix", path }));
  return {
    server,
    path,
    service,
    log,
    connect,
    async ask(request) {
      using client = await connect();
      await client.send(request);
      return await client.readAll();
    },
    async [Symbol.asyncDispose]() {
      service.empty();
      service.release();
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Returns a header that announces `length` bytes. */
export const header = encodeHeader;

// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Context, Input } from "../../../src/context/mod.ts";
import { encodeFrame, readFrame, writeAll } from "../../../src/frame/mod.ts";
import { decodeRequest, MAX_REQUEST_BYTES } from "../../../src/proto/mod.ts";

/** How a toy daemon treats its clients. */
export type Mood =
  | "up" // stores and acknowledges
  | "refusing" // answers with an error
  | "silent" // takes the request and says nothing
  | "deaf" // accepts, and reads nothing
  | "late" // stores, and says nothing
  | "closing"; // hangs up at once

/** An event as the daemon received it. */
export interface Stored {
  source: string;
  workspace: string | null;
  /** The payload, parsed. */
  payload: Record<string, unknown>;
}

/** A daemon that keeps events in memory; a known `kaizen_id` is stored once. */
export class ToyDaemon implements AsyncDisposable {
  mood: Mood = "up";
  readonly stored: Stored[] = [];
  /** How often an event arrived, stored or not. */
  received = 0;
  readonly #socket: string;
  #listener: Deno.Listener | null = null;
  #running: Promise<void> = Promise.resolve();
  readonly #conns = new Set<Deno.Conn>();
  readonly #handled = new Set<Promise<void>>();

  constructor(socket: string) {
    this.#socket = socket;
  }

  get isUp(): boolean {
    return this.#listener !== null;
  }

  start(): void {
    if (this.#listener !== null) return;
    this.#listener = Deno.listen({ transport: "unix", path: this.#socket });
    this.#running = this.#accept(this.#listener);
  }

  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = null;
    await this.#running;
    for (const conn of this.#conns) conn.close();
    this.#conns.clear();
    await Promise.all(this.#handled);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    for await (const conn of listener) {
      this.#conns.add(conn);
      const work = this.#serve(conn).catch(() => {});
      this.#handled.add(work);
      work.then(() => this.#handled.delete(work));
    }
  }

  async #serve(conn: Deno.Conn): Promise<void> {
    const { mood } = this;
    if (mood === "deaf") return;
    if (mood !== "closing") {
      const answer = this.#answer(await readFrame(conn, MAX_REQUEST_BYTES));
      if (answer === null) return; // keeps the connection open
      const body = new TextEncoder().encode(JSON.stringify(answer));
      await writeAll(conn, encodeFrame(body));
    }
    if (this.#conns.delete(conn)) conn.close();
  }

  #answer(body: Uint8Array): unknown {
    const request = decodeRequest(body);
    if (request.type === "ingest_hook") this.received++;
    if (this.mood === "silent") return null;
    if (request.type === "hello") {
      return {
        type: "hello",
        proto_version: 1,
        daemon_version: "toy",
        workspaces: ["/known/project"],
      };
    }
    if (request.type !== "ingest_hook") {
      return {
        type: "status",
        pid: 1,
        uptime_ms: 1,
        queue_depth: 0,
        last_error: null,
      };
    }
    if (this.mood === "refusing") {
      return {
        type: "error",
        message: "database or disk is full",
        supported_min: null,
        supported_max: null,
      };
    }
    this.#store({
      source: request.source,
      workspace: request.workspace ?? null,
      payload: JSON.parse(request.payload),
    });
    return this.mood === "late" ? null : { type: "ack", message: "ingested" };
  }

  #store(event: Stored): void {
    const isKnown = this.stored.some(({ payload }) =>
      payload.kaizen_id === event.payload.kaizen_id
    );
    if (!isKnown) this.stored.push(event);
  }
}

/** Bytes that arrive in pieces. With `open` the writer stays silent instead of ending. */
export class FakeInput implements Input {
  readonly #pieces: Uint8Array[];
  readonly #isOpen: boolean;

  constructor(pieces: (string | Uint8Array)[] = [], isOpen = false) {
    this.#pieces = pieces.map((piece) =>
      typeof piece === "string" ? new TextEncoder().encode(piece) : piece
    );
    this.#isOpen = isOpen;
  }

  isTerminal(): boolean {
    return false;
  }

  read(into: Uint8Array): Promise<number | null> {
    const piece = this.#pieces[0];
    if (piece === undefined) {
      return this.#isOpen ? new Promise(() => {}) : Promise.resolve(null);
    }
    const part = piece.subarray(0, into.length);
    into.set(part);
    if (part.length === piece.length) this.#pieces.shift();
    else this.#pieces[0] = piece.subarray(part.length);
    return Promise.resolve(part.length);
  }
}

/** A home, a working directory and a daemon that is not started. */
export class TestHome implements AsyncDisposable {
  readonly root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kz" }));
  readonly home = `${this.root}/h`;
  readonly spool = `${this.home}/spool`;
  readonly cwd = `${this.root}/w`;
  readonly daemon = new ToyDaemon(`${this.root}/s`);
  /** The clock of the runs in it, in epoch milliseconds; it advances by itself. */
  clockSkewMs = 0;

  constructor() {
    Deno.mkdirSync(this.cwd);
  }

  /** Surroundings of one run. */
  context(
    args: string[],
    stdin: Input | string = "",
    env: Record<string, string> = {},
  ): Context {
    const variables: Record<string, string> = {
      KAIZEN_HOME: this.home,
      KAIZEN_SOCK: `${this.root}/s`,
      KAIZEN_NO_START: "1",
      PATH: Deno.env.get("PATH") ?? "",
      ...env,
    };
    const now = () => Date.now() + this.clockSkewMs;
    const nowhere = {
      isTerminal: () => false,
      columns: () => null,
      write: () => Promise.reject(new Error("a hook has printed something")),
    };
    return {
      args,
      startedAtMs: now(),
      env: (name) => variables[name] || undefined,
      cwd: () => this.cwd,
      now,
      connect: (path) => Deno.connect({ transport: "unix", path }),
      giveUpRun: () => {},
      stdin: typeof stdin === "string" ? new FakeInput([stdin]) : stdin,
      stdout: nowhere,
      stderr: nowhere,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.stop();
    await Deno.remove(this.root, { recursive: true });
  }
}

/** The text of an event called `id`. */
export function eventText(
  id: string,
  more: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    hook_event_name: "Notification",
    session_id: "s",
    kaizen_id: id,
    ...more,
  });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers requests: the meaning of each type, their order, and their errors. It knows no sockets.
 * @module
 */
import { errorMessage, parentOf } from "../context/mod.ts";
import {
  type AnswerNameTo,
  type BudgetError,
  type DaemonRequest,
  PROTO_VERSION,
  type RequestName,
  type RequestOf,
  REQUESTS,
} from "../proto/mod.ts";
import { isTemporary, Store } from "../store/mod.ts";
import { Gathering } from "./gathering.ts";
import { keepForSomeTime } from "./keeper.ts";
import type { Log } from "./log.ts";
import { type Arrival, Intake } from "./intake.ts";
import { Pace } from "./pace.ts";
import { Pricing } from "./pricing.ts";
import { JobQueue } from "./queue.ts";
import { Reads } from "./reads.ts";
import { Rebuilds } from "./rebuilds.ts";
import { type Reply, replyError, replyWith } from "./reply.ts";
import { SessionStates } from "./session_states.ts";
import { StoreJobs } from "./store_jobs.ts";
import { TranscriptReading } from "./transcript_reading.ts";
import { UsageReport } from "./usage_report.ts";
import { Watches } from "./watches.ts";
import { Writer } from "./writer.ts";

/** Maximum number of requests that wait; connections stop reading when it is reached. */
export const MAX_QUEUE = 1024;
/**
 * The reference's message. No file system has such a path, and a text column would be cut there.
 */
const ZERO_BYTE = "file name contained an unexpected NUL byte";

/** The parts and surroundings of a {@linkcode Service}. */
export interface ServiceOptions {
  storePath: string;
  /** Wall clock in epoch milliseconds. */
  now: () => number;
  /** Returns the time since the start in milliseconds, which no step of the clock changes. */
  uptimeMs: () => number;
  daemonVersion: string;
  pid: number;
  /** Returns an absolute path with all links resolved, or unchanged if it does not exist. */
  canonical: (path: string) => string;
  /** The workspace of requests without one, and the base of relative workspaces. */
  cwd: string;
  /** Returns the id of the home. */
  machine: () => string;
  log: Log;
  /** Waits for a turn of the event loop in which sockets are read; never rejects. */
  turn?: (() => Promise<void>) | undefined;
  maxQueue?: number;
  /** Maximum number of pages in the store; for tests of a full disk. */
  maxPages?: number;
  /** How long to wait for more events before transcripts are read, in milliseconds. */
  readingDelayMs?: number;
  /** Maximum number of calls that a late event reads again, for tests. */
  maxLateCalls?: number;
  /** How long answers wait for transcripts that are still to be read, in milliseconds. */
  readingWaitMs?: number;
}

/**
 * Handlers of requests, one for each type. Each answers in its type or with an error. The queue
 * handles events, several at a time.
 */
type Handlers = {
  readonly [N in Exclude<RequestName, "ingest_hook" | "ingest_events">]: (
    request: RequestOf<N>,
  ) => HandlerReply<N> | Promise<HandlerReply<N>>;
};

type HandlerReply<N extends RequestName> = Reply<AnswerNameTo<N> | "error">;

/** The daemon without its sockets. */
export class Service implements AsyncDisposable {
  readonly #options: ServiceOptions;
  readonly #store: Store;
  readonly #intake: Intake;
  readonly #writer: Writer;
  readonly #reads: Reads;
  readonly #jobs: StoreJobs;
  readonly #rebuilds: Rebuilds;
  readonly #pricing: Pricing;
  readonly #reading: TranscriptReading;
  readonly #usage: UsageReport;
  readonly #watches: Watches;
  readonly #pace: Pace;
  readonly #queue: JobQueue;
  readonly #gathering = new Gathering();
  readonly #handlers: Handlers = {
    hello: (request) => this.#hello(request),
    status: () => this.#status(),
    stop: () => this.#stop(),
    list_sessions: async (request) =>
      this.#noting(await this.#reads.listSessions(request)),
    get_session_detail: async (request) =>
      this.#noting(await this.#reads.getSessionDetail(request)),
    ensure_workspace_capture: (request) => this.#refuseNew(request),
    ensure_proxy: (request) => this.#refuseNew(request),
    begin_observed_session: (request) => this.#refuseNew(request),
    list_commits: (request) => this.#reads.listCommits(request),
    get_usage: (request) => this.#usage.get(request),
    store_stats: () => this.#jobs.stats(),
    store_prune: (request) => this.#jobs.prune(request),
    watch_events: (request) => this.#watches.open(request),
    search_events: (request) => this.#watches.open(request),
  };
  readonly #ending = new AbortController();
  readonly #background: Promise<void>;
  readonly #keeper: Promise<void>;
  readonly #catchingUp: Promise<void>;
  #lastError: { reason: string; ms: number } | null = null;
  #lastStoredMs: number | null = null;
  #closed: Promise<void> | null = null;

  private constructor(options: ServiceOptions, store: Store) {
    this.#options = options;
    this.#store = store;
    const pace = new Pace(options.turn);
    this.#pace = pace;
    const canonical = (path: string) => this.#canonical(path);
    const { now } = options;
    const { signal } = this.#ending;
    const { maxLateCalls } = options;
    const states = new SessionStates(store, { maxLateCalls });
    store.transact(() => states.takeIn());
    this.#intake = new Intake(pace, now);
    this.#pricing = new Pricing(parentOf(options.storePath));
    const reading = new TranscriptReading({
      store,
      pace,
      pricing: this.#pricing,
      signal,
      onFault: (error) => this.#noteLater(error),
      delayMs: options.readingDelayMs,
      waitMs: options.readingWaitMs,
    });
    this.#reading = reading;
    this.#writer = new Writer({
      store,
      states,
      storing: (session, { facts, payload }) =>
        reading.remember(session, facts, payload),
      stored: (session, event) => {
        if (session > 0) reading.note(session, event);
      },
      workspaceOf: ({ workspace }) => canonical(workspace ?? options.cwd),
    });
    const rebuilds = new Rebuilds({ store, states, pace, signal });
    this.#rebuilds = rebuilds;
    this.#reads = new Reads({ store, pace, rebuilds, reading, now, canonical });
    this.#jobs = new StoreJobs({
      store,
      pace,
      rebuilds,
      onFault: (error) => this.#noteLater(error),
      canonical,
      signal,
    });
    const { machine } = options;
    this.#watches = new Watches({ store, pace, rebuilds, canonical, machine });
    this.#queue = new JobQueue({
      maxJobs: options.maxQueue ?? MAX_QUEUE,
      ingest: (batch) => this.#ingest(batch),
    });
    this.#usage = new UsageReport({
      store,
      pace,
      reading,
      pricing: this.#pricing,
      canonical,
    });
    this.#background = this.#jobs.goOn().catch((error) => {
      this.#fail(error);
    });
    this.#catchingUp = this.#background.then(() => reading.catchUp());
    this.#keeper = this.#keep(signal);
  }

  /**
   * Opens the store.
   *
   * @throws {StoreError} If it cannot be used.
   */
  static open(options: ServiceOptions): Service {
    const { storePath, maxPages } = options;
    return new Service(options, Store.open(storePath, { maxPages }));
  }

  /** Whether the store's file still exists. */
  get hasStore(): boolean {
    return this.#store.isInPlace;
  }

  /** Resolves when the work left undone by the last stop is done. */
  async settled(): Promise<void> {
    await this.#background;
  }

  /** Whether another request may be passed in; `hello` and `status` always may. */
  hasRoom(): boolean {
    return this.#queue.hasRoom;
  }

  /** Resolves when there is room. */
  async room(): Promise<void> {
    await this.#queue.room();
  }

  /**
   * Answers a request. `hello`, `status` and unsupported requests are answered at once, the others
   * in the order of the calls. Never rejects: an error is an answer.
   */
  async handle(request: DaemonRequest): Promise<Reply> {
    if (this.#closed !== null) {
      return replyError("Cannot answer as the daemon is stopping");
    }
    if (request.type === "ingest_events") return await this.#ingestAll(request);
    if (request.type !== "ingest_hook") {
      return await this.#dispatch(request.type, request);
    }
    const read = this.#intake.read(request);
    const ingest = read instanceof Promise ? await read : read;
    return await this.#queue.add({ ingest });
  }

  /** Decodes a request; see {@linkcode Intake.decode}. */
  async decode(body: Uint8Array): Promise<DaemonRequest> {
    return await this.#intake.decode(body);
  }

  /** Answers a request that is too much to decode, and notes why. */
  refuse(error: BudgetError): Reply<"error"> {
    return this.#fail(error);
  }

  /** Deletes old sessions if the user wants that, as `store prune` does. */
  async #keep(signal: AbortSignal): Promise<void> {
    const { storePath, now } = this.#options;
    await this.#background;
    await keepForSomeTime({
      home: parentOf(storePath),
      now,
      newestMs: () => {
        const { newest_ms } = this.#store.stats();
        return newest_ms === null ? null : Number(newest_ms);
      },
      prune: (beforeMs) => this.#jobs.pruneBefore(beforeMs),
      onFault: (error) => void this.#note(error),
      signal,
    });
  }

  /** Waits until all requests are answered, and closes the store; may be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async #close(): Promise<void> {
    this.#ending.abort();
    await this.#intake.idle();
    await this.#queue.idle();
    await this.#background;
    await this.#rebuilds.settled();
    await this.#keeper;
    await this.#catchingUp;
    await this.#reading.settled();
    this.#store.close();
    const { fault } = this.#store;
    if (fault !== null) {
      const { message: reason } = fault;
      this.#options.log("warn", "the store stays as it is", { reason });
    }
  }

  /** Runs the handler of a request, at once or in its turn. */
  #dispatch<N extends keyof Handlers>(
    name: N,
    request: RequestOf<N>,
  ): Promise<Reply> {
    const run = () => this.#guard(() => this.#handlers[name](request));
    return REQUESTS[name].isQueued ? this.#queue.add({ run }) : run();
  }

  /** Stores the events of one request. It fails as a whole only if the store does. */
  async #ingestAll(
    request: RequestOf<"ingest_events">,
  ): Promise<Reply<"ingested" | "error">> {
    let arrivals: Arrival[];
    try {
      const read = this.#intake.readAll(request);
      arrivals = await this.#gathering.join(read, request.payloads.length);
    } catch (error) {
      return this.#fail(error);
    }
    const replies = await Promise.all(
      arrivals.map((ingest) => this.#queue.add({ ingest })),
    );
    const errors = replies.flatMap(({ error }) => error ?? []);
    const temporary = errors.find((error) => error.temporary === true);
    if (temporary !== undefined) {
      return replyError(temporary.message, { temporary: true });
    }
    return replyWith({
      type: "ingested",
      stored: replies.length - errors.length,
      refused: errors.length,
      reason: errors[0]?.message ?? null,
    });
  }

  /** Never throws, because an error would block the queue for good. */
  #ingest(batch: readonly Arrival[]): Reply[] {
    let outcomes: readonly unknown[];
    this.#pace.rush();
    try {
      outcomes = this.#writer.ingest(batch);
    } catch (error) {
      outcomes = batch.map(() => error);
    }
    if (outcomes.includes(null)) {
      this.#lastStoredMs = this.#options.now();
      this.#watches.wake();
    }
    this.#rebuilds.start((error) => this.#noteLater(error));
    return outcomes.map((failure) =>
      failure === null
        ? INGESTED
        : isTemporary(failure)
        ? replyError(errorMessage(this.#note(failure)), { temporary: true })
        : this.#fail(failure)
    );
  }

  #hello({ proto_version }: RequestOf<"hello">): Reply<"hello" | "error"> {
    if (proto_version !== PROTO_VERSION) {
      return replyError(`unsupported proto_version ${proto_version}`, {
        supported_min: PROTO_VERSION,
        supported_max: PROTO_VERSION,
      });
    }
    return replyWith({
      type: "hello",
      proto_version: PROTO_VERSION,
      daemon_version: this.#options.daemonVersion,
      workspaces: this.#tryRead(
        () => this.#reads.listWorkspaces(),
        () => this.#store.workspacePaths(),
      ),
    });
  }

  #status(): Reply<"status"> {
    const { pid, uptimeMs } = this.#options;
    const transcripts = this.#tryRead(
      () => this.#reading.status(),
      () => null,
    );
    return replyWith({
      type: "status",
      pid,
      uptime_ms: Math.floor(uptimeMs()),
      queue_depth: this.#queue.depth,
      last_error: this.#lastError?.reason ?? null,
      last_error_ms: this.#lastError?.ms ?? null,
      last_stored_ms: this.#lastStoredMs,
      capture: [],
      store: this.#store.size(),
      ...transcripts === null ? {} : { transcripts },
    });
  }

  /**
   * Reads a part of an answer. Without it, the answer still tells that the daemon lives, and why
   * its store cannot be read.
   *
   * @param otherwise Returns what is known without the store.
   */
  #tryRead<T>(read: () => T, otherwise: () => T): T {
    try {
      return read();
    } catch (error) {
      this.#note(error);
      return otherwise();
    }
  }

  /** All earlier requests are answered first; a prune is cut short. */
  async #stop(): Promise<Reply<"ack">> {
    this.#ending.abort();
    await this.#queue.begun();
    return replyWith({ type: "ack", message: "stopping" }, "stop");
  }

  /** A long answer is read while it is sent, and can fail then. */
  #noting<R extends Reply>(reply: R): R {
    return { ...reply, chunks: () => this.#noteFaults(reply.chunks()) };
  }

  *#noteFaults(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      throw this.#note(error);
    }
  }

  async #guard(run: () => Reply | Promise<Reply>): Promise<Reply> {
    try {
      return await run();
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Answers requests that only newer daemons of the reference support. */
  #refuseNew({ type }: DaemonRequest): Reply<"error"> {
    return this.#fail(new Error(`This daemon does not do "${type}"`));
  }

  /** The message of an error becomes the answer, and stays the last error. */
  #fail(error: unknown): Reply<"error"> {
    return replyError(errorMessage(this.#note(error)));
  }

  /**
   * Notes an error of work that no request waits for. A full disk is not noted: the work is done
   * again, and the next event reports the disk.
   *
   * @returns Whether it is one that passes.
   */
  #noteLater(error: unknown): boolean {
    if (isTemporary(this.#store.explain(error))) return true;
    this.#note(error);
    return false;
  }

  /**
   * Notes an error.
   *
   * @returns The error as it is noted.
   */
  #note(error: unknown): unknown {
    const explained = this.#store.explain(error);
    const reason = errorMessage(explained);
    this.#lastError = { reason, ms: this.#options.now() };
    this.#options.log("warn", "request failed", { reason });
    return explained;
  }

  /**
   * Returns the canonical path of a workspace.
   *
   * @throws {RangeError} If the path holds a zero byte.
   */
  #canonical(path: string): string {
    if (path.includes("\0")) throw new RangeError(ZERO_BYTE);
    const { canonical, cwd } = this.#options;
    if (path === "" || path.startsWith("/")) return canonical(path);
    return canonical(`${cwd}/${path}`);
  }
}

const INGESTED = replyWith({ type: "ack", message: "ingested" });

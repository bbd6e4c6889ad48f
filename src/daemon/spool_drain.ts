// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stores the events of the spool: when the daemon starts, and when an event is spooled.
 * @module
 */
import { errorMessage } from "../context/mod.ts";
import { HookError, readHookEvent } from "../events/mod.ts";
import {
  type AnswerOf,
  BudgetError,
  decodeAnswer,
  JsonError,
  RequestError,
  type RequestOf,
} from "../proto/mod.ts";
import {
  makeNews,
  newsMs,
  type SendOutcome,
  type Spool,
} from "../spool/mod.ts";
import type { Answerer } from "./connection.ts";
import type { Log } from "./log.ts";
import type { Reply } from "./reply.ts";

/** Times until the next delivery, in milliseconds. */
export interface DrainTimes {
  /**
   * Without news: a hook may have been unable to tell, or another process that was delivering may
   * have died.
   */
  idleMs: number;
  /** After another process was found delivering, which may run out of time. */
  busyMs: number;
  /**
   * After the store refused an event. It doubles each time, because every attempt counts against
   * the event.
   */
  firstRetryMs: number;
  lastRetryMs: number;
}

/**
 * How often to look for news after a client has come, and else, in milliseconds. They are not
 * watched: Deno opens what is at a path that it watches, and would wait for ever at a named pipe.
 */
const LOOK_MS = 50;
const IDLE_LOOK_MS = 1_000;
/**
 * How long after a client its event may be spooled, in milliseconds. A hook does so when it has
 * waited a fifth of a second for its answer.
 */
const LIVELY_MS = 2_000;

const TIMES: DrainTimes = {
  idleMs: 60_000,
  busyMs: 1_000,
  firstRetryMs: 5_000,
  lastRetryMs: 10 * 60_000,
};

/** The parts of a {@linkcode SpoolDrain}. */
export interface SpoolDrainOptions {
  spool: Pick<Spool, "deliver">;
  folder: string;
  service: Answerer;
  log: Log;
  times?: DrainTimes;
}

/** Delivers until it is disposed of; one delivery at a time. */
export class SpoolDrain implements AsyncDisposable {
  readonly #options: SpoolDrainOptions;
  readonly #end = new AbortController();
  readonly #working: Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #livelyUntil = 0;
  #seenMs: number | null;
  #news = Promise.withResolvers<void>();

  /** Makes what hooks need to tell of events; delivers as soon as the caller waits. */
  constructor(options: SpoolDrainOptions) {
    this.#options = options;
    this.#makeNews();
    // Before the first delivery, so that no event is missed between the two.
    this.#seenMs = newsMs(options.folder);
    this.#planLook();
    this.#working = this.#work();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** Looks for news more often for a while. Call it for each client. */
  stir(): void {
    const now = performance.now();
    const isIdle = now >= this.#livelyUntil;
    this.#livelyUntil = now + LIVELY_MS;
    if (isIdle) this.#planLook();
  }

  #makeNews(): void {
    const { folder, log } = this.#options;
    try {
      makeNews(folder);
    } catch (error) {
      log("warn", "no hook can tell of a spooled event", {
        reason: errorMessage(error),
      });
    }
  }

  #planLook(): void {
    clearTimeout(this.#timer);
    if (this.#end.signal.aborted) return;
    const isLively = performance.now() < this.#livelyUntil;
    this.#timer = setTimeout(() => {
      this.#look();
      this.#planLook();
    }, isLively ? LOOK_MS : IDLE_LOOK_MS);
  }

  #look(): void {
    const ms = newsMs(this.#options.folder);
    if (ms !== this.#seenMs) this.#news.resolve();
    this.#seenMs = ms;
  }

  async #work(): Promise<void> {
    const times = this.#options.times ?? TIMES;
    const { firstRetryMs, lastRetryMs } = times;
    let retryMs = firstRetryMs;
    await Promise.resolve(); // a long spool must not delay the caller
    while (!this.#end.signal.aborted) {
      this.#news = Promise.withResolvers();
      const end = await this.#deliver();
      if (end === "later") {
        // The fault counts against no event, and all are stored as soon as the store works again.
        retryMs = firstRetryMs;
        await this.#rest(firstRetryMs);
      } else if (end !== "refused") {
        retryMs = firstRetryMs;
        const restMs = end === "busy" ? times.busyMs : times.idleMs;
        await this.#rest(restMs, this.#news.promise);
      } else {
        // News does not shorten this wait: the store would refuse the new event, too.
        await this.#rest(retryMs);
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
  }

  /**
   * Delivers once.
   *
   * @returns `done` if all is delivered for now, `busy` if another process delivers, `later` if the
   * store can keep nothing now, `refused` if it refuses the first event.
   */
  async #deliver(): Promise<"done" | "busy" | "later" | "refused"> {
    const { spool, log } = this.#options;
    try {
      const { delivered, rejected, stopped, reason } = await spool.deliver(
        { send: (body, signal) => this.#send(body, signal) },
        { signal: this.#end.signal, automatic: true },
      );
      if (delivered + rejected > 0) {
        log("info", "spool delivered", { delivered, rejected });
      }
      if (stopped === "busy") return "busy";
      if (stopped === "later") {
        log("error", "the store can keep nothing now", { reason });
        return "later";
      }
      if (stopped !== "failed" && stopped !== "waiting") return "done";
      log("error", "the store refuses a spooled event", { reason });
    } catch (error) {
      log("error", "cannot deliver the spool", { reason: errorMessage(error) });
    }
    return "refused";
  }

  async #send(body: Uint8Array, signal: AbortSignal): Promise<SendOutcome> {
    const { service } = this.#options;
    const request = await this.#readIngest(body);
    if (request === null) {
      return { delivery: "invalid", reason: "not a request to ingest" };
    }
    while (!service.hasRoom()) await service.room();
    if (signal.aborted) {
      return { delivery: "unreachable", reason: "the daemon stops" };
    }
    const answer = readSmall(await service.handle(request));
    if (answer.type === "ack") return { delivery: "acked", reason: "" };
    const { message: reason, temporary } = answer;
    if (temporary) return { delivery: "later", reason };
    return { delivery: isValidEvent(request) ? "failed" : "invalid", reason };
  }

  async #readIngest(
    body: Uint8Array,
  ): Promise<RequestOf<"ingest_hook"> | null> {
    try {
      const request = await this.#options.service.decode(body);
      return request.type === "ingest_hook" ? request : null;
    } catch (error) {
      const isRefused = error instanceof JsonError ||
        error instanceof RequestError || error instanceof BudgetError;
      if (isRefused) return null;
      throw error;
    }
  }

  async #rest(ms: number, news?: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const end = () => resolve();
    const { signal } = this.#end;
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
    await Promise.race(news ? [promise, news] : [promise]);
    // There is such a wait for every minute of the daemon's life.
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
  }
}

/** Whether the event is valid; if so, a refusal is the store's fault. */
function isValidEvent({ source, payload }: RequestOf<"ingest_hook">): boolean {
  try {
    readHookEvent(source, payload, 0);
    return true;
  } catch (error) {
    if (error instanceof HookError || error instanceof BudgetError) {
      return false;
    }
    throw error;
  }
}

/** Reads the answer of an ingest, which is short. */
function readSmall(reply: Reply): AnswerOf<"ack"> | AnswerOf<"error"> {
  const body = new Uint8Array(reply.length);
  let at = 0;
  for (const chunk of reply.chunks()) {
    body.set(chunk, at);
    at += chunk.length;
  }
  const answer = decodeAnswer(body);
  if (answer.type === "ack" || answer.type === "error") return answer;
  throw new TypeError(`Cannot deliver event: the answer is "${answer.type}"`);
}

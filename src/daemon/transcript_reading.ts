// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Decides which of the transcripts that payloads name are read, and when: after the acks, in short
 * steps, one file at a time.
 * @module
 */
import { type AgentName, isAgentName } from "../agents/mod.ts";
import type { Facts, HookEvent } from "../events/mod.ts";
import type { Steps, Store, TranscriptCounts } from "../store/mod.ts";
import { listSessionFiles, transcriptPaths } from "../transcripts/mod.ts";
import { FileReading, type NamedTranscript } from "./file_reading.ts";
import type { Pace } from "./pace.ts";
import type { Prices, Pricing } from "./pricing.ts";

/** How long to wait for more events before their transcripts are read, in milliseconds. */
const DELAY_MS = 2_000;
/**
 * When to look once more, in milliseconds: the end of a turn may be written a moment after its
 * event, and no other event follows. A full disk is tried again after this time, too.
 */
const LATE_MS = 10_000;
/**
 * How long an answer waits for transcripts that are still to be read, in milliseconds. After that
 * it is made of what is known.
 */
const WAIT_MS = 250;
/** More transcripts do not wait: they are found when all are looked at. */
const MAX_WAITING = 4_096;
const MAX_PATH_CHARS = 4_096;
/** Rows looked at in one step. */
const STEP_ROWS = 100;
/** Transcripts that are looked at once more after a start, the newest ones. */
const MAX_LOOKED_AT = 2_000;
/** The agents whose transcripts can be read. */
const READABLE: ReadonlySet<AgentName> = new Set(["claude", "codex"]);

/** The parts of {@linkcode TranscriptReading}. */
export interface TranscriptReadingOptions {
  store: Pick<Store, "transact" | "transcripts" | "usage">;
  pace: Pace;
  pricing: Pricing;
  /** Ends the work; the rest is done after the next start. */
  signal: AbortSignal;
  /**
   * Receives an error that is not one of a transcript. Returns whether it passes, as a full disk
   * does.
   */
  onFault: (error: unknown) => boolean;
  delayMs?: number | undefined;
  waitMs?: number | undefined;
}

type Timer = ReturnType<typeof setTimeout>;

/** A transcript that has to be read. */
interface Named extends NamedTranscript {
  /** Whether this is the second look after an event. */
  readonly isLate?: boolean;
}

/** Figures of transcripts for the status. */
export interface TranscriptStatus extends Omit<TranscriptCounts, "expected"> {
  /** Transcripts that wait to be read, or are being read. */
  waiting: number;
  /** Why the user's own prices are not used. */
  prices_fault: string | null;
}

/** Reads transcripts. */
export class TranscriptReading {
  readonly #options: TranscriptReadingOptions;
  /** Those that have to be read, by path; each until it has been. */
  readonly #waiting = new Map<string, Named>();
  /** Those that are to be looked at once more. */
  readonly #late = new Map<string, Named>();
  /** The one of those that wait that is being read. */
  #current: Named | null = null;
  /** Settles when there is nothing left to do. */
  #unread: PromiseWithResolvers<void> | null = null;
  #timer: Timer | null = null;
  #lateTimer: Timer | null = null;
  #running: Promise<void> | null = null;
  /** Whether all transcripts have to be looked at, and whether that is being done. */
  #mustLook = true;
  #isLooking = false;
  /** Whether the prices may have changed. */
  #mustPrice = false;
  /** When an import has ended if no more events of it come, by `performance.now()`. */
  #importEnd = 0;

  constructor(options: TranscriptReadingOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#stopTimers());
  }

  /**
   * Stores the transcripts of a subagent that an event names, in the event's transaction: no other
   * event names them, and the daemon may end before they are read.
   */
  remember(session: number, facts: Facts, payload: Uint8Array): void {
    for (const path of subagentPaths(facts, payload)) {
      this.#options.store.transcripts.expect(path, session, facts.agent);
    }
  }

  /**
   * Notes the transcripts that an event names, after it is stored. While an import sends events,
   * they wait for its end, or for a question: reading them would slow it down.
   *
   * @param session Key of its session.
   */
  note(
    session: number,
    { facts, payload, eventSource }: Pick<
      HookEvent,
      "facts" | "payload" | "eventSource"
    >,
  ): void {
    const { agent, tracePath } = facts;
    if (!READABLE.has(agent)) return;
    if (eventSource === "Tail") {
      this.#importEnd = performance.now() + this.#delayMs;
    }
    if (tracePath !== null) this.#add({ agent, path: tracePath, session });
    for (const path of subagentPaths(facts, payload)) {
      this.#add({ agent, path, session });
    }
  }

  #add(named: Named): void {
    const { path } = named;
    if (path.length > MAX_PATH_CHARS) return;
    if (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(path)) {
      this.#mustLook = true;
    } else {
      // It is read again if it is being read now.
      this.#waiting.set(path, named);
    }
    this.#unread ??= Promise.withResolvers();
    this.#late.delete(path);
    this.#startLater(this.#delayMs);
  }

  get #delayMs(): number {
    return this.#options.delayMs ?? DELAY_MS;
  }

  #startLater(delayMs: number): void {
    if (this.#timer !== null || this.#options.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const restMs = this.#importEnd - performance.now();
      if (restMs > 0) this.#startLater(restMs);
      else this.#start();
    }, delayMs);
  }

  /** Looks at all transcripts that are known; those that have something new are read. */
  async catchUp(): Promise<void> {
    this.#unread ??= Promise.withResolvers();
    this.#start();
    await this.settled();
  }

  /** Reads now what events have named. Waits for it, but not for long. */
  async readNow(): Promise<void> {
    if (this.#waiting.size > 0) this.#start();
    await this.#untilRead();
  }

  /** Computes costs again if the user's prices have changed; waits as {@linkcode readNow} does. */
  async priceNow(): Promise<void> {
    const { pricing, store } = this.#options;
    const { name } = await pricing.current();
    if (store.usage.prices() === name) return;
    this.#mustPrice = true;
    this.#unread ??= Promise.withResolvers();
    this.#start();
    await this.#untilRead();
  }

  async #untilRead(): Promise<void> {
    if (this.#unread === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.waitMs ?? WAIT_MS);
    await Promise.race([this.#unread.promise, promise]);
    clearTimeout(timer);
  }

  /** Resolves when nothing is being read. Never rejects. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Counts the transcripts. */
  status(): TranscriptStatus {
    const { pricing, store: { transcripts } } = this.#options;
    const { expected, ...counts } = transcripts.counts();
    const all = expected + counts.read + counts.missing + counts.unreadable;
    const isLooking = (this.#mustLook || this.#isLooking) &&
      (all > 0 || transcripts.unread(Number.MAX_SAFE_INTEGER, 1).length > 0);
    return {
      ...counts,
      waiting: Math.max(this.#waiting.size, expected, isLooking ? 1 : 0),
      prices_fault: pricing.fault,
    };
  }

  #stopTimers(): void {
    clearTimeout(this.#timer ?? undefined);
    clearTimeout(this.#lateTimer ?? undefined);
    this.#timer = null;
    this.#lateTimer = null;
  }

  #start(): void {
    this.#running ??= this.#run().then(
      () => false,
      (error) => this.#fail(error),
    )
      .then((mustWait) => {
        this.#running = null;
        this.#current = null;
        this.#isLooking = false;
        // An event may have come at the last moment.
        if (this.#isNeeded && !mustWait) return this.#start();
        if (mustWait) this.#startLater(LATE_MS);
        this.#endUnread();
      });
  }

  /**
   * Handles an error of the work.
   *
   * @returns True if the work must be retried later. Otherwise it goes on without the transcript.
   */
  #fail(error: unknown): boolean {
    const passes = this.#options.onFault(error);
    if (passes) this.#mustLook ||= this.#isLooking;
    else if (this.#current !== null) this.#waiting.delete(this.#current.path);
    // Without prices there is no transcript to go on without.
    return passes || (this.#current === null && !this.#isLooking);
  }

  get #isNeeded(): boolean {
    return !this.#options.signal.aborted &&
      (this.#waiting.size > 0 || this.#mustLook || this.#mustPrice);
  }

  /** Lets those go on that wait for what has been read. */
  #endUnread(): void {
    this.#unread?.resolve();
    this.#unread = null;
  }

  async #run(): Promise<void> {
    const { pace, pricing, store } = this.#options;
    await pace.turn();
    // An event that is stored meanwhile may make more work.
    while (this.#isNeeded) {
      this.#mustPrice = false;
      const prices = await pricing.current();
      if (store.usage.prices() !== prices.name) {
        await pace.runAtLeisure(this.#reprice(prices));
      }
      await pace.runAtLeisure(this.#readWaiting(prices));
      if (!this.#mustLook) continue;
      this.#mustLook = false;
      this.#isLooking = true;
      await pace.runAtLeisure(this.#lookAtAll(prices));
      this.#isLooking = false;
    }
  }

  *#readWaiting(prices: Prices): Steps<void> {
    for (const [path, named] of this.#waiting) {
      this.#current = named;
      yield* this.#readSession(named, prices);
      this.#current = null;
      if (this.#options.signal.aborted) return;
      // An event has named it again in the meantime: it may have grown.
      if (this.#waiting.get(path) !== named) continue;
      this.#waiting.delete(path);
      if (named.isLate !== true) this.#lookLater(named);
    }
  }

  #lookLater(named: Named): void {
    this.#late.set(named.path, { ...named, isLate: true });
    if (this.#lateTimer !== null || this.#options.signal.aborted) return;
    this.#lateTimer = setTimeout(() => {
      this.#lateTimer = null;
      this.#readLate();
    }, LATE_MS);
  }

  #readLate(): void {
    for (const [path, named] of this.#late) {
      if (!this.#waiting.has(path)) this.#waiting.set(path, named);
    }
    this.#late.clear();
    this.#startLater(0);
  }

  /** Reads the transcripts of sessions in the store, the newest first. */
  *#lookAtAll(prices: Prices): Steps<void> {
    const { signal, store: { transcripts } } = this.#options;
    for (let before = Number.MAX_SAFE_INTEGER;;) {
      const rows = transcripts.unread(before, STEP_ROWS);
      for (const { key, trace, agent } of rows) {
        if (signal.aborted) return;
        before = key;
        if (!isAgentName(agent) || !READABLE.has(agent)) continue;
        yield* this.#readSession({ agent, path: trace, session: key }, prices);
        yield* this.#readWaiting(prices);
        yield;
      }
      if (rows.length < STEP_ROWS) break;
    }
    let before = Number.MAX_SAFE_INTEGER;
    for (let looked = 0; looked < MAX_LOOKED_AT; looked += STEP_ROWS) {
      const rows = transcripts.list(before, STEP_ROWS);
      for (const { key, agent, path, session } of rows) {
        if (signal.aborted) return;
        before = key;
        if (!isAgentName(agent)) continue;
        const named = { agent, path, session };
        if (isOfSubagent(path)) yield* this.#readFile(named, prices);
        else yield* this.#readSession(named, prices);
        yield* this.#readWaiting(prices);
        yield;
      }
      if (rows.length < STEP_ROWS) return;
    }
  }

  /** Reads a transcript and those of the session's subagents. */
  *#readSession(named: NamedTranscript, prices: Prices): Steps<void> {
    const { agent, path } = named;
    const files = listSessionFiles(agent, path);
    for (const file of files.length === 0 ? [path] : files) {
      if (this.#options.signal.aborted) return;
      yield* this.#readFile({ ...named, path: file }, prices);
      yield;
    }
  }

  *#readFile(named: NamedTranscript, prices: Prices): Steps<void> {
    yield* new FileReading(named, { ...this.#options, prices }).steps();
  }

  /** Computes all costs again. */
  *#reprice(prices: Prices): Steps<void> {
    const { signal, store } = this.#options;
    for (let after = 0; !signal.aborted;) {
      const rows = store.usage.priced(after, STEP_ROWS);
      store.transact(() => {
        for (const { key, model, tsMs, tokens } of rows) {
          store.usage.reprice(key, prices.price(model, tsMs, tokens));
        }
        if (rows.length === 0) store.usage.setPrices(prices.name);
      });
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.key;
      yield;
    }
  }
}

/** Whether a file is one of Claude Code's for a subagent, which leads to no others. */
function isOfSubagent(path: string): boolean {
  return /\/agent-[^/]*$/.test(path);
}

/** The transcripts that the end of a subagent names. */
function subagentPaths(
  { agent, meaning }: Facts,
  payload: Uint8Array,
): string[] {
  return meaning === "subagent_stop" && READABLE.has(agent)
    ? transcriptPaths(agent, fieldsOf(payload))
    : [];
}

function fieldsOf(payload: Uint8Array): { text(key: string): string | null } {
  const value: unknown = JSON.parse(new TextDecoder().decode(payload));
  const members = new Map(
    typeof value === "object" && value !== null ? Object.entries(value) : [],
  );
  return {
    text(key) {
      const found = members.get(key);
      return typeof found === "string" ? found : null;
    },
  };
}

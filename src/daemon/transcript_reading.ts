// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads what is new in the transcripts that payloads name: after the acks, in short steps, one file
 * at a time. How far a file has been read is stored with what was found in it, so that the work may
 * end at any moment.
 * @module
 */
import { type AgentName, isAgentName } from "../agents/mod.ts";
import { lookAt } from "../context/mod.ts";
import type { Facts } from "../events/mod.ts";
import type {
  Steps,
  Store,
  StoredTranscript,
  TranscriptCounts,
} from "../store/mod.ts";
import {
  type CallFact,
  listSessionFiles,
  readTranscript,
  TranscriptError,
  type TranscriptMark,
  transcriptPaths,
  type UsageFact,
} from "../transcripts/mod.ts";
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
 * How long an answer waits for what transcripts have to tell, in milliseconds. After that it is
 * made of what is known.
 */
const WAIT_MS = 250;
/** More transcripts do not wait: they are found when all are looked at. */
const MAX_WAITING = 4_096;
const MAX_PATH_CHARS = 4_096;
/** Facts that are stored in one transaction. */
const BATCH_FACTS = 256;
/** Bytes after which it is stored how far a file has been read, even if nothing was found. */
const BATCH_BYTES = 16 * 1024 ** 2;
/** Bytes that one turn reads. */
const STEP_BYTES = 64 * 1024;
/** Rows looked at in one step. */
const STEP_ROWS = 100;
/** Transcripts that are looked at once more after a start, the newest ones. */
const MAX_LOOKED_AT = 2_000;
/** Sessions of one file that the store lacks and that are remembered. */
const MAX_LACKS = 64;
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
   * Is told of an error that is not one of a transcript. Returns whether it passes, as a full disk
   * does.
   */
  onFault: (error: unknown) => boolean;
  delayMs?: number | undefined;
  waitMs?: number | undefined;
}

type Timer = ReturnType<typeof setTimeout>;

/** A transcript, and the session that named it. */
interface Named {
  readonly agent: AgentName;
  readonly path: string;
  /** Key of the session. */
  readonly session: number;
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
   * Notes the transcripts that an event names, after it is stored.
   *
   * @param session Key of its session.
   * @param payload As it is stored.
   */
  note(session: number, facts: Facts, payload: Uint8Array): void {
    const { agent, tracePath } = facts;
    if (!READABLE.has(agent)) return;
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
    this.#startLater(this.#options.delayMs ?? DELAY_MS);
  }

  #startLater(delayMs: number): void {
    if (this.#timer !== null || this.#options.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#start();
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

  /** Makes costs anew if the user's prices have changed; waits as {@linkcode readNow} does. */
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
    const mustWait = this.#options.onFault(error);
    if (mustWait) this.#mustLook ||= this.#isLooking;
    else if (this.#current !== null) this.#waiting.delete(this.#current.path);
    return mustWait;
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
        await pace.run(this.#reprice(prices));
      }
      await pace.run(this.#readWaiting(prices));
      if (!this.#mustLook) continue;
      this.#mustLook = false;
      this.#isLooking = true;
      await pace.run(this.#lookAtAll(prices));
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
    this.#start();
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
  *#readSession(named: Named, prices: Prices): Steps<void> {
    const { agent, path } = named;
    const files = listSessionFiles(agent, path);
    for (const file of files.length === 0 ? [path] : files) {
      if (this.#options.signal.aborted) return;
      yield* this.#readFile({ ...named, path: file }, prices);
      yield;
    }
  }

  *#readFile(named: Named, prices: Prices): Steps<void> {
    yield* new FileReading(named, { ...this.#options, prices }).steps();
  }

  /** Makes all costs anew. */
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

/** Options for reading one file. */
interface FileReadingOptions
  extends Pick<TranscriptReadingOptions, "store" | "signal"> {
  prices: Prices;
}

/** One reading of one file. */
class FileReading {
  readonly #named: Named;
  readonly #options: FileReadingOptions;
  readonly #known: StoredTranscript | null;
  /** Keys of the sessions that its lines name. */
  readonly #sessions = new Map<string, number | null>();
  /** Sessions that its lines name and the store lacks: they may come. */
  readonly #lacks = new Set<string>();
  #usage: UsageFact[] = [];
  #calls: CallFact[] = [];

  constructor(named: Named, options: FileReadingOptions) {
    this.#named = named;
    this.#options = options;
    this.#known = options.store.transcripts.find(named.path);
  }

  *steps(): Steps<void> {
    const mark = this.#findMark();
    if (mark !== null && this.#isUnchanged(mark)) return;
    try {
      yield* this.#read(mark);
    } catch (error) {
      if (!(error instanceof TranscriptError)) throw error;
      this.#noteFault(error);
    }
  }

  /**
   * Returns where to go on. Null: read from the beginning, because the store now has a session that
   * it lacked when the file was read.
   */
  #findMark(): TranscriptMark | null {
    const stored = parseMark(this.#known?.mark ?? null);
    if (stored === null) return null;
    const { lacks, ...mark } = stored;
    for (const id of lacks) {
      if (this.#sessionOf(id) !== null) return null;
    }
    for (const id of lacks) this.#lacks.add(id);
    // They may come while it is read.
    this.#sessions.clear();
    return mark;
  }

  *#read(mark: TranscriptMark | null): Steps<void> {
    const { agent, path } = this.#named;
    let last: TranscriptMark | null = null;
    let stored = mark?.offset ?? 0;
    const options = { mark, stepBytes: STEP_BYTES };
    for (const batch of readTranscript(agent, path, options)) {
      last = batch.mark;
      if (batch.is_anew) this.#lacks.clear();
      this.#usage.push(...batch.usage);
      this.#calls.push(...batch.calls);
      if (
        this.#usage.length + this.#calls.length >= BATCH_FACTS ||
        last.offset - stored >= BATCH_BYTES
      ) {
        this.#store(last);
        stored = last.offset;
        last = null;
      }
      // Facts that were read but not stored are read again.
      if (this.#options.signal.aborted) return;
      yield;
    }
    if (last !== null) this.#store(last);
  }

  /** Whether the file is as it was when it was read. */
  #isUnchanged(mark: TranscriptMark): boolean {
    if (this.#known?.fault !== null) return false;
    try {
      const info = lookAt(this.#named.path);
      return info === null || info.ino === mark.ino && info.size === mark.size;
    } catch {
      return false; // reading it will tell
    }
  }

  #store(mark: TranscriptMark): void {
    const { store } = this.#options;
    store.transact(() => {
      const transcript = this.#demandTranscript();
      if (transcript === null) return;
      for (const fact of lastOfEach(this.#usage)) {
        this.#storeUsage(transcript, fact);
      }
      for (const { call_id, ts_ms, session_id, agent_id } of this.#calls) {
        const session = this.#sessionOf(session_id);
        if (session === null) continue;
        store.transcripts.putCall({
          session,
          call: call_id,
          tsMs: ts_ms,
          agentId: agent_id ?? "",
        });
      }
      const stored: StoredMark = { ...mark, lacks: [...this.#lacks] };
      store.transcripts.mark(transcript.key, JSON.stringify(stored), null);
    });
    this.#usage = [];
    this.#calls = [];
  }

  #storeUsage(transcript: StoredTranscript, fact: UsageFact): void {
    const { store, prices } = this.#options;
    const { key, session_id, agent_id, call_id, model, ts_ms } = fact;
    const session = this.#sessionOf(session_id);
    // Another session's message, and that one is not in the store.
    if (session === null) return;
    const reported = fact.cost_usd_e6;
    store.usage.put(transcript, {
      message: `${this.#named.agent}:${key}`,
      session,
      // A subagent without an id is known by the call that started it.
      agentId: agent_id ?? call_id ?? "",
      call: call_id,
      model,
      tsMs: ts_ms,
      tokens: fact.tokens,
      cost: reported === null
        ? prices.price(model, ts_ms, fact.tokens)
        : { cost: reported, source: "reported" },
      isCopy: fact.is_copy,
    });
  }

  #sessionOf(id: string): number | null {
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    const session = this.#options.store.transcripts.sessionOf(id);
    this.#sessions.set(id, session);
    if (session === null && this.#lacks.size < MAX_LACKS) this.#lacks.add(id);
    return session;
  }

  /** The row of the file; null if its session has been deleted meanwhile. */
  #demandTranscript(): StoredTranscript | null {
    const { session, path, agent } = this.#named;
    const { transcripts } = this.#options.store;
    if (!transcripts.hasSession(session)) return null;
    return transcripts.demand(path, session, agent);
  }

  #noteFault({ fault }: TranscriptError): void {
    const { store } = this.#options;
    const mark = this.#known?.mark ?? null;
    // Agents delete old transcripts. Facts that were read stay.
    if (fault === "missing" && mark !== null) return;
    if (this.#known?.fault === fault) return;
    store.transact(() => {
      const transcript = this.#demandTranscript();
      if (transcript !== null) {
        store.transcripts.mark(transcript.key, mark, fault);
      }
    });
  }
}

/** The last fact of each key: while a message streams, it is told several times. */
function lastOfEach(facts: readonly UsageFact[]): Iterable<UsageFact> {
  const last = new Map<string, UsageFact>();
  for (const fact of facts) last.set(fact.key, fact);
  return last.values();
}

/** Whether a file is one of Claude Code's for a subagent, which leads to no others. */
function isOfSubagent(path: string): boolean {
  return /\/agent-[^/]*$/.test(path);
}

/** How far a file has been read, as it is stored. */
interface StoredMark extends TranscriptMark {
  /** Sessions that its lines name and the store lacked. */
  lacks: string[];
}

/** Reads a mark that is stored; null if it is none of ours. */
function parseMark(text: string | null): StoredMark | null {
  if (text === null) return null;
  const { ino, size, offset, skipped, state, lacks = [] }: Partial<
    StoredMark
  > = JSON.parse(text);
  return ino === undefined || size === undefined || offset === undefined ||
      skipped === undefined || state === undefined
    ? null
    : { ino, size, offset, skipped, state, lacks };
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

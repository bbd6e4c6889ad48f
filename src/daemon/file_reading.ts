// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads what is new in one transcript, and stores it together with how far the file has been read,
 * so that the work may end at any moment.
 * @module
 */
import type { AgentName } from "../agents/mod.ts";
import { lookAt } from "../context/mod.ts";
import type { Steps, Store, StoredTranscript } from "../store/mod.ts";
import {
  type CallFact,
  readTranscript,
  TranscriptError,
  type TranscriptMark,
  type UsageFact,
} from "../transcripts/mod.ts";
import type { Prices } from "./pricing.ts";

/** Facts that are stored in one transaction. */
const BATCH_FACTS = 256;
/** Bytes after which it is stored how far a file has been read, even if nothing was found. */
const BATCH_BYTES = 16 * 1024 ** 2;
/** Bytes that one turn reads. */
const STEP_BYTES = 64 * 1024;
/** Sessions of one file that the store lacks and that are remembered. */
const MAX_LACKS = 64;

/** A transcript, and the session that named it. */
export interface NamedTranscript {
  readonly agent: AgentName;
  readonly path: string;
  /** Key of the session. */
  readonly session: number;
}

/** The parts of a {@linkcode FileReading}. */
export interface FileReadingParts {
  store: Pick<Store, "transact" | "transcripts" | "usage">;
  prices: Prices;
  /** Ends the work; the rest is done at the next reading. */
  signal: AbortSignal;
}

/** One reading of one file. */
export class FileReading {
  readonly #named: NamedTranscript;
  readonly #parts: FileReadingParts;
  readonly #known: StoredTranscript | null;
  /** Keys of the sessions that its lines name. */
  readonly #sessions = new Map<string, number | null>();
  /** Sessions that its lines name and the store lacks: they may come. */
  readonly #lacks = new Set<string>();
  #usage: UsageFact[] = [];
  #calls: CallFact[] = [];

  constructor(named: NamedTranscript, parts: FileReadingParts) {
    this.#named = named;
    this.#parts = parts;
    this.#known = parts.store.transcripts.find(named.path);
  }

  /**
   * Reads the file, unless it is as it was when it was last read. A file that cannot be read gets a
   * fault.
   */
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
      if (this.#parts.signal.aborted) return;
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
    const { store } = this.#parts;
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
    const { store, prices } = this.#parts;
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
    const session = this.#parts.store.transcripts.sessionOf(id);
    this.#sessions.set(id, session);
    if (session === null && this.#lacks.size < MAX_LACKS) this.#lacks.add(id);
    return session;
  }

  /** The row of the file; null if its session has been deleted meanwhile. */
  #demandTranscript(): StoredTranscript | null {
    const { session, path, agent } = this.#named;
    const { transcripts } = this.#parts.store;
    if (!transcripts.hasSession(session)) return null;
    return transcripts.demand(path, session, agent);
  }

  #noteFault({ fault }: TranscriptError): void {
    const { store } = this.#parts;
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

/** The last fact of each key: while a message streams, it has several lines. */
function lastOfEach(facts: readonly UsageFact[]): Iterable<UsageFact> {
  const last = new Map<string, UsageFact>();
  for (const fact of facts) last.set(fact.key, fact);
  return last.values();
}

/** How far a file has been read, as it is stored. */
interface StoredMark extends TranscriptMark {
  /** Sessions that its lines name and the store lacked. */
  lacks: string[];
}

/** Reads a mark that is stored; null if it is not ours. */
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

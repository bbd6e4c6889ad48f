// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A session's calls and threads while one event is applied.
 * @module
 */
import {
  type CallState,
  endOf,
  isCallKey,
  seenAt,
  threadOf,
} from "./call_state.ts";
import { parseCallBody, printCallBody } from "./packed_call.ts";
import { runSteps } from "../proto/mod.ts";
import { ITEMS_A_STEP } from "./_steps.ts";
import type { CallAccess, CallRow } from "./call_access.ts";
import { deadlineOf } from "./deadlines.ts";
import { isMarkKey, type Mark, parseMarks } from "./marks.ts";
import {
  compareMoments,
  earlierOf,
  isBefore,
  laterOf,
  type Moment,
} from "./moment.ts";
import type { SessionState } from "./session_state.ts";
import { countCall, type SessionSums } from "./session_sums.ts";
import {
  isThreadKey,
  newThread,
  parseThreadBody,
  printThreadBody,
  threadKey,
  type ThreadState,
} from "./thread_state.ts";

/** Maximum number of running calls in the state. Agents run far fewer at once. */
const MAX_OPEN = 32;

/**
 * An event is late, and its session has too many calls to read them all again at once. Store the
 * event, and rebuild the session.
 */
export class LateEventError extends Error {
  override get name(): string {
    return "LateEventError";
  }
}

/** All calls, threads and marks from rows and state, for late events. */
export interface Everything {
  readonly calls: ReadonlyMap<string, CallState>;
  readonly threads: ReadonlyMap<string, ThreadState>;
  /** In order. */
  readonly marks: readonly Mark[];
}

/** Options of a {@linkcode Draft}. */
export interface DraftOptions {
  /** Maximum number of running calls in the state. */
  readonly maxOpen?: number;
  /** Maximum number of calls that may be read again. */
  readonly maxRead?: number;
}

/** The parts of the state that an event may change, and the rows to write. */
export class Draft {
  readonly #access: CallAccess;
  readonly #maxOpen: number;
  readonly #maxRead: number;
  readonly #rows = new Map<string, string>();
  readonly #removed = new Set<string>();
  readonly #threads: Map<string, ThreadState>;
  #open: CallState[];
  #touchedOpen = false;
  #touchedThreads = false;
  sums: SessionSums;
  spilled: Moment | null;
  spills: SessionState["spills"];
  end: Moment | null;
  background: SessionState["background"];

  constructor(
    state: SessionState,
    access: CallAccess,
    { maxOpen = MAX_OPEN, maxRead = Infinity }: DraftOptions = {},
  ) {
    this.#maxOpen = maxOpen;
    this.#maxRead = maxRead;
    this.#access = access;
    this.#open = [...state.open];
    this.#threads = new Map(Object.entries(state.threads));
    this.sums = state.sums;
    this.spilled = state.spilled;
    this.spills = state.spills;
    this.end = state.end;
    this.background = state.background;
  }

  /** Running calls in the order of their first events. */
  get open(): readonly CallState[] {
    return this.#open;
  }

  /** The threads in the state. */
  threads(): Iterable<ThreadState> {
    return this.#threads.values();
  }

  /** Returns the call with a key, or null. */
  find(key: string): CallState | null {
    const open = this.#open.find((call) => call.key === key);
    if (open !== undefined) return open;
    if (this.#removed.has(key)) return null;
    const body = this.#rows.get(key) ?? this.#access.get(key);
    return body === null ? null : parseCallBody(body);
  }

  /** Stores a call in the state if it runs, else in its row. */
  put(call: CallState, before: CallState | null = this.find(call.key)): void {
    this.sums = countCall(this.sums, before, call);
    this.#takeOut(call.key);
    this.#removed.delete(call.key);
    if (!this.#isOpen(call)) {
      this.#rows.set(call.key, printCallBody(call));
      return;
    }
    this.#rows.delete(call.key);
    const seen = seenAt(call);
    if (this.spilled !== null && !isBefore(seen, this.spilled)) {
      return this.#spill(call);
    }
    this.#putIn(call);
    const newest = this.#open.length > this.#maxOpen
      ? this.#open.pop()
      : undefined;
    if (newest !== undefined) this.#spill(newest);
  }

  /** Deletes a call. */
  remove(call: CallState): void {
    this.sums = countCall(this.sums, call, null);
    this.#takeOut(call.key);
    this.#rows.delete(call.key);
    this.#removed.add(call.key);
  }

  /** Returns the thread with an id, which may be new. */
  thread(id: string): ThreadState {
    const known = this.#threads.get(id);
    if (known !== undefined) return known;
    const body = id === "" ? null : this.#access.get(threadKey(id));
    const thread = body === null ? newThread(id) : parseThreadBody(body);
    this.putThread(thread);
    return thread;
  }

  /** Returns the thread with an id, or null if there is none. */
  findThread(id: string): ThreadState | null {
    if (this.#threads.has(id)) return this.thread(id);
    return this.#access.get(threadKey(id)) === null ? null : this.thread(id);
  }

  /** Stores a thread. */
  putThread(thread: ThreadState): void {
    this.#touchedThreads = true;
    this.#threads.set(thread.id, thread);
  }

  /** Moves a thread to its row. */
  fileThread(thread: ThreadState): void {
    this.#touchedThreads = true;
    this.#threads.delete(thread.id);
    this.#rows.set(threadKey(thread.id), printThreadBody(thread));
  }

  /** Writes a row that is not a call. */
  putRow(key: string, body: string): void {
    this.#rows.set(key, body);
  }

  /** Moves ended calls to their rows. If no call is left, takes running calls back from rows. */
  fileOpen(): readonly CallState[] {
    const over = this.#open.filter((call) => !this.#isOpen(call));
    for (const call of over) {
      this.#takeOut(call.key);
      this.#rows.set(call.key, printCallBody(call));
    }
    if (this.#open.length === 0 && this.spilled !== null) this.#takeBack();
    return over;
  }

  /**
   * Reads all calls, threads and marks.
   *
   * @throws {LateEventError} If there are too many calls.
   */
  readAll(marks: readonly Mark[]): Everything {
    if (this.sums.calls > this.#maxRead) throw new LateEventError();
    const rows = new Map<string, string>();
    for (const { key, body } of this.#access.all()) rows.set(key, body);
    for (const [key, body] of this.#rows) rows.set(key, body);
    for (const key of this.#removed) rows.delete(key);
    return runSteps(gather(rows, {
      open: this.#open,
      threads: this.#threads.values(),
      marks,
    }));
  }

  /** Returns the changes of the event. */
  result(state: SessionState): {
    open: readonly CallState[];
    threads: SessionState["threads"];
    rows: CallRow[];
    removed: string[];
  } {
    return {
      open: this.#touchedOpen ? this.#open : state.open,
      threads: this.#touchedThreads
        ? Object.fromEntries(this.#threads)
        : state.threads,
      rows: Array.from(this.#rows, ([key, body]) => ({ key, body })),
      removed: [...this.#removed],
    };
  }

  #isOpen(call: CallState): boolean {
    if (endOf(call) !== null) return false;
    const deadline = deadlineOf(this, this.thread(threadOf(call)));
    return !isBefore(seenAt(call), deadline);
  }

  #takeOut(key: string): void {
    const index = this.#open.findIndex((call) => call.key === key);
    if (index < 0) return;
    this.#touchedOpen = true;
    this.#open.splice(index, 1);
  }

  #putIn(call: CallState): void {
    this.#touchedOpen = true;
    const seen = seenAt(call);
    let index = this.#open.length;
    while (index > 0) {
      const before = this.#open[index - 1];
      if (before === undefined || !isBefore(seen, seenAt(before))) break;
      index--;
    }
    this.#open.splice(index, 0, call);
  }

  #spill(call: CallState): void {
    this.#touchedOpen = true;
    this.#rows.set(call.key, printCallBody(call));
    this.#noteSpill(call);
  }

  #noteSpill(call: CallState): void {
    const seen = seenAt(call);
    const id = threadOf(call);
    const last = laterOf(this.spills?.[id] ?? null, seen) ?? seen;
    this.spills = { ...this.spills, [id]: last };
    this.spilled = earlierOf(this.spilled, seen);
  }

  #takeBack(): void {
    const last = Object.entries(this.spills ?? {});
    this.spilled = null;
    this.spills = null;
    // If all of these calls are over, their rows need not be read.
    const isOver = ([id, at]: [string, Moment]) =>
      isBefore(at, deadlineOf(this, this.thread(id)));
    if (last.length > 0 && last.every(isOver)) return;
    const { calls } = this.readAll([]);
    const running = Array.from(calls.values())
      .filter((call) => this.#isOpen(call))
      .sort((a, b) => compareMoments(seenAt(a), seenAt(b)));
    for (const call of running.slice(0, this.#maxOpen)) this.#putIn(call);
    for (const call of running.slice(this.#maxOpen)) this.#noteSpill(call);
  }
}

/** Merges rows and state in steps. The state wins. */
export function* gather(
  rows: Iterable<readonly [key: string, body: string]>,
  state: {
    readonly open: Iterable<CallState>;
    readonly threads: Iterable<ThreadState>;
    readonly marks: readonly Mark[];
  },
): Generator<void, Everything> {
  const calls = new Map<string, CallState>();
  const threads = new Map<string, ThreadState>();
  const marks: Mark[] = [...state.marks];
  let seen = 0;
  for (const [key, body] of rows) {
    if (++seen % ITEMS_A_STEP === 0) yield;
    if (isCallKey(key)) calls.set(key, parseCallBody(body));
    else if (isMarkKey(key)) marks.push(...parseMarks(body));
    else if (isThreadKey(key)) {
      const thread = parseThreadBody(body);
      threads.set(thread.id, thread);
    }
  }
  for (const call of state.open) calls.set(call.key, call);
  for (const thread of state.threads) threads.set(thread.id, thread);
  marks.sort((a, b) => compareMoments(a[1], b[1]));
  return { calls, threads, marks };
}

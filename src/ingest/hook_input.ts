// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads a hook's stdin: the first JSON value as soon as it is complete. The rest is read and
 * dropped, so that the writer sees no error.
 * @module
 */
import { type Input, pause } from "../context/mod.ts";
import {
  isSpace,
  joinBytes,
  type PlainObject,
  readPlainObject,
} from "../proto/mod.ts";
import type { FirstValue } from "./first_value.ts";

const READ_BYTES = 64 * 1024;
/** Maximum number of bytes to keep: twice the size of a frame. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;
/** Time between two checks of a writer that keeps the pipe open, in milliseconds. */
const LOOK_MS = 10;
/**
 * Stop after this many checks without data. On a busy machine some time passes between an event and
 * the line feed after it.
 */
const SILENT_LOOKS = 5;
/**
 * If the writer was silent for that long during the work, stop after this many checks. A single
 * check may come too early for a read.
 */
const LEAST_LOOKS = 2;
/**
 * A writer that sent more than the event is in the middle of it and gets more checks, because it
 * would see an error if it were cut short.
 */
const MIDWAY_LOOKS = 40;
/** Maximum time to read from a writer that keeps sending, in milliseconds. */
const MAX_DRAIN_MS = 500;
/**
 * Stdin is read in turns of this length, in milliseconds. A writer that sends data in each turn is
 * not cut short.
 */
const TURN_MS = 50;
/** Maximum time to wait for the first value, in milliseconds. */
const MAX_WAIT_MS = 2000;
/**
 * Minimum number of turns. On a busy machine the runtime may start late, or a timer may end before
 * a read whose bytes arrived long ago; turns take longer then.
 */
const LEAST_TURNS = 10;

/** The input of a hook. */
export interface HookText {
  /** The first JSON value, or the whole input if it is not JSON. */
  bytes: Uint8Array;
  /** The fault in words; null if this is one whole JSON value. */
  fault: string | null;
  /** The value as an object, if it arrived in one piece and is free of doubtful JSON. */
  object: PlainObject | null;
}

/** Reads stdin from the moment it is made. */
export class HookInput {
  readonly #input: Input;
  /** Whether to wait for the first value, or for the whole input. */
  #wantsValue = true;
  readonly #decided = Promise.withResolvers<void>();
  #object: PlainObject | null = null;
  /** Loaded for input that is no plain object. */
  #value: FirstValue | null = null;
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  /** Number of bytes of the first value, once it is complete. */
  #valueEnd: number | null = null;
  #isDecided = false;
  #isTooLong = false;
  #hasEnded = false;
  #hasMore = false;
  /** Whether bytes followed the first value, other than the end of its line. */
  #isMidway = false;
  #isDrained = false;
  #reads = 0;
  /** Time of the last read. */
  #readAt = performance.now();

  constructor(input: Input) {
    this.#input = input;
    if (input.isTerminal()) this.#end();
    else this.#pump().then(() => this.#end(), () => this.#end());
  }

  /**
   * Takes the whole input instead of the first JSON value. Call it before any data can have
   * arrived.
   */
  takeAll(): void {
    this.#wantsValue = false;
  }

  /** Whether bytes other than white space followed the first value, as far as it has been read. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /**
   * Waits for the first value, the end, or the timeout. It waits longer only while data arrives.
   *
   * @param turn Ends very soon. The value has usually arrived by then, and no timer is made, which
   * would take longer.
   */
  async first(waitMs: number, turn?: Promise<unknown>): Promise<HookText> {
    const start = performance.now();
    if (turn !== undefined) await Promise.race([this.#decided.promise, turn]);
    let left = LEAST_TURNS;
    while (!this.#isDecided) {
      const before = this.#reads;
      await this.#decidedWithin(TURN_MS);
      const waited = performance.now() - start;
      left--;
      if (waited >= MAX_WAIT_MS && left <= 0) break;
      if (waited >= waitMs && left <= 0 && this.#reads === before) break;
    }
    const all = joinBytes(this.#chunks);
    const object = this.#object;
    if (this.#isTooLong) {
      return { bytes: all, fault: `more than ${MAX_KEPT_BYTES} bytes`, object };
    }
    if (this.#valueEnd !== null) {
      return { bytes: all.subarray(0, this.#valueEnd), fault: null, object };
    }
    const isCut = !this.#hasEnded && !this.#value?.isNoJson;
    if (!isCut) return { bytes: all, fault: null, object };
    const fault = this.#value?.started ? "incomplete" : "nothing on stdin";
    return { bytes: all, fault: `${fault} when time was up`, object };
  }

  /** Takes what is still being sent, until the end or a pause. */
  async drain(): Promise<void> {
    const start = performance.now();
    const wasSilent = start - this.#readAt >= SILENT_LOOKS * LOOK_MS;
    let looks = wasSilent ? SILENT_LOOKS - LEAST_LOOKS : 0;
    while (!this.#hasEnded && !this.#isDrained) {
      const before = this.#reads;
      await pause(LOOK_MS);
      looks = this.#reads === before ? looks + 1 : 0;
      this.#isDrained = performance.now() - start >= MAX_DRAIN_MS ||
        looks >= (this.#isMidway ? MIDWAY_LOOKS : SILENT_LOOKS);
    }
  }

  /** The pause is left to itself: a way to cancel it would cost more than the rest of the wait. */
  async #decidedWithin(ms: number): Promise<void> {
    await Promise.race([this.#decided.promise, pause(ms)]);
  }

  async #pump(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    for (let n; (n = await this.#input.read(buffer)) !== null;) {
      this.#reads++;
      this.#readAt = performance.now();
      await this.#take(buffer.slice(0, n));
    }
  }

  #end(): void {
    this.#hasEnded = true;
    this.#decide();
  }

  #decide(): void {
    this.#isDecided = true;
    this.#decided.resolve();
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (this.#valueEnd !== null) {
      this.#isMidway = true;
      this.#hasMore ||= chunk.some((byte) => !isSpace(byte));
      return;
    }
    if (this.#kept + chunk.length > MAX_KEPT_BYTES) {
      this.#isTooLong = true;
      this.#decide();
    }
    if (this.#isTooLong) return;
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    if (!this.#wantsValue) return;
    const end = await this.#findEnd(chunk);
    if (end === null) return;
    const more = chunk.subarray(end - (this.#kept - chunk.length));
    this.#valueEnd = end;
    this.#isMidway = more.length > 1;
    this.#hasMore = more.some((byte) => !isSpace(byte));
    this.#decide();
  }

  /**
   * Returns the end of the first value, counted from the first byte. Null if more must arrive, or
   * if the input is not JSON, which is kept whole.
   */
  async #findEnd(chunk: Uint8Array): Promise<number | null> {
    if (this.#value === null) {
      this.#object = readPlainObject(chunk);
      if (this.#object !== null) return this.#object.end;
      const { FirstValue } = await import("./exact.ts");
      this.#value = new FirstValue();
    }
    this.#value.write(chunk);
    return this.#value.end;
  }
}

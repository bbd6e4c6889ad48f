// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hook's stdin: its first JSON value as soon as that is complete, and everything else away, so that its writer sees no error.
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
/** More than this is not kept, in bytes: twice what fits a frame. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;
/** A writer that keeps the pipe open is looked at in turns of so many milliseconds. */
const LOOK_MS = 10;
/** It is done when so many looks found it silent: on a busy machine some time passes between an event and the line feed behind it. */
const SILENT_LOOKS = 5;
/** Where it has been silent for that long while the work was done, so many looks will do: the first may come too early for a read. */
const LEAST_LOOKS = 2;
/** One that has sent more than the event is in the midst of it, and gets more looks: cut short, it would see an error. */
const MIDWAY_LOOKS = 40;
/** But however it goes on sending, it is not listened to for longer than this, in milliseconds. */
const MAX_DRAIN_MS = 500;
/**
 * Stdin is waited for in turns of so many milliseconds; a writer that sends something in each turn is not cut short.
 */
const TURN_MS = 50;
/** But however it sends, it is not waited for longer than this, in milliseconds. */
const MAX_WAIT_MS = 2000;
/**
 * Least turns: a machine may be so busy that the runtime starts late, or that a timer ends before a read that has long had
 * its bytes; turns take longer then.
 */
const LEAST_TURNS = 10;

/** What a hook was given. */
export interface HookText {
  /** The first JSON value; or all there was, if that is none. */
  bytes: Uint8Array;
  /** What is wrong with it, in words; null if it is one whole JSON value. */
  fault: string | null;
  /** The same as an object, if it came in one piece that leaves no doubt. */
  object: PlainObject | null;
}

/** Reads stdin from the moment it is made. */
export class HookInput {
  readonly #input: Input;
  /** Whether the first value is waited for, and not all there is. */
  #wantsValue = true;
  readonly #decided = Promise.withResolvers<void>();
  #object: PlainObject | null = null;
  /** Loaded for what is no plain object. */
  #value: FirstValue | null = null;
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  /** Bytes of the first value, once it is complete. */
  #valueEnd: number | null = null;
  #isDecided = false;
  #isTooLong = false;
  #hasEnded = false;
  #hasMore = false;
  /** Whether anything followed the first value, but for the end of its line. */
  #isMidway = false;
  #isDrained = false;
  #reads = 0;
  /** When something was read last. */
  #readAt = performance.now();

  constructor(input: Input) {
    this.#input = input;
    if (input.isTerminal()) this.#end();
    else this.#pump().then(() => this.#end(), () => this.#end());
  }

  /** Takes whatever there is, instead of the first JSON value; to be said before anything can have come. */
  takeAll(): void {
    this.#wantsValue = false;
  }

  /** Whether anything but white space followed the first value, as far as it has been read. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /**
   * Waits for the first value, the end, or the time to stop waiting; longer only while something is coming in.
   *
   * @param turn Ends very soon: most times the value has come by then, and no timer is made, which would take longer.
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

  /** The end of the first value, counted from the first byte; null if more must come, or it is no JSON, of which all is kept. */
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

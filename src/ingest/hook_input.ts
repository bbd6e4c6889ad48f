// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hook's stdin: its first JSON value as soon as that is complete, and everything else away, so that its writer sees no error.
 * @module
 */
import { type Input, pause } from "../context/mod.ts";
import { isSpace, joinBytes, JsonError, JsonScanner } from "../proto/mod.ts";

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
const MARK = [0xef, 0xbb, 0xbf];

/** What a hook was given. */
export interface HookText {
  /** The first JSON value; or all there was, if that is none. */
  bytes: Uint8Array;
  /** What is wrong with it, in words; null if it is one whole JSON value. */
  fault: string | null;
}

/** Reads stdin from the moment it is made. */
export class HookInput {
  readonly #input: Input;
  /** Whether the first value is waited for, and not all there is. */
  #wantsValue = true;
  readonly #decided = Promise.withResolvers<void>();
  readonly #scanner = new JsonScanner();
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  /** Bytes of the first value, once it is complete. */
  #valueEnd: number | null = null;
  /** Bytes that the scanner has used, byte order mark included. */
  #scanned = 0;
  #isNoJson = false;
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

  /** Waits for the first value, the end, or the time to stop waiting; longer only while something is coming in. */
  async first(waitMs: number): Promise<HookText> {
    const start = performance.now();
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
    if (this.#isTooLong) {
      return { bytes: all, fault: `more than ${MAX_KEPT_BYTES} bytes` };
    }
    if (this.#valueEnd !== null) {
      return { bytes: all.subarray(0, this.#valueEnd), fault: null };
    }
    const isCut = !this.#hasEnded && !this.#isNoJson;
    if (!isCut) return { bytes: all, fault: null };
    const fault = this.#scanner.started ? "incomplete" : "nothing on stdin";
    return { bytes: all, fault: `${fault} when time was up` };
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
      this.#take(buffer.slice(0, n));
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

  #take(chunk: Uint8Array): void {
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
    // Behind a byte order mark, which may come in pieces.
    if (this.#kept < MARK.length && this.#isMarkSoFar()) return;
    if (!this.#isNoJson) this.#scan();
  }

  #isMarkSoFar(): boolean {
    return joinBytes(this.#chunks).every((byte, i) => byte === MARK[i]);
  }

  #scan(): void {
    if (this.#scanned === 0) {
      const all = joinBytes(this.#chunks);
      this.#chunks.splice(0, this.#chunks.length, all);
      if (MARK.every((byte, i) => all[i] === byte)) this.#scanned = 3;
    }
    const skipped = this.#kept - (this.#chunks.at(-1)?.length ?? 0);
    const rest = this.#chunks.at(-1)?.subarray(this.#scanned - skipped);
    if (rest === undefined) return;
    try {
      const used = this.#scanner.write(rest);
      this.#scanned += used;
      if (!this.#scanner.complete) return;
      this.#valueEnd = this.#scanned;
      const more = rest.subarray(used);
      this.#isMidway = more.length > 1;
      this.#hasMore = more.some((byte) => !isSpace(byte));
      this.#decide();
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      // Wait for the rest of it: all of it is kept, with the reason.
      this.#isNoJson = true;
    }
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The output of a command that waits for something to print until its reader goes away.
 * @module
 */
import { type Output, pause } from "../../context/mod.ts";
import type { Run } from "../shell/cli.ts";

/** Longest time without a write to a pipe, in milliseconds. */
const SILENCE_MS = 1_000;
/** File descriptor of stdout. */
const STDOUT = 1;
const SPACE = Uint8Array.of(0x20);
const LINE_FEED = Uint8Array.of(0x0a);

/** How an {@linkcode IdleOutput} marks a second without output. */
export interface IdleOutputOptions {
  /** True: a line of spaces keeps the next text at the start of a line. */
  isText: boolean;
  /** Whether a reader can go away. Nothing is written to a terminal or a file while idle. */
  hasReader: boolean;
}

/**
 * Output that notices a closed pipe while there is nothing to print. The runtime offers no poll, so
 * only a write can tell: each second without output, a pipe gets a space. JSON allows spaces
 * between two lines. Other formats have bytes of their own for that, or none.
 */
export class IdleOutput implements Output {
  readonly #inner: Output;
  readonly #options: IdleOutputOptions;
  /** Time of the last write on the monotonic clock, in milliseconds. */
  #writtenAt = performance.now();
  #hasSpaces = false;
  /** Returns what a pipe gets after a second without output; null: nothing. */
  idle: () => Uint8Array | null = () => SPACE;
  #second: Promise<void> | null = null;

  constructor(inner: Output, options: IdleOutputOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  isTerminal(): boolean {
    return this.#inner.isTerminal();
  }

  columns(): number | null {
    return this.#inner.columns();
  }

  async write(bytes: Uint8Array, isBinary?: boolean): Promise<void> {
    const isShifted = this.#hasSpaces && this.#options.isText;
    this.#writtenAt = performance.now();
    this.#hasSpaces = false;
    if (isShifted) await this.#inner.write(LINE_FEED);
    await this.#inner.write(bytes, isBinary);
  }

  /**
   * Waits for work, however long it takes.
   *
   * @throws {ClosedPipeError} If the reader has gone away meanwhile, noticed within two seconds.
   * @throws {unknown} The error of the work.
   */
  async until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const settled = work.then(() => isDone = true, () => isDone = true);
    while (true) {
      // One wait at a time, however much work comes and goes in a second.
      this.#second ??= pause(SILENCE_MS).finally(() => this.#second = null);
      await Promise.race([settled, this.#second]);
      if (isDone) return await work;
      await this.#probe();
    }
  }

  async #probe(): Promise<void> {
    const now = performance.now();
    const isDue = now - this.#writtenAt >= SILENCE_MS;
    if (!isDue || !this.#options.hasReader) return;
    const bytes = this.idle();
    if (bytes === null) return;
    this.#writtenAt = now;
    this.#hasSpaces = true;
    await this.#inner.write(bytes, true);
  }
}

/** Returns `run` with an {@linkcode IdleOutput} as its stdout, and that output. */
export async function openIdleOutput(
  run: Run,
): Promise<{ run: Run; output: IdleOutput }> {
  const { context, settings } = run;
  const output = new IdleOutput(context.stdout, {
    isText: settings.format === "text",
    hasReader: await isPipe(STDOUT),
  });
  return { run: { ...run, context: { ...context, stdout: output } }, output };
}

async function isPipe(fd: number): Promise<boolean> {
  const { fstatSync } = await import("node:fs");
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}

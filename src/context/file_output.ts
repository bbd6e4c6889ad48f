// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stdout and stderr, also where the other end has made them non-blocking.
 * @module
 */
import { ClosedPipeError } from "./errors.ts";
import { pause } from "./pause.ts";
import type { Output } from "./streams.ts";

/** Width of a terminal that does not know its own, such as one of a serial line or of a program that never set it; in cells. */
const UNKNOWN_COLUMNS = 80;
/** How long a full, non-blocking pipe is left alone before the next try, in milliseconds. */
const FULL_PIPE_PAUSE_MS = 2;
const LINE_FEED = 0x0a;
const NOTHING = new Uint8Array(0);
/** What a pipe takes whole or not at all, in bytes: PIPE_BUF. */
const ATOMIC_BYTES = Deno.build.os === "linux" ? 4096 : 512;
/** What is shorter and has no line feed goes into the buffer first, in bytes. */
const BUFFER_BYTES = 1024;

/**
 * Behind so many bytes without a line feed, as one long line of JSON has them, no more are looked for: that would take a third of
 * all the time.
 */
const ONE_LINE_BYTES = 256 * 1024;

/** What is needed of a file descriptor. */
export type File = Pick<typeof Deno.stdout, "isTerminal" | "writeSync">;

/** How a file treats what is written. */
export interface FileOutputOptions {
  /** True for stdout, which is Rust's: it has a buffer of lines, emptied at each write. */
  isBuffered: boolean;
}

/**
 * A file descriptor as an {@linkcode Output}; writes are synchronous, so that nothing is left unwritten at exit.
 *
 * A write that fails as a non-blocking pipe is full does not say how much has gone before, and because of the buffer some may
 * have. So the bytes are written in pieces of which that is known: those with line feeds end with one and are short enough to go
 * whole or not at all; the rest have none.
 *
 * What seems to be one long line goes in one piece as long as the pipe was never full. If it is full then, and there was a line feed
 * after all, nobody knows how much has gone: that is an error, as to go on might repeat or lose something.
 */
export function fileOutput(file: File, options: FileOutputOptions): Output {
  return new FileOutput(file, options);
}

class FileOutput implements Output {
  readonly #file: File;
  readonly #isBuffered: boolean;
  /** Bytes since the last line feed. */
  #lineBytes = 0;
  /** Whether a write has ever taken less than it was given. */
  #wasFull = false;

  constructor(file: File, { isBuffered }: FileOutputOptions) {
    this.#file = file;
    this.#isBuffered = isBuffered;
  }

  isTerminal(): boolean {
    return this.#file.isTerminal();
  }

  columns(): number | null {
    if (!this.#file.isTerminal()) return null;
    try {
      return Deno.consoleSize().columns || UNKNOWN_COLUMNS;
    } catch {
      return UNKNOWN_COLUMNS;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = this.#putLine(bytes); at < bytes.length;) {
      const piece = bytes.subarray(at, findCut(bytes, at));
      const hasFeed = piece.at(-1) === LINE_FEED;
      const isKept = this.#isBuffered && piece.length < BUFFER_BYTES &&
        !hasFeed;
      at += isKept ? await this.#putAll(piece) : await this.#put(piece);
      this.#lineBytes = hasFeed ? 0 : this.#lineBytes + piece.length;
    }
  }

  /** Writes all of what seems to be inside of a long line, or as much of it as goes. @returns How much that was. */
  #putLine(bytes: Uint8Array): number {
    const isLine = this.#lineBytes >= ONE_LINE_BYTES && !this.#wasFull &&
      bytes.length >= BUFFER_BYTES;
    if (!isLine) return 0;
    const sent = this.#try(bytes);
    if (sent === null && this.#isBuffered && bytes.includes(LINE_FEED)) {
      throw new Error("it was full, and does not tell how much it has taken");
    }
    return sent ?? 0;
  }

  /** Writes a piece, or as much of it as goes. @returns How much that was. */
  async #put(piece: Uint8Array): Promise<number> {
    while (true) {
      const sent = this.#try(piece);
      if (sent !== null) return sent;
      await pause(FULL_PIPE_PAUSE_MS);
    }
  }

  /** Writes a piece that goes into the buffer in any case; if it stays there, writing nothing passes it on. */
  async #putAll(piece: Uint8Array): Promise<number> {
    for (let rest = piece; this.#try(rest) === null; rest = NOTHING) {
      await pause(FULL_PIPE_PAUSE_MS);
    }
    return piece.length;
  }

  #try(bytes: Uint8Array): number | null {
    const sent = tryWrite(this.#file, bytes);
    this.#wasFull ||= sent !== bytes.length;
    return sent;
  }
}

/** Where the piece that begins at `at` ends. */
function findCut(bytes: Uint8Array, at: number): number {
  const feed = bytes.indexOf(LINE_FEED, at);
  if (feed === -1) return bytes.length;
  if (feed - at >= ATOMIC_BYTES) return feed;
  const reach = bytes.subarray(at, at + ATOMIC_BYTES);
  return at + reach.lastIndexOf(LINE_FEED) + 1;
}

/** @returns How much went, or null if the pipe is full. @throws {ClosedPipeError} If the reader has gone away. */
function tryWrite(file: File, bytes: Uint8Array): number | null {
  try {
    return file.writeSync(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock) return null;
    if (
      error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset
    ) {
      throw new ClosedPipeError("Cannot write: the reader went away", {
        cause: error,
      });
    }
    throw error;
  }
}

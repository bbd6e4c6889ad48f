// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stdout and stderr, even if the other end has made them non-blocking.
 * @module
 */
import { ClosedPipeError } from "./errors.ts";
import { pause } from "./pause.ts";
import type { Output } from "./streams.ts";

/** The width that is assumed of a terminal that reports none, such as a serial line; in cells. */
const UNKNOWN_COLUMNS = 80;
/** Time between two attempts to write to a full, non-blocking pipe, in milliseconds. */
const FULL_PIPE_PAUSE_MS = 2;
const LINE_FEED = 0x0a;
/** A shorter piece without a line feed goes into the buffer of stdout first, in bytes. */
const BUFFER_BYTES = 1024;

/**
 * After this many bytes without a line feed, the output is taken for one long line of JSON. Looking
 * for line feeds in it would take a third of all the time.
 */
const ONE_LINE_BYTES = 262_144;

/** The part of a file descriptor that is used here. */
export type File = Pick<typeof Deno.stdout, "isTerminal" | "writeSync">;

/** How a file descriptor handles a write. */
export interface FileOutputOptions {
  /** True for stdout, which Rust buffers by line; each write empties the buffer. */
  isBuffered: boolean;
}

/**
 * A file descriptor as an {@linkcode Output}. Writes are synchronous, so that nothing is left
 * unwritten at exit.
 *
 * A write to a full, non-blocking pipe fails without saying how much of it was written, and the
 * buffer may have taken a part. So the bytes are written in pieces for which that is known. A piece
 * with line feeds ends with one and is short enough to go whole or not at all; the other pieces
 * have no line feed.
 *
 * While the pipe has never been full, a long line goes in one piece. If the pipe becomes full
 * during such a piece, and the piece has a line feed, the number of bytes written is unknown. That
 * is an error, because to continue might repeat or lose bytes.
 */
export function fileOutput(file: File, options: FileOutputOptions): Output {
  return new FileOutput(file, options);
}

class FileOutput implements Output {
  readonly #file: File;
  readonly #isBuffered: boolean;
  /** Bytes written since the last line feed. */
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

  async write(bytes: Uint8Array, isBinary = false): Promise<void> {
    for (let at = isBinary ? 0 : this.#putLine(bytes); at < bytes.length;) {
      const piece = bytes.subarray(at, findCut(bytes, at));
      const hasFeed = piece.at(-1) === LINE_FEED;
      const isKept = this.#isBuffered && piece.length < BUFFER_BYTES &&
        !hasFeed;
      at += isKept ? await this.#putAll(piece) : await this.#put(piece);
      this.#lineBytes = hasFeed ? 0 : this.#lineBytes + piece.length;
    }
  }

  /**
   * Writes bytes from the middle of a long line, or as many of them as go.
   *
   * @returns The number of bytes written.
   */
  #putLine(bytes: Uint8Array): number {
    const isLine = this.#lineBytes >= ONE_LINE_BYTES && !this.#wasFull &&
      bytes.length >= BUFFER_BYTES;
    if (!isLine) return 0;
    const sent = this.#try(bytes);
    if (sent === null && this.#isBuffered && bytes.includes(LINE_FEED)) {
      throw new Error(
        "the pipe was full, and the number of bytes that it took is unknown",
      );
    }
    return sent ?? 0;
  }

  /**
   * Writes a piece, or as much of it as goes.
   *
   * @returns The number of bytes written.
   */
  async #put(piece: Uint8Array): Promise<number> {
    while (true) {
      const sent = this.#try(piece);
      if (sent !== null) return sent;
      await pause(FULL_PIPE_PAUSE_MS);
    }
  }

  /**
   * Writes a piece that the buffer takes in any case. If it stays there, an empty write passes it
   * on.
   */
  async #putAll(piece: Uint8Array): Promise<number> {
    const nothing = piece.subarray(piece.length);
    for (let rest = piece; this.#try(rest) === null; rest = nothing) {
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

/** Returns the end of the piece that begins at `at`. */
function findCut(bytes: Uint8Array, at: number): number {
  const feed = bytes.indexOf(LINE_FEED, at);
  if (feed === -1) return bytes.length;
  // A write of up to PIPE_BUF bytes goes into a pipe whole or not at all.
  const atomicBytes = Deno.build.os === "linux" ? 4096 : 512;
  if (feed - at >= atomicBytes) return feed;
  const reach = bytes.subarray(at, at + atomicBytes);
  return at + reach.lastIndexOf(LINE_FEED) + 1;
}

/**
 * Writes once.
 *
 * @returns The number of bytes written, or null if the pipe is full.
 * @throws {ClosedPipeError} If the reader has gone away.
 */
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

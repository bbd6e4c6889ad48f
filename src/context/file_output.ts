// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stdout and stderr, also where the other end has made them non-blocking.
 * @module
 */
import type { Output } from "./context.ts";
import { ClosedPipeError } from "./errors.ts";
import { pause } from "./pause.ts";

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
 */
export function fileOutput(
  file: File,
  { isBuffered }: FileOutputOptions,
): Output {
  return {
    isTerminal: () => file.isTerminal(),
    columns: () => {
      if (!file.isTerminal()) return null;
      try {
        return Deno.consoleSize().columns || UNKNOWN_COLUMNS;
      } catch {
        return UNKNOWN_COLUMNS;
      }
    },
    write: async (bytes) => {
      for (let at = 0; at < bytes.length;) {
        const piece = bytes.subarray(at, findCut(bytes, at));
        const isKept = isBuffered && piece.length < BUFFER_BYTES &&
          !piece.includes(LINE_FEED);
        at += isKept ? await putAll(file, piece) : await put(file, piece);
      }
    },
  };
}

/** Where the piece that begins at `at` ends. */
function findCut(bytes: Uint8Array, at: number): number {
  const feed = bytes.indexOf(LINE_FEED, at);
  if (feed === -1) return bytes.length;
  if (feed - at >= ATOMIC_BYTES) return feed;
  const reach = bytes.subarray(at, at + ATOMIC_BYTES);
  return at + reach.lastIndexOf(LINE_FEED) + 1;
}

/** Writes a piece, or as much of it as goes. @returns How much that was. */
async function put(file: File, piece: Uint8Array): Promise<number> {
  while (true) {
    const sent = tryWrite(file, piece);
    if (sent !== null) return sent;
    await pause(FULL_PIPE_PAUSE_MS);
  }
}

/** Writes a piece that goes into the buffer in any case; if it stays there, writing nothing passes it on. */
async function putAll(file: File, piece: Uint8Array): Promise<number> {
  for (let rest = piece; tryWrite(file, rest) === null; rest = NOTHING) {
    await pause(FULL_PIPE_PAUSE_MS);
  }
  return piece.length;
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the input of `ingest`: a file or stdin, whole or line by line.
 * @module
 */
import { DelimiterStream } from "@std/streams/delimiter-stream";
import { toBytes } from "@std/streams/to-bytes";
import { type Input, isSystemError, UsageError } from "../context/mod.ts";
import { MAX_REQUEST_BYTES } from "../proto/mod.ts";
import { InputError, TooLargeError } from "./errors.ts";

const READ_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/**
 * Reads a whole input.
 *
 * @param file Path; `-`, or none, for stdin.
 * @throws {UsageError} If it would be read from a terminal.
 * @throws {InputError} If it cannot be read.
 * @throws {TooLargeError} If it is longer than any frame.
 */
export async function readInput(
  file: string | undefined,
  stdin: Input,
): Promise<Uint8Array> {
  const chunks = readChunks(file, stdin);
  return await toBytes(ReadableStream.from(limitLines(chunks, null)));
}

/**
 * Reads an input line by line; the line feeds are not part of the lines. Lines stay bytes, as one
 * that is not UTF-8 is refused alone.
 *
 * @throws As {@linkcode readInput}, the last if one line is longer than any frame.
 */
export function readLines(
  file: string | undefined,
  stdin: Input,
): ReadableStream<Uint8Array> {
  const chunks = readChunks(file, stdin);
  return ReadableStream.from(limitLines(chunks, LINE_FEED))
    .pipeThrough(new DelimiterStream(Uint8Array.of(LINE_FEED)));
}

/**
 * Passes chunks on until a line is too long, or the whole input if lines have no `end`. The streams
 * that join chunks have no limit of their own.
 */
async function* limitLines(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  end: number | null,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let length = 0;
  for await (const chunk of chunks) {
    const first = end === null ? -1 : chunk.indexOf(end);
    length += first < 0 ? chunk.length : first;
    if (length > MAX_REQUEST_BYTES) throw tooLong();
    if (end !== null && first >= 0) {
      length = chunk.length - 1 - chunk.lastIndexOf(end);
    }
    yield chunk;
  }
}

async function* readChunks(
  file: string | undefined,
  stdin: Input,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const isStdin = file === undefined || file === "-";
  if (isStdin && stdin.isTerminal()) {
    throw new UsageError(
      "There is no event: name a file, pipe one in, or build one with --event and --session",
    );
  }
  const buffer = new Uint8Array(READ_BYTES);
  try {
    using opened = isStdin ? null : await Deno.open(file);
    const source = opened ?? stdin;
    for (let n; (n = await source.read(buffer)) !== null;) {
      yield buffer.slice(0, n);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const reason = error.message.replace(/ \(os error \d+\).*/s, "");
    throw new InputError(
      `Cannot read ${isStdin ? "stdin" : `"${file}"`}: ${lowerFirst(reason)}`,
      { cause: error },
    );
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function tooLong(): TooLargeError {
  return new TooLargeError(
    `Cannot send the event as its frame must be <= ${MAX_REQUEST_BYTES} bytes: the input is longer`,
  );
}

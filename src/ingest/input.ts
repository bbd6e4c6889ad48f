// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Input of `ingest`: a file or stdin, whole or line by line.
 * @module
 */
import { type Input, isSystemError, UsageError } from "../context/mod.ts";
import { joinBytes, MAX_REQUEST_BYTES } from "../proto/mod.ts";
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
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readChunks(file, stdin)) {
    length += chunk.length;
    if (length > MAX_REQUEST_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}

/**
 * Reads an input line by line; the line feeds are not part of the lines.
 *
 * @throws As {@linkcode readInput}.
 */
export async function* readLines(
  file: string | undefined,
  stdin: Input,
): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readChunks(file, stdin)) {
    let start = 0;
    for (let end; (end = chunk.indexOf(LINE_FEED, start)) >= 0;) {
      pieces.push(chunk.subarray(start, end));
      yield joinBytes(pieces);
      pieces = [];
      length = 0;
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MAX_REQUEST_BYTES) throw tooLong();
  }
  if (length > 0) yield joinBytes(pieces);
}

async function* readChunks(
  file: string | undefined,
  stdin: Input,
): AsyncGenerator<Uint8Array> {
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

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { skipString } from "../../../src/proto/_skip_string.ts";
import {
  JsonError,
  JsonScanner,
  type JsonToken,
  type ScanOptions,
} from "../../../src/proto/json_scan.ts";

/** A token as the visitor receives it. */
export type Seen = [
  token: JsonToken,
  start: number,
  end: number,
  depth: number,
];

/** The result of a scan. */
export interface Outcome {
  seen: Seen[];
  /** Bytes up to the end of the value, or the error. */
  end: number | string;
}

/** Returns the UTF-8 of `text`. */
export const encode = (text: string): Uint8Array =>
  new TextEncoder().encode(text);
/** Returns the UTF-8 of a text, or the bytes. */
export const bytesOf = (input: string | number[]): Uint8Array =>
  typeof input === "string" ? encode(input) : Uint8Array.from(input);

/**
 * Scans `chunks` in order, with both ways to skip strings: the results must be equal. Overwrites
 * each chunk after its scan, as a reader's buffer is reused.
 */
export function scan(chunks: Uint8Array[]): Outcome {
  const outcome = scanOnce(chunks);
  assertEquals(scanOnce(chunks, { skip: skipString }), outcome);
  return outcome;
}

function scanOnce(chunks: Uint8Array[], options: ScanOptions = {}): Outcome {
  const seen: Seen[] = [];
  const scanner = new JsonScanner((...token) => seen.push(token), options);
  try {
    let used = 0;
    for (const chunk of chunks) {
      const buffer = chunk.slice();
      used += scanner.write(buffer);
      buffer.fill(0x78);
    }
    scanner.end();
    return { seen, end: used };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { seen, end: `${error.reason} @${error.offset}` };
  }
}

/** Cuts `bytes` at the given offsets. */
export function split(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const at = [0, ...cuts, bytes.length].sort((a, b) => a - b);
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

/** Scans a text whole, byte by byte, and cut in two at each offset. All results must be equal. */
export function scanEveryWay(bytes: Uint8Array): Outcome {
  const whole = scan([bytes]);
  assertEquals(scan([...bytes].map((byte) => Uint8Array.of(byte))), whole);
  for (let cut = 0; cut <= bytes.length; cut++) {
    assertEquals(scan(split(bytes, [cut])), whole);
  }
  return whole;
}

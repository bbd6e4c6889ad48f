// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers whose length is known before their bytes are read. A long one is never whole in memory.
 * @module
 */

/** Usual length of a chunk in bytes. Making one takes about a millisecond. */
const CHUNK_BYTES = 128 * 1024;
/** A part of this length is a chunk of its own, and is not copied. */
const WHOLE_PART_BYTES = 64 * 1024;

/** The parts of an answer, in order. They are read on demand. */
export interface AnswerPlan {
  /** Exact length of all parts together in bytes. */
  readonly length: number;
  readonly parts: () => Iterable<Uint8Array>;
}

/** The JSON of an answer. */
export interface StoredAnswer {
  /** Exact length of all chunks together, in bytes. */
  readonly length: number;
  /** Makes the chunks, about a millisecond of work each. Call it once. */
  readonly chunks: () => Iterable<Uint8Array>;
  /** Releases the source of the chunks, as reading them to the end does. May be called twice. */
  readonly close: () => void;
}

/**
 * Joins small parts into chunks.
 *
 * @param done Is called when reading ends: after the last part, after an error, or early.
 * @throws {RangeError} If the parts do not have the planned length, which the client has already
 * received.
 */
export function* joinParts(
  { length, parts }: AnswerPlan,
  done: () => void,
): Generator<Uint8Array, void> {
  try {
    let left = length;
    let chunk = new Uint8Array();
    let have = 0;
    for (const part of parts()) {
      left -= part.length;
      if (left < 0) break;
      if (part.length > chunk.length - have) {
        if (have > 0) yield chunk.subarray(0, have);
        // The caller keeps the last chunk, so it is not written to again.
        [chunk, have] = [new Uint8Array(), 0];
        if (part.length >= WHOLE_PART_BYTES) {
          yield part;
          continue;
        }
        chunk = new Uint8Array(Math.min(left + part.length, CHUNK_BYTES));
      }
      chunk.set(part, have);
      have += part.length;
    }
    if (left !== 0) {
      throw new RangeError(
        `Cannot read answer: its length is not ${length} as was counted`,
      );
    }
    if (have > 0) yield chunk.subarray(0, have);
  } finally {
    done();
  }
}

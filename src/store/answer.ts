// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers whose length is known before their bytes are read, and which are never whole in memory if they are long.
 * @module
 */

/** About how long a chunk is; making one takes a ms or so. */
const CHUNK_BYTES = 128 * 1024;

/** What an answer is made of: bytes that follow one another, read when they are asked for. */
export interface AnswerPlan {
  /** Exact length of all parts together, in bytes. */
  readonly length: number;
  readonly parts: () => Iterable<Uint8Array>;
}

/** JSON of an answer. */
export interface StoredAnswer {
  /** Exact length of all chunks together, in bytes. */
  readonly length: number;
  /** Makes the chunks, about a ms of work each; may be called once. */
  readonly chunks: () => Iterable<Uint8Array>;
  /** Releases what the chunks are read from, as reading them to the end does; may be called twice. */
  readonly close: () => void;
}

/**
 * Joins small parts to chunks.
 *
 * @param done Is called when no more parts are read, however that comes.
 * @throws {RangeError} If the parts are not as long as was planned: the length was sent already, so the answer cannot be saved.
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
        // What was handed out is not touched again.
        [chunk, have] = [new Uint8Array(), 0];
        if (part.length >= CHUNK_BYTES) {
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Limits on the resources that clients can use. Every number here has a test that reaches it.
 * @module
 */
import { MAX_ANSWER_BYTES, MAX_REQUEST_BYTES } from "../proto/mod.ts";

/** Limits of the daemon; tests pass small ones. */
export interface Limits {
  /** Largest request body, in bytes. */
  requestBytes: number;
  /** Largest answer body, in bytes. */
  answerBytes: number;
  /** Connections held at once. */
  connections: number;
  /** Timeout from a request's first byte to its last, in milliseconds. */
  requestMs: number;
  /** Timeout from a connection's start to its first byte, in milliseconds. */
  idleMs: number;
  /** How long a reader may take to accept one piece of an answer, in milliseconds. */
  stalledReaderMs: number;
  /** Largest piece of an answer handed to the system at once, in bytes. */
  pieceBytes: number;
  /** An answer up to this many bytes is sent no matter how much others hold. */
  freeAnswerBytes: number;
  /**
   * Bytes of longer answers that are made but not yet sent, over all connections. One part of an
   * answer may exceed it.
   */
  pendingAnswerBytes: number;
  /** Maximum number of answers that read the store while they are sent. */
  longAnswers: number;
  /** Memory of one of them besides its bytes: its connection to the store and a row. */
  longAnswerBytes: number;
  /**
   * How long a reader may take to accept one piece of an answer while others wait for its memory,
   * in milliseconds.
   */
  crowdedReaderMs: number;
  /** The first bytes of a request, which are read no matter how much others hold. */
  freeRequestBytes: number;
  /** Maximum number of longer requests held at once. */
  largeRequests: number;
  /** Bytes of longer requests that are left before their garbage is collected. */
  garbageBytes: number;
  /** Time between two checks of the deadlines while there are connections, in milliseconds. */
  sweepMs: number;
  /** Pause after a failed accept, in milliseconds. */
  acceptPauseMs: number;
  /** How long a stop waits for answers in progress, in milliseconds. */
  shutdownMs: number;
}

/** The limits that a daemon runs with, each with its reason. */
export const LIMITS: Limits = {
  /** Shared with the reference: its readers refuse more. */
  requestBytes: MAX_REQUEST_BYTES,
  /** The largest length that the 32 bits of the header can hold. */
  answerBytes: MAX_ANSWER_BYTES,
  /**
   * Many more than the hooks of several agents at once; a quarter of the usual 1,024 file
   * descriptors.
   */
  connections: 256,
  /** A local client writes 16 MiB in milliseconds; a client that stopped frees its slot soon. */
  requestMs: 5_000,
  /**
   * Clients send their request as soon as they connect; this is for one that was suspended in
   * between.
   */
  idleMs: 10_000,
  /** Long enough to fill a pager once that a person reads slowly; a stopped `less` is cut. */
  stalledReaderMs: 30_000,
  /** Small enough that a slow reader of 64 KiB in 30 s is still served. */
  pieceBytes: 64 * 1024,
  /** The store makes answers of this size whole; 256 connections make 64 MiB of it. */
  freeAnswerBytes: 256 * 1024,
  /**
   * With all else that connections hold, 256 MiB, which a machine can spare (`pending.ts`). Part
   * of it is what the last part of an answer may exceed the limit by: at most the paths of a span,
   * from two events of the largest size.
   */
  pendingAnswerBytes: 64 * 1024 * 1024,
  /** Agents and people read some at once; each takes 1 MiB. */
  longAnswers: 64,
  /** Half of it is SQLite's cache of pages; measured with 250 readers. */
  longAnswerBytes: 1024 * 1024,
  /** A client that reads takes a piece in microseconds. */
  crowdedReaderMs: 1_000,
  /** Covers all but exceptional hook events; 256 connections make 64 MiB of it. */
  freeRequestBytes: 256 * 1024,
  /** One is decoded and stored while the next arrives. */
  largeRequests: 2,
  /** Every large request of a size that is felt; of those just over the free bytes, one of 16. */
  garbageBytes: 4 * 1024 * 1024,
  /** Deadlines are seconds, so an error of a quarter of a second is acceptable. */
  sweepMs: 250,
  /** Descriptors are freed when connections close, which takes milliseconds. */
  acceptPauseMs: 100,
  /** Leaves time for the store within the two seconds that a stop may take. */
  shutdownMs: 1_500,
};

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the daemon spends at most on its clients. Every number here has a test that reaches it.
 * @module
 */
import { MAX_ANSWER_BYTES, MAX_REQUEST_BYTES } from "../proto/mod.ts";

/** Bounds of the daemon; tests pass small ones. */
export interface Limits {
  /** Largest request body, in bytes. */
  requestBytes: number;
  /** Largest answer body, in bytes. */
  answerBytes: number;
  /** Connections held at once. */
  connections: number;
  /** From a request's first byte to its last, in milliseconds. */
  requestMs: number;
  /** From a connection's start to its first byte, in milliseconds. */
  idleMs: number;
  /** How long a reader may leave one piece of an answer untaken, in milliseconds. */
  stalledReaderMs: number;
  /** Largest piece of an answer handed to the system at once, in bytes. */
  pieceBytes: number;
  /** An answer up to this many bytes is sent whatever the others hold. */
  freeAnswerBytes: number;
  /** Bytes of longer answers made and not yet taken, over all connections; may be passed by one part of an answer. */
  pendingAnswerBytes: number;
  /** The first bytes of a request that are read whatever the others hold. */
  freeRequestBytes: number;
  /** Requests longer than that, held at once. */
  largeRequests: number;
  /** How often deadlines are looked at while there are connections, in milliseconds. */
  sweepMs: number;
  /** Rest after a failed accept, in milliseconds. */
  acceptPauseMs: number;
  /** How long a stop waits for answers that are under way, in milliseconds. */
  shutdownMs: number;
}

/** The bounds a daemon runs with, each with its reason. */
export const LIMITS: Limits = {
  /** Shared with the reference: its readers refuse more. */
  requestBytes: MAX_REQUEST_BYTES,
  /** What the header's 32 bits can say. */
  answerBytes: MAX_ANSWER_BYTES,
  /** Far more than hooks of many agents at once; a quarter of the usual 1,024 file descriptors. */
  connections: 256,
  /** A local client writes 16 MiB in milliseconds; a stopped one frees its place soon. */
  requestMs: 5_000,
  /** Clients connect to ask at once; this is for one that was suspended in between. */
  idleMs: 10_000,
  /** Long enough for a pager that somebody reads slowly to be filled once; a stopped `less` is cut. */
  stalledReaderMs: 30_000,
  /** Small enough that a slow reader of 64 KiB in 30 s is still served. */
  pieceBytes: 64 * 1024,
  /** The store makes answers of this size whole; 256 connections make 64 MiB of it. */
  freeAnswerBytes: 256 * 1024,
  /**
   * 256 MiB in all, which a machine can spare: without the 64 MiB of answers that are free, and without the part that may pass it,
   * which is at most the paths of a span, from two events of the largest size.
   */
  pendingAnswerBytes: 160 * 1024 * 1024,
  /** Covers all but exceptional hook events; 256 connections make 64 MiB of it. */
  freeRequestBytes: 256 * 1024,
  /** 64 MiB if they are all of the largest size. */
  largeRequests: 4,
  /** Deadlines are seconds, so a quarter of one late is on time. */
  sweepMs: 250,
  /** Descriptors come back when connections close, which takes milliseconds. */
  acceptPauseMs: 100,
  /** Leaves time for the store within the two seconds that a stop may take. */
  shutdownMs: 1_500,
};

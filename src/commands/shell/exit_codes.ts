// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Exit codes and their meaning. 2 is never used: coding agents read exit 2 of a hook as "block this
 * tool call".
 * @module
 */

/**
 * Every exit code of this program. 130 is the code that a shell reports after SIGINT, which is not
 * caught.
 */
export const EXIT = {
  ok: 0,
  notFound: 1,
  notRunning: 3,
  timedOut: 4,
  daemonError: 5,
  protocol: 6,
  cursorGone: 7,
  sessionNeeds: 10,
  sessionEnded: 11,
  sessionFailed: 12,
  waitedTooLong: 13,
  usage: 64,
  badInput: 65,
  bug: 70,
  owned: 73,
  file: 74,
  interrupted: 130,
  closedPipe: 141,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** The meanings that `kaizen help exit-codes` prints. */
export const EXIT_MEANINGS: Record<ExitCode, string> = {
  0: "success",
  1: "not found, or the name is ambiguous; grep: nothing matches",
  3: "the daemon is not running, and was not started",
  4: "the daemon did not answer in time: it is busy, hung or stopped by a signal",
  5: "the daemon answered with an error",
  6: "protocol error: bad frame, unexpected answer or unsupported version",
  7: "the events after this cursor are not in the store",
  10: "wait: the session needs you",
  11: "wait: the session has ended",
  12: "wait: the session's turn has failed",
  13: "wait: the session reached none of these within --timeout",
  64: "usage error",
  65: "the input is not a valid hook event, or is too large for a frame",
  70: "internal error: a bug in kaizen",
  73: "another daemon owns this home",
  74: "a file could not be read or written: home, spool, store or payload",
  130: "interrupted (SIGINT)",
  141: "the reader of the output closed the pipe",
};

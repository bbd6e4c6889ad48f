// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Exit codes, each with its meaning. There is no 2: coding agents read a hook's exit 2 as "block this tool call".
 * @module
 */

/** Every code that this program ends with; what a shell makes of SIGINT, which nothing here catches, among them. */
export const EXIT = {
  ok: 0,
  notFound: 1,
  notRunning: 3,
  timedOut: 4,
  daemonError: 5,
  protocol: 6,
  usage: 64,
  badInput: 65,
  bug: 70,
  owned: 73,
  file: 74,
  interrupted: 130,
  closedPipe: 141,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** What `kaizen help exit-codes` says of each. */
export const EXIT_MEANINGS: Record<ExitCode, string> = {
  0: "done",
  1: "what was asked about is not there",
  3: "the daemon is not running, and was not to be started",
  4: "the daemon did not answer in time: hung, stopped by a signal, or its backlog is full",
  5: "the daemon answered with an error",
  6: "the peer broke the protocol: bad frame, unexpected answer, unsupported version",
  64: "wrong usage",
  65: "the input is no valid hook event, or does not fit a frame",
  70: "a bug in kaizen",
  73: "another daemon owns this home",
  74:
    "a file could not be read or written: no home, spool full, store, payload",
  130: "interrupted (SIGINT)",
  141: "the reader of the output went away",
};

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen import`, and its result.
 * @module
 */
import type { AgentName } from "../../agents/mod.ts";

/** Options of `kaizen import`. */
export interface ImportOptions {
  /** The agents whose transcripts are imported. */
  agents: readonly AgentName[];
  /** Absolute paths of transcripts and folders; empty for the agents' own folders. */
  paths: readonly string[];
  /** Only transcripts that were written at this time or later, in epoch milliseconds. */
  sinceMs: number;
  /** Count without sending. */
  isDry: boolean;
}

/** A transcript that could not be imported. */
export interface UnreadTranscript {
  path: string;
  reason: string;
}

/** The result of an import. */
export interface ImportReport {
  type: "imported";
  /** Whether nothing was sent. */
  dry_run: boolean;
  /** Transcripts that were read. */
  transcripts: number;
  /** Their size in bytes. */
  bytes: number;
  /** Sessions that got new events. */
  sessions: number;
  /** Events that were stored; in a dry run, those that would be. */
  new: number;
  /** Events that the store has, from hooks or from an earlier import. */
  known: number;
  /** Events that `config.toml` keeps out of the store. */
  excluded: number;
  /** Events that the daemon refused, or that do not fit into a frame. */
  refused: number;
  /** The first reason for that. */
  refused_reason: string | null;
  /** Lines that are no JSON, or too long. */
  unreadable_lines: number;
  /** Transcripts that could not be read: how many, and the first of them. */
  unreadable_transcripts: number;
  unreadable: UnreadTranscript[];
}

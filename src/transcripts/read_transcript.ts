// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reading what is new in a transcript, in short steps.
 * @module
 */
import type { CallFact, ImportedEvent, UsageFact } from "./transcript_line.ts";

/** How far a transcript has been read. It is data: it can be stored as JSON. */
export interface TranscriptMark {
  /** The file's inode and size when it was read; a file that changed or shrank is read anew. */
  ino: number;
  size: number;
  /** The first byte that is not read yet. */
  offset: number;
  /** Lines that could not be read: not JSON, or too long. */
  skipped: number;
  /** What the agent's reader has to remember, as JSON of at most 64 KiB. */
  state: string;
}

/** What one step read. */
export interface TranscriptBatch {
  usage: UsageFact[];
  calls: CallFact[];
  /** Empty unless asked for. */
  events: ImportedEvent[];
  /** Where to go on after this batch. */
  mark: TranscriptMark;
  /** Whether the file was read from its beginning although an earlier mark was given. */
  is_anew: boolean;
}

/** How to read a transcript. */
export interface ReadTranscriptOptions {
  /** Where to go on; null to begin. */
  mark?: TranscriptMark | null;
  /** Whether to make events. */
  events?: boolean;
  /** A longer line is passed over. */
  maxLineBytes?: number;
  /** Bytes of a step: the time between two batches is that of reading and parsing them. */
  stepBytes?: number;
}

/** Why a file cannot be read as a transcript. */
export type TranscriptFault =
  | "missing"
  /** A link, a folder, a pipe, a device. */
  | "not a plain file"
  | "another user's"
  /** Its name or its content is not that of the agent's transcripts, or it is outside of its folder. */
  | "not a transcript"
  | "too large"
  /** It was replaced while it was opened. */
  | "changed"
  | "unreadable";

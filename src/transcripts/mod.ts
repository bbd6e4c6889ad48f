// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the transcripts that agents write: tokens, models, calls, and the events of sessions that
 * no hook has told.
 * @module
 */
export type {
  ReadTranscriptOptions,
  TranscriptBatch,
  TranscriptFault,
  TranscriptMark,
} from "./read_transcript.ts";
export type {
  CallFact,
  ImportedEvent,
  TokenCounts,
  UsageFact,
} from "./transcript_line.ts";

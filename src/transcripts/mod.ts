// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the transcripts that agents write: tokens, models, calls, and the events of sessions that
 * no hook has told.
 * @module
 */
export {
  findTranscript,
  type FoundTranscript,
  type ListedTranscripts,
  listReadableAgents,
  listTranscripts,
  transcriptFolders,
} from "./list_transcripts.ts";
export {
  isTranscriptPath,
  TranscriptError,
  type TranscriptFault,
} from "./open_transcript.ts";
export {
  readTranscript,
  type ReadTranscriptOptions,
  type TranscriptBatch,
  type TranscriptMark,
} from "./read_transcript.ts";
export { listSessionFiles, transcriptPaths } from "./transcript_files.ts";
export type {
  CallFact,
  ImportedEvent,
  TokenCounts,
  UsageFact,
} from "./transcript_line.ts";

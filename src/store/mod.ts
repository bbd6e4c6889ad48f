// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The daemon's store: sessions, events and calls in one SQLite file. One {@linkcode Store} writes;
 * each {@linkcode Reader} sees a snapshot. Rows stay inside this folder: methods take and return
 * records, or JSON as it is sent. Long work is returned as {@linkcode Steps}, so that the caller
 * can run other work in between.
 * @module
 */
export {
  type BackupContent,
  backUpStore,
  stageBackup,
  swapStore,
} from "./backup.ts";
export type { AnswerPlan, StoredAnswer } from "./answer.ts";
export type { CursorFault, Epochs } from "./epochs.ts";
export {
  isSqliteError,
  isTemporary,
  StoreError,
  type StoreFault,
} from "./errors.ts";
export type { PagePlan, PageQuery } from "./page_query.ts";
export { newestChanges, type StoredCall } from "./calls.ts";
export type { StoredEvent } from "./head.ts";
export type { EventTime, StaleSessions } from "./stale_sessions.ts";
export type { PruneQuery, PruneResult } from "./prune.ts";
export type { Reader } from "./reader.ts";
export { markAllStale } from "./mark_all_stale.ts";
export { looksAtRows } from "./session_conditions.ts";
export type {
  AgentSession,
  ReadableSession,
  SessionReads,
} from "./session_reads.ts";
export type { Steps } from "./steps.ts";
export { type CallChanges, toCallChanges } from "./call_rows.ts";
export type {
  EventSlot,
  NewCommit,
  NewEvent,
  SessionWrites,
} from "./session_writes.ts";
export type { SessionForm, StoredSession } from "./stored_session.ts";
export type { StreamEvent, StreamReads } from "./stream_reads.ts";
export { Store, type StoreOptions, type StoreStats } from "./store.ts";
export type {
  AgentUsage,
  ToldCall,
  UsagePart,
  UsageQuery,
  UsageSums,
} from "./usage_reads.ts";
export type {
  NewTranscriptCall,
  StoredTranscript,
  TranscriptCounts,
} from "./transcript_rows.ts";
export type {
  CostSource,
  NewUsage,
  StoredCost,
  StoredTokens,
} from "./usage_writes.ts";
export type { WorkspaceRef } from "./workspace_reads.ts";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The meaning of hook events: their records, their facts, and the session that results from them in
 * any order of arrival. Pure: no input or output; the clock is an argument.
 * @module
 */
export { NotAnEventError as HookError } from "../proto/mod.ts";
export * from "./activity.ts";
export * from "./apply_facts.ts";
export * from "./call_access.ts";
export { LateEventError } from "./_draft.ts";
export {
  NOTHING_TOLD,
  type ThreadUsage,
  type Transcripts,
} from "./_span_figures.ts";
export { type CallOutline, outlineCalls, printCalls } from "./call_outline.ts";
export type { TranscriptCall } from "./coverage.ts";
export * from "./commit_links.ts";
export type { EventIdentity } from "./event_identity.ts";
export * from "./event_matcher.ts";
export * from "./event_record.ts";
export type { Facts } from "./facts.ts";
export * from "./hook_event.ts";
export type { StoredKind } from "./hook_names.ts";
export { compareMoments, type Moment } from "./moment.ts";
export {
  decodeState,
  encodeState,
  newSessionState,
  type SessionState,
  supersedeSession,
} from "./session_state.ts";
export * from "./session_text.ts";
export * from "./stored_event.ts";
export * from "./text_search.ts";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Values to text, tables, JSON, NDJSON and traces. Pure: values in, strings and bytes out. Texts
 * from agents may be hostile, so every text passes through `escape.ts` before it reaches a
 * terminal.
 * @module
 */
export { callDuration, flattenSpans } from "./call_facts.ts";
export { wrapWords } from "./cells.ts";
export { type CommitTableOptions, renderCommits } from "./commit_table.ts";
export { escapeJson, escapeLine, escapeText } from "./escape.ts";
export { type EventTableOptions, renderEvents } from "./event_table.ts";
export { sumEvents } from "./event_totals.ts";
export { type Fact, type FactsOptions, renderFacts } from "./facts.ts";
export { type Brush, makePaint, type Paint } from "./paint.ts";
export * from "./quantities.ts";
export {
  type AnswerRecord,
  type RecordKind,
  RecordSplitter,
  type SplitOptions,
  toLine,
} from "./records.ts";
export { describeState } from "./session_facts.ts";
export { renderHeader, type SessionHeaderOptions } from "./session_header.ts";
export { renderSessions, type SessionTableOptions } from "./session_table.ts";
export { renderSpanTree, type SpanTreeOptions } from "./span_tree.ts";
export { renderStream, type StreamTableOptions } from "./stream_table.ts";
export { type Column, renderTable, type TableOptions } from "./table.ts";
export { buildTrace, type Trace, type TraceEvent } from "./trace.ts";

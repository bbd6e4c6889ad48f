// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is read of one session: its record, its events, its spans.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Int } from "../proto/mod.ts";
import { rowKeys } from "./keys.ts";
import {
  readBig,
  readBlob,
  readInt,
  toBlob,
  toInt,
  toText,
  toUnsigned,
} from "./rows.ts";
import type { Steps } from "./steps.ts";

/** Rows read in one step. */
const STEP_ROWS = 500;
const CLOSE = Uint8Array.of(0x7d);

/** A session to be answered. */
export interface FoundSession {
  readonly key: number;
  readonly workspaceKey: number;
  /** The SessionRecord's JSON. */
  readonly record: Uint8Array;
  readonly events: number;
  /** Length of the JSON of all events together, without what stands between them. */
  readonly eventBytes: number;
}

/** A span without its text, which is read when its place in the tree has come. */
export interface SpanKnot {
  /** By which its text is found. */
  readonly key: bigint;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly depth: number;
  readonly startMs: Int | null;
  readonly subtreeCostUsdE6: Int | null;
  readonly subtreeTokenCount: number | null;
  /** Length of the ToolSpanView's JSON. */
  readonly viewBytes: number;
}

/** Finds a session in the first of the workspaces that has its id. */
export function* findSession(
  sql: SessionStatements,
  workspaces: readonly number[],
  id: string,
): Steps<FoundSession | null> {
  const blob = toBlob(id);
  for (const [i, workspace] of workspaces.entries()) {
    const row = sql.find.get(workspace, blob);
    if (row !== undefined) {
      return {
        key: readInt(row.key),
        workspaceKey: workspace,
        record: readBlob(row.record),
        events: readInt(row.last_seq) + 1,
        eventBytes: readInt(row.event_bytes),
      };
    }
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
  }
  return null;
}

/** Reads the JSON of a session's events in their order, each in several parts. */
export function* readEvents(
  sql: SessionStatements,
  key: number,
  comma: Uint8Array,
): Generator<Uint8Array> {
  let some = false;
  for (const row of sql.events.iterate(...rowKeys(key))) {
    if (some) yield comma;
    some = true;
    yield readBlob(row.head);
    yield readBlob(row.payload);
    yield CLOSE;
  }
}

/** Reads the spans of a session; where an id was used again, the last one. */
export function* readSpans(
  sql: SessionStatements,
  session: number,
): Steps<SpanKnot[]> {
  const spans = new Map<string, SpanKnot>();
  let rows = 0;
  for (const row of sql.spans.iterate(...rowKeys(session))) {
    const { parent, start_ms, cost, tokens } = row;
    const spanId = toText(readBlob(row.span_id));
    spans.set(spanId, {
      key: readBig(row.key),
      spanId,
      parentSpanId: parent === null ? null : toText(readBlob(parent)),
      depth: readInt(row.depth),
      startMs: start_ms === null ? null : toUnsigned(readBig(start_ms)),
      subtreeCostUsdE6: cost === null ? null : toInt(readBig(cost)),
      subtreeTokenCount: tokens === null ? null : readInt(tokens),
      viewBytes: readInt(row.bytes),
    });
    if (++rows % STEP_ROWS === 0) yield;
  }
  return [...spans.values()];
}

/** Reads the JSON of a span's ToolSpanView. */
export function readView(
  sql: SessionStatements,
  { key }: SpanKnot,
): Uint8Array {
  return readBlob(sql.view.get(key)?.view);
}

/** Statements of a session's reads, prepared once a connection. */
export interface SessionStatements {
  readonly find: StatementSync;
  readonly events: StatementSync;
  readonly spans: StatementSync;
  readonly view: StatementSync;
}

/** Prepares what the functions of this module run. */
export function prepareSession(db: DatabaseSync): SessionStatements {
  const spans = db.prepare(
    `SELECT key, span_id, parent, depth, start_ms, cost, tokens, length(view) AS bytes FROM spans
     WHERE key BETWEEN ? AND ? ORDER BY key`,
  );
  spans.setReadBigInts(true);
  return {
    find: db.prepare(
      "SELECT key, last_seq, event_bytes, record FROM sessions WHERE workspace = ? AND id = ?",
    ),
    events: db.prepare(
      "SELECT head, payload FROM events WHERE key BETWEEN ? AND ? ORDER BY key",
    ),
    spans,
    view: db.prepare("SELECT view FROM spans WHERE key = ?"),
  };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is read of one session: its record, its events, its spans.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Int } from "../proto/mod.ts";
import { countRows, readList, type RowList, RowLists } from "./row_lists.ts";
import {
  exactColumn,
  readBlob,
  readCells,
  readExact,
  readInt,
  readText,
  type Row,
  textColumn,
  toUnsigned,
} from "./rows.ts";
import type { Steps } from "./steps.ts";

/** Workspaces looked into in one step. */
const STEP_WORKSPACES = 500;
/** Rows that one statement reads: read one by one each costs four times as much. */
const BATCH_ROWS = 128;
/** Events that are longer together are read one by one, so that few of them are in memory. */
const BATCH_BYTES = 128 * 1024;
/** A view up to this size is read as a string, which can be joined with others and encoded together. */
const TEXT_VIEW_BYTES = 4096;
const CLOSE = Uint8Array.of(0x7d);
const COMMA = Uint8Array.of(0x2c);
/** Rows by a list of their keys, which is bound as JSON. */
const LISTED = "WHERE key IN (SELECT value FROM json_each(?))";

/** A session to be answered. */
export interface ReadableSession {
  readonly key: number;
  readonly workspaceKey: number;
  /** The SessionRecord's JSON. */
  readonly record: Uint8Array;
  /** Number of its events. */
  readonly eventCount: number;
  /** Length of the JSON of all events together, without what stands between them. */
  readonly eventBytes: number;
  readonly events: RowList;
  /** Number of its spans, those counted that were closed again. */
  readonly spanCount: number;
  readonly spans: RowList;
}

/** A span without its text, which is read when its place in the tree has come. */
export interface SpanKnot {
  /** By which its text is found. */
  readonly key: number;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly depth: number;
  readonly startMs: Int | null;
  readonly subtreeCostUsdE6: Int | null;
  readonly subtreeTokenCount: number | null;
  /** Length of the ToolSpanView's JSON. */
  readonly viewBytes: number;
}

/** A span when its place has come. */
export interface StoredSpanText {
  readonly subtreeCostUsdE6: Int | null;
  readonly subtreeTokenCount: number | null;
  /** The ToolSpanView's JSON, a long one in UTF-8. */
  readonly view: string | Uint8Array;
}

/** Reads sessions through one connection. */
export class SessionReads {
  readonly #lists: RowLists;
  readonly #find: StatementSync;
  readonly #event: StatementSync;
  readonly #eventBytes: StatementSync;
  readonly #eventTexts: StatementSync;
  readonly #spans: StatementSync;
  readonly #views: StatementSync;

  constructor(db: DatabaseSync) {
    this.#lists = new RowLists(db);
    this.#find = db.prepare(
      `SELECT key, event_bytes, events_filed, events_tail, spans_filed, spans_tail, record FROM sessions
       WHERE workspace = ? AND id = CAST(? AS BLOB)`,
    );
    this.#event = db.prepare("SELECT head, payload FROM events WHERE key = ?");
    this.#eventBytes = db.prepare(
      `SELECT sum(length(head) + length(payload) + 1) AS bytes FROM events ${LISTED}`,
    );
    // With the order inside of group_concat the texts would be copied to be sorted, although they come in this order anyway.
    this.#eventTexts = db.prepare(
      `SELECT CAST(group_concat(head || payload || '}', ',') AS BLOB) AS texts
       FROM (SELECT head, payload FROM events ${LISTED} ORDER BY key LIMIT -1)`,
    );
    this.#spans = db.prepare(
      `SELECT key, ${textColumn("span_id")}, ${textColumn("parent")}, depth, ${
        exactColumn("start_ms")
      }, ${exactColumn("cost")}, tokens, length(view) AS bytes
       FROM spans ${LISTED} ORDER BY key`,
    );
    this.#views = db.prepare(
      `SELECT key, ${exactColumn("cost")}, tokens,
         iif(length(view) <= ${TEXT_VIEW_BYTES}, CAST(view AS TEXT), view) AS view
       FROM spans ${LISTED}`,
    );
    for (const many of [this.#spans, this.#views]) many.setReturnArrays(true);
  }

  /** Finds a session in the first of the workspaces (their keys) that has its id. */
  *find(
    workspaces: readonly number[],
    id: string,
  ): Steps<ReadableSession | null> {
    for (const [i, workspace] of workspaces.entries()) {
      const row = this.#find.get(workspace, id);
      if (row !== undefined) {
        const events = readList(row, "events");
        const spans = readList(row, "spans");
        return {
          key: readInt(row.key),
          workspaceKey: workspace,
          record: readBlob(row.record),
          eventCount: countRows(events),
          eventBytes: readInt(row.event_bytes),
          events,
          spanCount: countRows(spans),
          spans,
        };
      }
      if (i % STEP_WORKSPACES === STEP_WORKSPACES - 1) yield;
    }
    return null;
  }

  /** Reads the JSON of a session's events in their order, in pieces, with commas between the events. */
  *events(session: ReadableSession): Generator<Uint8Array> {
    let some = false;
    const keys = this.#lists.read(session.key, "events", session.events);
    for (const batch of batches(keys)) {
      if (some) yield COMMA;
      some = true;
      const list = JSON.stringify(batch);
      const bytes = readInt(this.#eventBytes.get(list)?.bytes);
      if (bytes > BATCH_BYTES) yield* this.#eventByEvent(batch);
      else yield readBlob(this.#eventTexts.get(list)?.texts);
    }
  }

  *#eventByEvent(keys: readonly number[]): Generator<Uint8Array> {
    for (const [i, key] of keys.entries()) {
      const row = this.#event.get(key);
      if (i > 0) yield COMMA;
      yield readBlob(row?.head);
      yield readBlob(row?.payload);
      yield CLOSE;
    }
  }

  /** Reads the spans of a session, in no useful order; where an id was used again, the last one. */
  *spans(session: ReadableSession): Steps<SpanKnot[]> {
    const spans = new Map<string, SpanKnot>();
    const keys = this.#lists.read(session.key, "spans", session.spans);
    for (const batch of batches(keys)) {
      for (const row of this.#spans.all(JSON.stringify(batch))) {
        const knot = readKnot(row);
        spans.set(knot.spanId, knot);
      }
      yield;
    }
    return [...spans.values()];
  }

  /**
   * Reads spans as they are printed.
   *
   * @param keys Their keys, in the order in which they will be asked for.
   * @returns Returns the next one.
   */
  printed(keys: Float64Array): () => StoredSpanText {
    const spans = new Map<number, StoredSpanText>();
    let at = 0;
    return () => {
      if (at % BATCH_ROWS === 0) {
        spans.clear();
        const list = JSON.stringify([...keys.subarray(at, at + BATCH_ROWS)]);
        for (const row of this.#views.all(list)) {
          const { key, span } = readPrinted(row);
          spans.set(key, span);
        }
      }
      const span = spans.get(keys[at++] ?? NaN);
      if (span === undefined) throw new TypeError("Cannot read row: no span");
      return span;
    };
  }
}

function readPrinted(row: Row): { key: number; span: StoredSpanText } {
  const [key, cost = null, tokens = null, view] = readCells(row);
  return {
    key: readInt(key),
    span: {
      view: typeof view === "string" ? view : readBlob(view),
      subtreeCostUsdE6: cost === null ? null : readExact(cost),
      subtreeTokenCount: tokens === null ? null : readInt(tokens),
    },
  };
}

function readKnot(row: Row): SpanKnot {
  const [
    key,
    id,
    parent = null,
    depth,
    start = null,
    cost = null,
    tokens = null,
    viewBytes,
  ] = readCells(row);
  return {
    key: readInt(key),
    spanId: readText(id),
    parentSpanId: parent === null ? null : readText(parent),
    depth: readInt(depth),
    startMs: start === null ? null : toUnsigned(readExact(start)),
    subtreeCostUsdE6: cost === null ? null : readExact(cost),
    subtreeTokenCount: tokens === null ? null : readInt(tokens),
    viewBytes: readInt(viewBytes),
  };
}

/** Cuts a list into pieces. */
function* batches(keys: Iterable<number>): Generator<number[]> {
  let batch: number[] = [];
  for (const key of keys) {
    batch.push(key);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

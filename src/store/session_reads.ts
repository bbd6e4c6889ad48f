// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is read of one session: its record, its events, its spans.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Int } from "../proto/mod.ts";
import { countRows, readList, type RowList, RowLists } from "./row_lists.ts";
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
  /** Number of its events. */
  readonly eventCount: number;
  /** Length of the JSON of all events together, without what stands between them. */
  readonly eventBytes: number;
  readonly events: RowList;
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

/** Reads sessions through one connection. */
export class SessionReads {
  readonly #lists: RowLists;
  readonly #find: StatementSync;
  readonly #event: StatementSync;
  readonly #span: StatementSync;
  readonly #view: StatementSync;

  constructor(db: DatabaseSync) {
    this.#lists = new RowLists(db);
    this.#find = db.prepare(
      `SELECT key, event_bytes, events_filed, events_tail, spans_filed, spans_tail, record FROM sessions
       WHERE workspace = ? AND id = ?`,
    );
    this.#event = db.prepare("SELECT head, payload FROM events WHERE key = ?");
    this.#span = db.prepare(
      `SELECT span_id, parent, depth, start_ms, cost, tokens, length(view) AS bytes FROM spans
       WHERE key = ?`,
    );
    this.#span.setReadBigInts(true);
    this.#view = db.prepare("SELECT view FROM spans WHERE key = ?");
  }

  /** Finds a session in the first of the workspaces (their keys) that has its id. */
  *find(
    workspaces: readonly number[],
    id: string,
  ): Steps<FoundSession | null> {
    const blob = toBlob(id);
    for (const [i, workspace] of workspaces.entries()) {
      const row = this.#find.get(workspace, blob);
      if (row !== undefined) {
        const events = readList(row, "events");
        return {
          key: readInt(row.key),
          workspaceKey: workspace,
          record: readBlob(row.record),
          eventCount: countRows(events),
          eventBytes: readInt(row.event_bytes),
          events,
          spans: readList(row, "spans"),
        };
      }
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    return null;
  }

  /** Reads the JSON of a session's events in their order, each in several parts, with `comma` between two. */
  *events(session: FoundSession, comma: Uint8Array): Generator<Uint8Array> {
    let some = false;
    const rows = this.#lists.read(session.key, "events", session.events);
    for (const key of rows) {
      const row = this.#event.get(key);
      if (some) yield comma;
      some = true;
      yield readBlob(row?.head);
      yield readBlob(row?.payload);
      yield CLOSE;
    }
  }

  /** Reads the spans of a session, in no useful order; where an id was used again, the last one. */
  *spans(session: FoundSession): Steps<SpanKnot[]> {
    const spans = new Map<string, SpanKnot>();
    let read = 0;
    const rows = this.#lists.read(session.key, "spans", session.spans);
    for (const key of rows) {
      const row = this.#span.get(key) ?? {};
      const { parent = null, start_ms = null, cost = null, tokens = null } =
        row;
      const spanId = toText(readBlob(row.span_id));
      spans.set(spanId, {
        key,
        spanId,
        parentSpanId: parent === null ? null : toText(readBlob(parent)),
        depth: readInt(row.depth),
        startMs: start_ms === null ? null : toUnsigned(readBig(start_ms)),
        subtreeCostUsdE6: cost === null ? null : toInt(readBig(cost)),
        subtreeTokenCount: tokens === null ? null : readInt(tokens),
        viewBytes: readInt(row.bytes),
      });
      if (++read % STEP_ROWS === 0) yield;
    }
    return [...spans.values()];
  }

  /** Reads the JSON of a span's ToolSpanView. */
  view({ key }: SpanKnot): Uint8Array {
    return readBlob(this.#view.get(key)?.view);
  }
}

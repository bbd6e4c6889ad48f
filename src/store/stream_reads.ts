// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the events of all sessions in the order of their commits.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { HOOK_SOURCES, type HookSource } from "../proto/mod.ts";
import { LAST_KEY_SQL } from "./epochs.ts";
import { unpackHead } from "./head.ts";
import { readBlob, readCells, readInt, readOne, readText } from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";

/** Rows that one statement reads in well under a millisecond. */
const STREAM_BATCH = 64;

/** Rows whose sizes one statement reads. */
const SIZES_BATCH = 256;
/** Maximum length of several payloads that are searched together, in bytes. */
const JOINED_BYTES = 48 * 1024;

/** An event without its payload. */
export interface StreamEvent {
  readonly key: number;
  /** The id, agent and workspace of its session; null if the session is deleted. */
  readonly session: { id: string; agent: string; workspace: string } | null;
  /** The agent that the event was sent for; null if version 1 stored it. */
  readonly source: HookSource | null;
  /** The event's JSON is `head`, then the payload, then "}". */
  readonly head: Uint8Array;
  readonly payloadBytes: number;
}

/** Payloads of consecutive events. */
interface JoinedTexts {
  /** The keys of the first and of the last event, in the order of reading. */
  readonly first: number;
  readonly last: number;
  readonly text: string;
  /** Length of the payloads in bytes. */
  readonly bytes: number;
}

/**
 * Columns of an event and of its session, in the order in which {@linkcode StreamReads} reads them.
 */
const COLUMNS =
  `SELECT e.key, iif(instr(s.id, x'00') = 0, CAST(s.id AS TEXT), s.id), s.agent, CAST(w.path AS TEXT), e.source, e.head, length(e.payload)
  FROM events e LEFT JOIN sessions s ON s.key = e.session LEFT JOIN workspaces w ON w.key = s.workspace`;

/** Statements of the stream. Each finds its rows by a key: a test checks their plans. */
export const STREAM_SQL = {
  after: `${COLUMNS} WHERE e.key > ? ORDER BY e.key LIMIT ${STREAM_BATCH}`,
  before:
    `${COLUMNS} WHERE e.key < ? ORDER BY e.key DESC LIMIT ${STREAM_BATCH}`,
  payload: "SELECT payload FROM events WHERE key = ?",
  sizesAfter:
    `SELECT key, length(payload) FROM events WHERE key > ? ORDER BY key LIMIT ${SIZES_BATCH}`,
  sizesBefore:
    `SELECT key, length(payload) FROM events WHERE key < ? ORDER BY key DESC LIMIT ${SIZES_BATCH}`,
  // This is the fastest way to read much text.
  joined:
    "SELECT CAST(group_concat(payload, x'0a') AS TEXT) FROM events WHERE key BETWEEN ? AND ?",
} as const;

/** Reads the stream through one connection. */
export class StreamReads {
  readonly #sql: Statements<keyof typeof STREAM_SQL | "last" | "deleted">;

  constructor(db: DatabaseSync) {
    const deleted = "SELECT last FROM deleted";
    this.#sql = prepareAll(db, { ...STREAM_SQL, last: LAST_KEY_SQL, deleted });
    const { after, before, sizesAfter, sizesBefore } = this.#sql;
    for (const it of [after, before, sizesAfter, sizesBefore]) {
      it.setReturnArrays(true);
    }
  }

  /** Returns the greatest key that any event has or had; 0 if there never was one. */
  lastKey(): number {
    return readInt(readOne(this.#sql.last.get()));
  }

  /** Returns the greatest key of any deleted event; 0 if there is none. */
  deletedKey(): number {
    return readInt(readOne(this.#sql.deleted.get()));
  }

  /** Reads the next events after a key, at most {@linkcode STREAM_BATCH}; none at the end. */
  after(key: number): StreamEvent[] {
    return this.#sql.after.all(key).map(toEvent);
  }

  /** Reads the events before a key, newest first, at most {@linkcode STREAM_BATCH}. */
  before(key: number): StreamEvent[] {
    return this.#sql.before.all(key).map(toEvent);
  }

  /**
   * Reads the payloads after a key, or before it, many at a time.
   *
   * @returns Ranges of keys, each with its payloads joined by line feeds and their length in bytes.
   */
  *texts(key: number, isBackward: boolean): Generator<JoinedTexts, void> {
    const sizes = isBackward ? this.#sql.sizesBefore : this.#sql.sizesAfter;
    for (let at = key;;) {
      const rows = sizes.all(at).map(readCells);
      if (rows.length === 0) return;
      for (let i = 0; i < rows.length;) {
        const first = readInt(rows[i]?.[0]);
        let bytes = 0;
        for (; i < rows.length; i++) {
          const more = readInt(rows[i]?.[1]);
          if (bytes > 0 && bytes + more > JOINED_BYTES) break;
          bytes += more;
          at = readInt(rows[i]?.[0]);
        }
        const range = isBackward ? [at, first] as const : [first, at] as const;
        const text = readText(readOne(this.#sql.joined.get(...range)));
        yield { first, last: at, text, bytes };
      }
    }
  }

  /** Reads the payload of an event that this reader has returned. */
  payload(key: number): Uint8Array {
    return readBlob(this.#sql.payload.get(key)?.payload);
  }
}

function toEvent(row: Parameters<typeof readCells>[0]): StreamEvent {
  const [key, id, agent, workspace, source, head, bytes] = readCells(row);
  return {
    key: readInt(key),
    session: typeof workspace === "string"
      ? { id: readText(id), agent: readText(agent), workspace }
      : null,
    source: source === null ? null : HOOK_SOURCES[readInt(source)] ?? null,
    head: unpackHead(readBlob(head)),
    payloadBytes: readInt(bytes),
  };
}

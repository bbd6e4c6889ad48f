// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events of all sessions in the order in which they were committed.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { HOOK_SOURCES, type HookSource } from "../proto/mod.ts";
import { LAST_KEY_SQL } from "./epochs.ts";
import { unpackHead } from "./head.ts";
import { readBlob, readCells, readInt, readOne, readText } from "./rows.ts";

/** Rows that one statement reads: few enough that it takes well under a ms. */
export const STREAM_BATCH = 64;

/** Rows whose sizes one statement reads. */
const SIZES_BATCH = 256;
/** Payloads that are searched together are so long at most, in bytes, if there are several. */
const JOINED_BYTES = 128 * 1024;

/** An event without its payload. */
export interface StreamEvent {
  readonly key: number;
  /** Its session's id, agent and workspace; null if the session is deleted. */
  readonly session: { id: string; agent: string; workspace: string } | null;
  /** As whose it came; null if version 1 stored it. */
  readonly source: HookSource | null;
  /** The event's JSON is this, the payload and "}". */
  readonly head: Uint8Array;
  readonly payloadBytes: number;
}

/** Payloads of events that follow one another. */
interface JoinedTexts {
  /** The keys of the first and of the last event, in the order of reading. */
  readonly first: number;
  readonly last: number;
  readonly text: string;
  /** Length of the payloads in bytes. */
  readonly bytes: number;
}

/** Columns of an event and of its session, in the order of {@linkcode StreamReads}'s cells. */
const COLUMNS =
  `SELECT e.key, iif(instr(s.id, x'00') = 0, CAST(s.id AS TEXT), s.id), s.agent, CAST(w.path AS TEXT), e.source, e.head, length(e.payload)
  FROM events e LEFT JOIN sessions s ON s.key = e.session LEFT JOIN workspaces w ON w.key = s.workspace`;

/** What is run for the stream. Each statement finds its rows by a key: a test looks at their plans. */
export const STREAM_SQL = {
  after: `${COLUMNS} WHERE e.key > ? ORDER BY e.key LIMIT ${STREAM_BATCH}`,
  before:
    `${COLUMNS} WHERE e.key < ? ORDER BY e.key DESC LIMIT ${STREAM_BATCH}`,
  payload: "SELECT payload FROM events WHERE key = ?",
  sizesAfter:
    `SELECT key, length(payload) FROM events WHERE key > ? ORDER BY key LIMIT ${SIZES_BATCH}`,
  sizesBefore:
    `SELECT key, length(payload) FROM events WHERE key < ? ORDER BY key DESC LIMIT ${SIZES_BATCH}`,
  // No other way to get at much text is as fast.
  joined:
    "SELECT CAST(group_concat(payload, x'0a') AS TEXT) FROM events WHERE key BETWEEN ? AND ?",
} as const;

/** Reads the stream through one connection. */
export class StreamReads {
  readonly #after: StatementSync;
  readonly #before: StatementSync;
  readonly #payload: StatementSync;
  readonly #sizesAfter: StatementSync;
  readonly #sizesBefore: StatementSync;
  readonly #joined: StatementSync;
  readonly #last: StatementSync;
  readonly #deleted: StatementSync;

  constructor(db: DatabaseSync) {
    this.#after = db.prepare(STREAM_SQL.after);
    this.#before = db.prepare(STREAM_SQL.before);
    this.#payload = db.prepare(STREAM_SQL.payload);
    this.#sizesAfter = db.prepare(STREAM_SQL.sizesAfter);
    this.#sizesBefore = db.prepare(STREAM_SQL.sizesBefore);
    this.#joined = db.prepare(STREAM_SQL.joined);
    this.#last = db.prepare(LAST_KEY_SQL);
    this.#deleted = db.prepare("SELECT last FROM deleted");
    this.#after.setReturnArrays(true);
    this.#before.setReturnArrays(true);
    this.#sizesAfter.setReturnArrays(true);
    this.#sizesBefore.setReturnArrays(true);
  }

  /** Greatest key that any event has or had; 0 without any. */
  lastKey(): number {
    return readInt(readOne(this.#last.get()));
  }

  /** Greatest key of any event that was deleted; 0 if none was. */
  deletedKey(): number {
    return readInt(readOne(this.#deleted.get()));
  }

  /** The next events after a key, up to {@linkcode STREAM_BATCH} of them; none at the end. */
  after(key: number): StreamEvent[] {
    return this.#after.all(key).map(toEvent);
  }

  /** The events before a key, the newest first, up to {@linkcode STREAM_BATCH} of them. */
  before(key: number): StreamEvent[] {
    return this.#before.all(key).map(toEvent);
  }

  /**
   * Goes over the payloads after a key, or before it, many at a time.
   *
   * @returns The keys up to which one has gone so far, each with the payloads since the last one,
   * joined by line feeds, and their length in bytes.
   */
  *texts(key: number, isBackward: boolean): Generator<JoinedTexts, void> {
    const sizes = isBackward ? this.#sizesBefore : this.#sizesAfter;
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
        const text = readText(readOne(this.#joined.get(...range)));
        yield { first, last: at, text, bytes };
      }
    }
  }

  /** The payload of an event that this reader has returned. */
  payload(key: number): Uint8Array {
    return readBlob(this.#payload.get(key)?.payload);
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

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

/** Payloads that one statement reads. */
const TEXTS_BATCH = 32;
/** A payload that is longer is read by a statement of its own, in bytes. */
const SHORT_BYTES = 8 * 1024;

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

/** The payload of an event. */
interface PayloadText {
  readonly key: number;
  readonly text: string;
}

/**
 * Columns of an event and of its session, in the order in which {@linkcode StreamReads} reads them.
 */
const COLUMNS =
  `SELECT e.key, iif(instr(s.id, x'00') = 0, CAST(s.id AS TEXT), s.id), s.agent, CAST(w.path AS TEXT), e.source, e.head, length(e.payload)
  FROM events e LEFT JOIN sessions s ON s.key = e.session LEFT JOIN workspaces w ON w.key = s.workspace`;

/** Columns of a payload: its text, as its bytes take half as long again to read. */
const TEXT_COLUMNS =
  `SELECT key, iif(length(payload) <= ${SHORT_BYTES}, CAST(payload AS TEXT), NULL) FROM events`;

/** Statements of the stream. Each finds its rows by a key: a test checks their plans. */
export const STREAM_SQL = {
  after: `${COLUMNS} WHERE e.key > ? ORDER BY e.key LIMIT ${STREAM_BATCH}`,
  before:
    `${COLUMNS} WHERE e.key < ? ORDER BY e.key DESC LIMIT ${STREAM_BATCH}`,
  one: `${COLUMNS} WHERE e.key = ?`,
  payload: "SELECT payload FROM events WHERE key = ?",
  textsAfter: `${TEXT_COLUMNS} WHERE key > ? ORDER BY key LIMIT ${TEXTS_BATCH}`,
  textsBefore:
    `${TEXT_COLUMNS} WHERE key < ? ORDER BY key DESC LIMIT ${TEXTS_BATCH}`,
  text: "SELECT CAST(payload AS TEXT) FROM events WHERE key = ?",
} as const;

/** Reads the stream through one connection. */
export class StreamReads {
  readonly #sql: Statements<keyof typeof STREAM_SQL | "last" | "deleted">;

  constructor(db: DatabaseSync) {
    const deleted = "SELECT last FROM deleted";
    this.#sql = prepareAll(db, { ...STREAM_SQL, last: LAST_KEY_SQL, deleted });
    const { after, before, one, textsAfter, textsBefore } = this.#sql;
    for (const it of [after, before, one, textsAfter, textsBefore]) {
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

  /** Reads one event. */
  event(key: number): StreamEvent {
    const row = this.#sql.one.get(key);
    if (row === undefined) throw new RangeError(`There is no event ${key}`);
    return toEvent(row);
  }

  /**
   * Reads the payloads after a key, or before it.
   *
   * @returns Some of them, in the order of reading; none at the end.
   */
  texts(key: number, isBackward: boolean): PayloadText[] {
    const { textsAfter, textsBefore } = this.#sql;
    return (isBackward ? textsBefore : textsAfter).all(key).map((row) => {
      const [at, short] = readCells(row);
      const key = readInt(at);
      const text = short ?? readOne(this.#sql.text.get(key));
      return { key, text: readText(text ?? undefined) };
    });
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

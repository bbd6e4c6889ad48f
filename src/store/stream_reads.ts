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
} as const;

/** Reads the stream through one connection. */
export class StreamReads {
  readonly #after: StatementSync;
  readonly #before: StatementSync;
  readonly #payload: StatementSync;
  readonly #last: StatementSync;
  readonly #deleted: StatementSync;

  constructor(db: DatabaseSync) {
    this.#after = db.prepare(STREAM_SQL.after);
    this.#before = db.prepare(STREAM_SQL.before);
    this.#payload = db.prepare(STREAM_SQL.payload);
    this.#last = db.prepare(LAST_KEY_SQL);
    this.#deleted = db.prepare("SELECT last FROM deleted");
    this.#after.setReturnArrays(true);
    this.#before.setReturnArrays(true);
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

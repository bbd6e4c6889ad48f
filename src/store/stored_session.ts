// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A session in memory and in its row.
 * @module
 */
import { I64_MAX, type Int } from "../proto/mod.ts";
import type { RowList } from "./row_lists.ts";

/** The form of a session: the values that its events give. */
export interface SessionForm {
  firstMs: Int;
  lastMs: Int;
  agent: string;
  trace: string | null;
  /** Returns the other columns of its row, which is not written with each event. */
  print: () => SessionTexts;
}

/** Columns of a session's row that only readers need. */
export interface SessionTexts {
  /** Time from which `quiet` applies; null for never. */
  quietMs: Int | null;
  status: string;
  /** JSON of the branch; null if only commits may name it. */
  branch: string | null;
  /** Parts of the record's JSON; see the column `record` in the schema. */
  record: string;
  told: string;
  live: string;
  quiet: string;
  /** The input for the next event, as JSON. */
  state: string;
}

/** A session after its newest event. Its row may lack the newest events. */
export interface StoredSession {
  /** Its number in the store. It is not used again while any of its rows are left. */
  readonly key: number;
  readonly workspaceKey: number;
  readonly id: string;
  /** Number of its newest event. */
  readonly lastSeq: number;
  readonly firstMs: Int;
  readonly lastMs: Int;
  readonly agent: string;
  /** Its transcript. Sessions with the same transcript continue one another. */
  readonly trace: string | null;
  /** The input for its next event, as JSON from its row; wrong while the session is stale. */
  readonly state: string;
  /** Its form; null if only its row has it. */
  readonly form: SessionForm | null;
  /** The session in its row while the row lacks events; else null. */
  readonly row: StoredSession | null;
  /** Whether it must be rebuilt before it is read. */
  readonly isStale: boolean;
  /** Length of the JSON of all its events, to compute the length of an answer. */
  readonly eventBytes: number;
  readonly events: RowList;
  /** The ids of its unfiled events. Its later forms share them; a rollback takes back additions. */
  readonly recentIds: Set<string>;
  /** The last change that these events made to each call, by its key; shared in the same way. */
  readonly recentCalls: Map<string, string | null>;
}

/** Returns the column `quiet_ms`. A time that is too large for the column never comes. */
export function toQuiet({ quietMs }: SessionTexts): Int | null {
  return quietMs === null || quietMs > I64_MAX ? null : quietMs;
}

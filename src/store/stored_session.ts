// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is known of a session, in memory and in its row.
 * @module
 */
import { I64_MAX, type Int } from "../proto/mod.ts";
import type { CallChange } from "./calls.ts";
import type { RowList } from "./row_lists.ts";

/** What is said of a session. */
export interface SessionForm {
  firstMs: Int;
  lastMs: Int;
  agent: string;
  trace: string | null;
  /** Returns the rest, which only its row needs: that is not written with each event. */
  print: () => SessionTexts;
}

/** Columns of a session's row that only readers need. */
export interface SessionTexts {
  /** From when on `quiet` is true of it; null for never. */
  quietMs: Int | null;
  status: string;
  /** JSON of the branch; null where only commits may tell. */
  branch: string | null;
  /** JSON of the record up to what other rows and the time decide, what follows if no transcript tells, and its two endings. */
  record: string;
  told: string;
  live: string;
  quiet: string;
  /** What the next event changes, as JSON. */
  state: string;
}

/** A session as its events make it; its row may not say all of it yet. */
export interface StoredSession {
  /** Its number in the store; never used again while any of its rows are left. */
  readonly key: number;
  readonly workspaceKey: number;
  readonly id: string;
  /** Number of its newest event. */
  readonly lastSeq: number;
  readonly firstMs: Int;
  readonly lastMs: Int;
  readonly agent: string;
  /** Its transcript, by which sessions are found that go on with one another. */
  readonly trace: string | null;
  /** What its next event changes, as JSON and as its row has it. Nothing, and not right, while the session is stale. */
  readonly state: string;
  /** What is said of it; null if that is only known from its row. */
  readonly form: SessionForm | null;
  /** The session as its row has it, while that lacks the newest events; else null. */
  readonly row: StoredSession | null;
  /** Whether its events have to be read once more before anything is said of it. */
  readonly isStale: boolean;
  /** Length of all its events' JSON, so that the length of an answer is known before it is read. */
  readonly eventBytes: number;
  readonly events: RowList;
  /** The `kaizen_id`s of the events that are not filed. */
  readonly recentIds: readonly string[];
  /** What these have made of its calls, oldest first. */
  readonly recentCalls: readonly CallChange[];
}

/** When a session falls silent, as its row has it: a time that no column holds never comes. */
export function toQuiet({ quietMs }: SessionTexts): Int | null {
  return quietMs === null || quietMs > I64_MAX ? null : quietMs;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the usage in transcripts.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import {
  readBlob,
  readInt,
  readNullableText,
  type Row,
  toText,
} from "./rows.ts";
import type { Steps } from "./steps.ts";
import {
  countTokens,
  type StoredCounts,
  TOKEN_COLUMNS,
} from "./usage_tokens.ts";
import { prepareAll } from "./statements.ts";

/** Sums read in one step. */
const STEP_SUMS = 100;
/** Days begin at a multiple of this in all time zones. */
const QUARTER_MS = 15 * 60 * 1000;

/** Sums over messages. */
export interface UsageSums extends StoredCounts {
  messages: number;
  /** Messages without a known price. */
  unpriced: number;
  /** Null if no message has it. */
  reasoning: number | null;
  /** Cost of the messages with a price, in millionths of a US dollar. */
  cost: number;
}

/** The usage of one subagent, or of the session itself. */
export interface AgentUsage extends UsageSums {
  /** "" for the session itself. */
  readonly agentId: string;
  /** The call that started it; null if no transcript says. */
  readonly call: string | null;
}

/** The usage of one group of messages. */
export interface UsagePart extends UsageSums {
  readonly sessionId: string;
  readonly workspace: string;
  readonly agent: string;
  readonly model: string;
  /** Start of their quarter of an hour; null if times do not matter. */
  readonly quarterMs: number | null;
}

/** Selects the usage to read. */
export interface UsageQuery {
  /** Key of the workspace; null for all. */
  workspace: number | null;
  /** Only sessions with this id; null for all. */
  session: string | null;
  /** Only messages since this time, in epoch milliseconds; null for all. */
  sinceMs: number | null;
  /** Whether to group messages by time. */
  byTime: boolean;
}

/** A call in a transcript. */
export interface ToldCall {
  readonly call: string;
  readonly tsMs: number;
  /** Whether a subagent made it. */
  readonly isOfAgent: boolean;
}

/** Reads usage through one connection. */
export class UsageReads {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync) {
    this.#sql = prepare(db);
  }

  /** Reads the usage of a session and of each of its subagents that has any. */
  ofSession(session: number): AgentUsage[] {
    return this.#sql.ofSession.all(session).map((row) => ({
      agentId: toText(readBlob(row.agent_id)),
      call: readNullableText(row.call),
      ...readSums(row),
    }));
  }

  /** Counts the calls in the transcripts of a session. */
  countCalls(session: number): number {
    return readInt(this.#sql.countCalls.get(session)?.n);
  }

  /** Reads the calls in the transcripts of a session. */
  *calls(session: number): Generator<ToldCall> {
    for (const row of this.#sql.calls.iterate(session)) {
      yield {
        call: toText(readBlob(row.call)),
        tsMs: readInt(row.ts_ms),
        isOfAgent: readInt(row.of_agent) === 1,
      };
    }
  }

  /** Passes the usage that a query selects to `add`, in parts. */
  *parts(
    { workspace, session, sinceMs, byTime }: UsageQuery,
    add: (part: UsagePart) => void,
  ): Steps<void> {
    const paths = new Map<number, string>();
    const since = sinceMs ?? 0;
    for (let after = 0;;) {
      const rows = this.#sql.sums.all(
        after,
        since,
        workspace,
        session,
        STEP_SUMS,
      );
      for (const row of rows) {
        after = readInt(row.key);
        const place = readInt(row.workspace);
        const path = paths.get(place) ?? this.#path(place);
        paths.set(place, path);
        const part = {
          sessionId: toText(readBlob(row.id)),
          workspace: path,
          agent: String(row.agent),
          model: toText(readBlob(row.model)),
        };
        if (sinceMs === null && !byTime) {
          add({ ...part, quarterMs: null, ...readSums(row) });
          continue;
        }
        for (const it of this.#sql.times.iterate(after, since)) {
          const quarterMs = readInt(it.quarter) * QUARTER_MS;
          add({ ...part, quarterMs, ...readSums(it) });
        }
      }
      if (rows.length < STEP_SUMS) return;
      yield;
    }
  }

  #path(workspace: number): string {
    const row = this.#sql.path.get(workspace);
    return row === undefined ? "" : toText(readBlob(row.path));
  }
}

function readSums(row: Row): UsageSums {
  return {
    messages: readInt(row.messages),
    unpriced: readInt(row.unpriced),
    ...countTokens((name) => readInt(row[name])),
    reasoning: readInt(row.reasoned) === 0 ? null : readInt(row.reasoning),
    cost: readInt(row.cost),
  };
}

function prepare(db: DatabaseSync) {
  const added = TOKEN_COLUMNS.map((name) => `sum(${name}) AS ${name}`).join(
    ", ",
  );
  return prepareAll(db, {
    ofSession:
      `SELECT agent_id, max(call) AS call, sum(messages) AS messages, sum(unpriced) AS unpriced, ${added},
         sum(reasoned) AS reasoned, sum(reasoning) AS reasoning, sum(cost) AS cost
       FROM usage_sums WHERE session = ? GROUP BY agent_id ORDER BY agent_id`,
    calls:
      "SELECT call, ts_ms, length(agent_id) > 0 AS of_agent FROM transcript_calls WHERE session = ?",
    countCalls: "SELECT count(*) AS n FROM transcript_calls WHERE session = ?",
    sums:
      `SELECT usage_sums.*, id, agent, workspace FROM usage_sums JOIN sessions ON sessions.key = session
       WHERE usage_sums.key > ?1 AND usage_sums.last_ms >= ?2 AND (?3 IS NULL OR workspace = ?3)
         AND (?4 IS NULL OR id = CAST(?4 AS BLOB))
       ORDER BY usage_sums.key LIMIT ?5`,
    times:
      `SELECT ts_ms / ${QUARTER_MS} AS quarter, count(*) AS messages, count(*) - count(cost) AS unpriced, ${added},
         count(reasoning) AS reasoned, coalesce(sum(reasoning), 0) AS reasoning, coalesce(sum(cost), 0) AS cost
       FROM usage WHERE sums = ? AND ts_ms >= ? GROUP BY quarter`,
    path: "SELECT path FROM workspaces WHERE key = ?",
  });
}

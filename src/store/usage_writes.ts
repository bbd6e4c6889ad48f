// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stores the usage in transcripts: the tokens of each message, once.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { readBlob, readInt, type Row, toText } from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import { ALIVE_SQL, type StoredTranscript } from "./transcript_rows.ts";
import {
  countTokens,
  type StoredCounts,
  TOKEN_COLUMNS,
} from "./usage_tokens.ts";
import { clampCount, clampTime, cutName } from "./usage_values.ts";

/**
 * The source of a cost: the agent reported it, it was computed from a price, or the price is
 * unknown.
 */
const COST_SOURCES = ["reported", "priced", "unpriced"] as const;
export type CostSource = (typeof COST_SOURCES)[number];

/** The tokens of a message. */
export interface StoredTokens extends StoredCounts {
  /** Null if the agent does not report it. */
  reasoning: number | null;
}

/** A cost in millionths of a US dollar; null if no price is known. */
export interface StoredCost {
  cost: number | null;
  source: CostSource;
}

/** The tokens of one message. */
export interface NewUsage {
  /** Its key, the same in all files. */
  message: string;
  /** Key of the session that it belongs to. */
  session: number;
  /** The subagent that used the tokens; "" for the session itself. */
  agentId: string;
  /** The call that started the subagent; null if the file does not say. */
  call: string | null;
  model: string;
  tsMs: number;
  tokens: StoredTokens;
  cost: StoredCost;
  /** Whether the file marks it as a message of another session. */
  isCopy: boolean;
}

/** A message whose price may have changed. */
export interface PricedUsage {
  readonly key: number;
  readonly model: string;
  readonly tsMs: number;
  readonly tokens: StoredTokens;
}

/** Columns of a message that a new line may change, in the order of {@linkcode valuesOf}. */
const COLUMNS = [
  "is_copy",
  "ts_ms",
  ...TOKEN_COLUMNS,
  "reasoning",
  "cost",
  "cost_source",
] as const;

const TOKENS = TOKEN_COLUMNS.join(", ");

/** Statements for usage. */
const USAGE_SQL = {
  find: `SELECT usage.*, session, agent_id, ${ALIVE_SQL} AS is_alive
    FROM usage JOIN usage_sums ON usage_sums.key = sums WHERE message = CAST(? AS BLOB)`,
  byKey: "SELECT * FROM usage WHERE key = ?",
  path: "SELECT path FROM transcripts WHERE key = ?",
  demandSums:
    `INSERT INTO usage_sums (session, agent_id, model, call, last_ms, messages, unpriced, ${TOKENS}, reasoned, reasoning, cost)
     VALUES (?, CAST(? AS BLOB), CAST(? AS BLOB), CAST(? AS BLOB), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
     ON CONFLICT DO UPDATE SET call = coalesce(excluded.call, call) RETURNING key`,
  put: `INSERT INTO usage (message, sums, transcript, ${COLUMNS.join(", ")})
    VALUES (CAST(? AS BLOB), ?, ?${", ?".repeat(COLUMNS.length)})
    ON CONFLICT DO UPDATE SET sums = excluded.sums, transcript = excluded.transcript, ${
    COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")
  }`,
  count:
    `UPDATE usage_sums SET last_ms = max(last_ms, ?), messages = messages + ?, unpriced = unpriced + ?, ${
      TOKEN_COLUMNS.map((name) => `${name} = ${name} + ?`).join(", ")
    }, reasoned = reasoned + ?, reasoning = reasoning + ?, cost = cost + ? WHERE key = ?`,
  dropEmpty: "DELETE FROM usage_sums WHERE key = ? AND messages = 0",
  prices: "SELECT name FROM prices",
  setPrices:
    "INSERT INTO prices (key, name) VALUES (1, ?) ON CONFLICT DO UPDATE SET name = excluded.name",
  priced:
    `SELECT usage.*, model FROM usage JOIN usage_sums ON usage_sums.key = sums
    WHERE usage.key > ? AND cost_source <> ${COST_SOURCES.indexOf("reported")}
    ORDER BY usage.key LIMIT ?`,
  reprice: "UPDATE usage SET cost = ?, cost_source = ? WHERE key = ?",
};

/** Writes usage. Call it inside a transaction. */
export class UsageWrites {
  readonly #sql: Statements<keyof typeof USAGE_SQL>;

  constructor(db: DatabaseSync) {
    this.#sql = prepareAll(db, USAGE_SQL);
  }

  /**
   * Stores the tokens of a message, unless a better line is already stored. The order in which
   * files are read makes no difference: a line that is not a copy wins over a copy, then the
   * session that was stored first, then a subagent's file, then the smaller path.
   *
   * @returns Whether anything changed.
   */
  put(transcript: StoredTranscript, usage: NewUsage): boolean {
    const old = this.#sql.find.get(usage.message);
    if (old !== undefined && !this.#isBetter(transcript, usage, old)) {
      return false;
    }
    const sums = this.#demandSums(usage);
    const values = valuesOf(usage);
    if (old !== undefined) {
      const before = readInt(old.sums);
      const isSame = before === sums &&
        readInt(old.transcript) === transcript.key &&
        COLUMNS.every((name, i) => old[name] === values[i]);
      if (isSame) return false;
      this.#count(before, readRow(old), -1);
    }
    this.#sql.put.run(usage.message, sums, transcript.key, ...values);
    this.#count(sums, readValues(values), 1);
    if (old !== undefined) this.#sql.dropEmpty.run(readInt(old.sums));
    return true;
  }

  /** Returns the key of the row of sums for a message. */
  #demandSums({ session, agentId, model, call }: NewUsage): number {
    const row = this.#sql.demandSums.get(
      session,
      cutName(agentId),
      cutName(model),
      call,
    );
    return readInt(row?.key);
  }

  #isBetter(
    transcript: StoredTranscript,
    { isCopy, session, agentId }: NewUsage,
    old: Row,
  ): boolean {
    const owner = readInt(old.transcript);
    // The last line of a file counts. A line of a deleted session loses.
    if (owner === transcript.key || readInt(old.is_alive) === 0) return true;
    const wasCopy = readInt(old.is_copy) === 1;
    if (isCopy !== wasCopy) return wasCopy;
    if (session !== readInt(old.session)) return session < readInt(old.session);
    const hadAgent = readBlob(old.agent_id).length > 0;
    if ((agentId !== "") !== hadAgent) return !hadAgent;
    const other = this.#sql.path.get(owner);
    return other === undefined ||
      transcript.path < toText(readBlob(other.path));
  }

  #count(sums: number, values: Counted, sign: 1 | -1): void {
    const { tokens, cost, tsMs } = values;
    this.#sql.count.run(
      tsMs,
      sign,
      cost === null ? sign : 0,
      ...TOKEN_COLUMNS.map((name) => sign * tokens[name]),
      tokens.reasoning === null ? 0 : sign,
      sign * (tokens.reasoning ?? 0),
      sign * (cost ?? 0),
      sums,
    );
  }

  /**
   * Returns the name of the prices from which all costs were computed; null before the first
   * message.
   */
  prices(): string | null {
    const row = this.#sql.prices.get();
    return row === undefined ? null : String(row.name);
  }

  /** Notes the prices from which all costs were computed. */
  setPrices(name: string): void {
    this.#sql.setPrices.run(name);
  }

  /** Reads the next messages whose cost was computed or is unknown. */
  priced(after: number, limit: number): PricedUsage[] {
    return this.#sql.priced.all(after, limit).map((row) => ({
      key: readInt(row.key),
      model: toText(readBlob(row.model)),
      ...readRow(row),
    }));
  }

  /** Changes the cost of a message. */
  reprice(key: number, { cost, source }: StoredCost): void {
    const row = this.#sql.byKey.get(key);
    if (row === undefined) return;
    const old = readRow(row);
    if (old.cost === cost) return;
    const sums = readInt(row.sums);
    this.#count(sums, old, -1);
    this.#sql.reprice.run(cost, COST_SOURCES.indexOf(source), key);
    this.#count(sums, { ...old, cost }, 1);
  }
}

/** The part of a message that is added to sums. */
interface Counted {
  readonly tsMs: number;
  readonly tokens: StoredTokens;
  readonly cost: number | null;
}

function valuesOf(
  { isCopy, tsMs, tokens, cost }: NewUsage,
): (number | null)[] {
  return [
    isCopy ? 1 : 0,
    clampTime(tsMs),
    ...TOKEN_COLUMNS.map((name) => clampCount(tokens[name])),
    tokens.reasoning === null ? null : clampCount(tokens.reasoning),
    cost.cost === null ? null : clampCount(cost.cost),
    COST_SOURCES.indexOf(cost.source),
  ];
}

function readValues(values: readonly (number | null)[]): Counted {
  const row: Row = {};
  for (const [i, name] of COLUMNS.entries()) row[name] = values[i] ?? null;
  return readRow(row);
}

function readRow(row: Row): Counted {
  return {
    tsMs: readInt(row.ts_ms),
    tokens: {
      ...countTokens((name) => readInt(row[name])),
      reasoning: row.reasoning === null ? null : readInt(row.reasoning),
    },
    cost: row.cost === null ? null : readInt(row.cost),
  };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stores the usage in transcripts: the tokens of each message, once, and the position up to which
 * each file is read.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Ledger } from "./ledger.ts";
import { readBlob, readInt, type Row, toText } from "./rows.ts";

/**
 * The source of a cost: the agent told it, it was computed from a price, or the price is unknown.
 */
const COST_SOURCES = ["reported", "priced", "unpriced"] as const;
export type CostSource = (typeof COST_SOURCES)[number];

/** Counts of tokens, one for each price. */
export interface StoredTokens {
  /** Input that was neither read from a cache nor written to one. */
  input: number;
  /** All output, the reasoning included. */
  output: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  /** Null if the agent does not tell. */
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
  /** The call that started the subagent; null if the file does not tell. */
  call: string | null;
  model: string;
  tsMs: number;
  tokens: StoredTokens;
  cost: StoredCost;
  /** Whether the file marks it as a message of another session. */
  isCopy: boolean;
}

/** A call in a transcript. */
export interface NewTranscriptCall {
  session: number;
  call: string;
  tsMs: number;
  /** "" for the session itself. */
  agentId: string;
}

/** A transcript that a payload named. */
export interface StoredTranscript {
  readonly key: number;
  readonly path: string;
  /** Key of the session that named it first. */
  readonly session: number;
  readonly agent: string;
  /** JSON; null if it has not been read. */
  readonly mark: string | null;
  /** The reason why it cannot be read; null if it can. */
  readonly fault: string | null;
}

/** A message whose price may have changed. */
export interface PricedUsage {
  readonly key: number;
  readonly model: string;
  readonly tsMs: number;
  readonly tokens: StoredTokens;
}

/** Number of transcripts, and of those that cannot be read. */
export interface TranscriptCounts {
  read: number;
  missing: number;
  unreadable: number;
  /** Those that were never looked at. */
  expected: number;
}

/** The fault of a missing file. */
const MISSING = "missing";
/** Stands in the place of a fault until the first look at a file. */
const EXPECTED = "expected";
/** Maximum number of characters kept of a model's name or an agent's id. */
const MAX_NAME_CHARS = 200;
/** Limit of a count, so that sums stay exact. */
const MAX_COUNT = 1e12;
/** The last time that a `Date` can represent. */
const MAX_TIME_MS = 8.64e15;

/** Writes usage. Call it inside a transaction. */
export class UsageWrites {
  readonly #ledger: Ledger;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, ledger: Ledger) {
    this.#ledger = ledger;
    this.#sql = prepare(db);
  }

  /** Returns the first stored session with an id, in any workspace; null if there is none. */
  sessionOf(id: string): number | null {
    let first: number | null = null;
    for (const { key } of this.#ledger.workspaces()) {
      const row = this.#sql.session.get(key, id);
      if (row === undefined) continue;
      const session = readInt(row.key);
      if (first === null || session < first) first = session;
    }
    return first;
  }

  /** Whether a session is stored. */
  hasSession(session: number): boolean {
    return this.#sql.hasSession.get(session) !== undefined;
  }

  /** Returns a transcript; null if it is not known. */
  findTranscript(path: string): StoredTranscript | null {
    const row = this.#sql.transcript.get(path);
    return row === undefined ? null : toTranscript(row);
  }

  /** Returns a transcript, and adds it if it is not known. */
  transcript(path: string, session: number, agent: string): StoredTranscript {
    const known = this.findTranscript(path);
    if (known !== null) return known;
    const { lastInsertRowid } = this.#sql.addTranscript.run(
      path,
      session,
      agent,
    );
    const key = Number(lastInsertRowid);
    return { key, path, session, agent, mark: null, fault: null };
  }

  /** Adds a transcript that is to be read later, unless it is known. */
  expect(path: string, session: number, agent: string): void {
    this.#sql.expect.run(path, session, agent, EXPECTED);
  }

  /** Notes the position up to which a transcript is read, or the reason why it cannot be read. */
  mark(transcript: number, mark: string | null, fault: string | null): void {
    this.#sql.mark.run(mark, fault, transcript);
  }

  /** Stores a call in a transcript. */
  putCall({ session, call, tsMs, agentId }: NewTranscriptCall): void {
    this.#sql.putCall.run(
      session,
      call,
      clamp(tsMs, MAX_TIME_MS),
      cutName(agentId),
    );
  }

  /**
   * Stores the tokens of a message, unless a better line is already stored. The order in which
   * files are read makes no difference: a line that is no copy wins over a copy, then the session
   * that was stored first, then a subagent's file, then the smaller path.
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
      sign * tokens.input,
      sign * tokens.output,
      sign * tokens.cache_read,
      sign * tokens.cache_write_5m,
      sign * tokens.cache_write_1h,
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

  /** Reads transcripts of stored sessions before a key, newest first. */
  transcripts(before: number, limit: number): StoredTranscript[] {
    return this.#sql.transcripts.all(before, limit).map(toTranscript);
  }

  /** Reads sessions with a transcript that is not known, before a key, newest first. */
  unread(
    before: number,
    limit: number,
  ): { key: number; trace: string; agent: string }[] {
    return this.#sql.unread.all(before, limit).map((row) => ({
      key: readInt(row.key),
      trace: toText(readBlob(row.trace)),
      agent: String(row.agent),
    }));
  }

  /** Counts the transcripts. */
  counts(): TranscriptCounts {
    const row = this.#sql.counts.get(MISSING, EXPECTED);
    const faults = readInt(row?.faults);
    const missing = readInt(row?.missing);
    const expected = readInt(row?.expected);
    return {
      read: readInt(row?.total) - faults,
      missing,
      unreadable: faults - missing - expected,
      expected,
    };
  }
}

/** The part of a message that is added to sums. */
interface Counted {
  readonly tsMs: number;
  readonly tokens: StoredTokens;
  readonly cost: number | null;
}

/** Columns of a message that a new line may change, in the order of {@linkcode valuesOf}. */
const COLUMNS = [
  "is_copy",
  "ts_ms",
  "input",
  "output",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "reasoning",
  "cost",
  "cost_source",
] as const;

function valuesOf(
  { isCopy, tsMs, tokens, cost }: NewUsage,
): (number | null)[] {
  return [
    isCopy ? 1 : 0,
    clamp(tsMs, MAX_TIME_MS),
    clamp(tokens.input),
    clamp(tokens.output),
    clamp(tokens.cache_read),
    clamp(tokens.cache_write_5m),
    clamp(tokens.cache_write_1h),
    tokens.reasoning === null ? null : clamp(tokens.reasoning),
    cost.cost === null ? null : clamp(cost.cost),
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
      input: readInt(row.input),
      output: readInt(row.output),
      cache_read: readInt(row.cache_read),
      cache_write_5m: readInt(row.cache_write_5m),
      cache_write_1h: readInt(row.cache_write_1h),
      reasoning: row.reasoning === null ? null : readInt(row.reasoning),
    },
    cost: row.cost === null ? null : readInt(row.cost),
  };
}

/** Returns a whole number from 0 to `most`. */
function clamp(value: number, most = MAX_COUNT): number {
  return value > 0 ? Math.min(Math.trunc(value), most) : 0;
}

function cutName(name: string): string {
  return name.slice(0, MAX_NAME_CHARS);
}

function toTranscript(row: Row): StoredTranscript {
  const mark = row.mark ?? null;
  return {
    key: readInt(row.key),
    path: toText(readBlob(row.path)),
    session: readInt(row.session),
    agent: String(row.agent),
    mark: mark === null ? null : toText(readBlob(mark)),
    fault: typeof row.fault === "string" ? row.fault : null,
  };
}

function prepare(db: DatabaseSync) {
  const tokens =
    "input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, cost";
  const alive = "EXISTS (SELECT 1 FROM sessions WHERE sessions.key = session)";
  return {
    session: db.prepare(
      "SELECT key FROM sessions WHERE workspace = ? AND id = CAST(? AS BLOB)",
    ),
    hasSession: db.prepare("SELECT 1 FROM sessions WHERE key = ?"),
    transcript: db.prepare(
      "SELECT * FROM transcripts WHERE path = CAST(? AS BLOB)",
    ),
    addTranscript: db.prepare(
      "INSERT INTO transcripts (path, session, agent) VALUES (CAST(? AS BLOB), ?, ?)",
    ),
    expect: db.prepare(
      `INSERT INTO transcripts (path, session, agent, fault) VALUES (CAST(? AS BLOB), ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    path: db.prepare("SELECT path FROM transcripts WHERE key = ?"),
    mark: db.prepare(
      "UPDATE transcripts SET mark = CAST(? AS BLOB), fault = ? WHERE key = ?",
    ),
    putCall: db.prepare(
      `INSERT INTO transcript_calls (session, call, ts_ms, agent_id) VALUES (?, CAST(? AS BLOB), ?, CAST(? AS BLOB))
       ON CONFLICT DO NOTHING`,
    ),
    find: db.prepare(
      `SELECT usage.*, session, agent_id, ${alive} AS is_alive
       FROM usage JOIN usage_sums ON usage_sums.key = sums WHERE message = CAST(? AS BLOB)`,
    ),
    byKey: db.prepare("SELECT * FROM usage WHERE key = ?"),
    demandSums: db.prepare(
      `INSERT INTO usage_sums (session, agent_id, model, call, last_ms, messages, unpriced, input, output, cache_read, cache_write_5m,
         cache_write_1h, reasoned, reasoning, cost)
       VALUES (?, CAST(? AS BLOB), CAST(? AS BLOB), CAST(? AS BLOB), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
       ON CONFLICT DO UPDATE SET call = coalesce(excluded.call, call) RETURNING key`,
    ),
    put: db.prepare(
      `INSERT INTO usage (message, sums, transcript, ${COLUMNS.join(", ")})
       VALUES (CAST(? AS BLOB), ?, ?${", ?".repeat(COLUMNS.length)})
       ON CONFLICT DO UPDATE SET sums = excluded.sums, transcript = excluded.transcript, ${
        COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")
      }`,
    ),
    count: db.prepare(
      `UPDATE usage_sums SET last_ms = max(last_ms, ?), messages = messages + ?, unpriced = unpriced + ?, input = input + ?,
         output = output + ?, cache_read = cache_read + ?, cache_write_5m = cache_write_5m + ?, cache_write_1h = cache_write_1h + ?,
         reasoned = reasoned + ?, reasoning = reasoning + ?, cost = cost + ? WHERE key = ?`,
    ),
    dropEmpty: db.prepare(
      "DELETE FROM usage_sums WHERE key = ? AND messages = 0",
    ),
    prices: db.prepare("SELECT name FROM prices"),
    setPrices: db.prepare(
      `INSERT INTO prices (key, name) VALUES (1, ?) ON CONFLICT DO UPDATE SET name = excluded.name`,
    ),
    priced: db.prepare(
      `SELECT usage.key, model, ts_ms, ${
        tokens
          .split(", ").map((name) => `usage.${name}`).join(", ")
      }
       FROM usage JOIN usage_sums ON usage_sums.key = sums
       WHERE usage.key > ? AND cost_source <> ${
        COST_SOURCES.indexOf("reported")
      }
       ORDER BY usage.key LIMIT ?`,
    ),
    reprice: db.prepare(
      "UPDATE usage SET cost = ?, cost_source = ? WHERE key = ?",
    ),
    transcripts: db.prepare(
      `SELECT * FROM transcripts WHERE key < ? AND ${alive} ORDER BY key DESC LIMIT ?`,
    ),
    unread: db.prepare(
      `SELECT key, trace, agent FROM sessions WHERE key < ? AND trace IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM transcripts WHERE path = trace) ORDER BY key DESC LIMIT ?`,
    ),
    counts: db.prepare(
      `SELECT count(*) AS total, count(fault) AS faults, count(*) FILTER (WHERE fault = ?) AS missing,
         count(*) FILTER (WHERE fault = ?) AS expected
       FROM transcripts INDEXED BY transcripts_fault`,
    ),
  } satisfies Record<string, StatementSync>;
}

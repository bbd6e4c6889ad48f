// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The conditions that the filter of a list makes for rows of sessions.
 * @module
 */
import type { SQLInputValue } from "node:sqlite";
import type { Int, SessionFilter } from "../proto/mod.ts";
import { STATUS_SQL } from "./record_sql.ts";
import { toSigned } from "./rows.ts";

/** The condition that one key of the filter makes. */
interface Condition {
  /** Returns it in SQL for the parameter of the value. `?1` is the time of the request. */
  sql: (value: string) => string;
  /** Returns the value; null if the filter does not have the key. */
  value: (filter: SessionFilter) => SQLInputValue;
  /** Whether it reads columns that are wrong in a stale row, which then always matches. */
  needsFreshRow: boolean;
}

/** The keys that say where to look for sessions. All others make a condition. */
type PlaceKey = "id_prefix" | "any_workspace";

/** SQLite refuses a pattern of this many characters, however it goes on. */
const REFUSED_CHARS = 50_001;

const CONDITIONS = {
  status: {
    sql: (value) => `${STATUS_SQL} = ${value}`,
    value: ({ status }) => status ?? null,
    needsFreshRow: true,
  },
  agent_prefix: {
    sql: (value) => `lower(agent) LIKE ${value} ESCAPE '\\'`,
    value: ({ agent_prefix }) => agentPattern(agent_prefix),
    needsFreshRow: true,
  },
  since_ms: {
    sql: (value) => `first_ms >= ${value}`,
    value: ({ since_ms }) => signedOf(since_ms),
    needsFreshRow: true,
  },
  active_since_ms: {
    sql: (value) => `last_ms >= ${value}`,
    value: ({ active_since_ms }) => signedOf(active_since_ms),
    needsFreshRow: false,
  },
} satisfies Record<Exclude<keyof SessionFilter, PlaceKey>, Condition>;

const ALL: readonly Condition[] = /* @__PURE__ */ Object.values(CONDITIONS);

/** Number of the first parameter after those of {@linkcode conditionsSql}. */
export const FIRST_FREE_PARAMETER = ALL.length + 2;

/** Returns the conditions of all keys in SQL, whose parameters begin at `?1`. */
export function conditionsSql(): string {
  const all = ALL.map(({ sql, needsFreshRow }, i) => {
    const value = `?${i + 2}`;
    const stale = needsFreshRow ? "stale = 1 OR " : "";
    return `(${stale}${value} IS NULL OR ${sql(value)})`;
  });
  return `(${all.join(" AND ")})`;
}

/**
 * Returns the parameters of {@linkcode conditionsSql}.
 *
 * @param nowMs Time of the request in epoch milliseconds.
 */
export function conditionValues(
  filter: SessionFilter,
  nowMs: number,
): SQLInputValue[] {
  return [nowMs, ...ALL.map(({ value }) => value(filter))];
}

/** Returns whether the filter can leave out a session. */
export function hasFilter(filter: SessionFilter): boolean {
  return (filter.id_prefix ?? "") !== "" ||
    ALL.some(({ value }) => value(filter) !== null);
}

/** Returns whether the filter needs columns that are wrong in a stale row. */
export function looksAtRows(filter: SessionFilter): boolean {
  return ALL.some((it) => it.needsFreshRow && it.value(filter) !== null);
}

function signedOf(ms: Int | null | undefined): bigint | null {
  return ms === null || ms === undefined ? null : toSigned(ms);
}

/**
 * Returns the LIKE pattern of the reference: lower case in all of Unicode, with the pattern
 * characters escaped.
 */
function agentPattern(prefix: string | null | undefined): string | null {
  if (prefix === null || prefix === undefined || prefix === "") return null;
  // To escape millions of characters takes gigabytes.
  const start = prefix.slice(0, REFUSED_CHARS);
  return `${start.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
}

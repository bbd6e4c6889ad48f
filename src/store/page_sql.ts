// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The statements of a page.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { RECORD_SQL } from "./record_sql.ts";
import { exactColumn } from "./rows.ts";
import { conditionsSql, FIRST_FREE_PARAMETER } from "./session_conditions.ts";
import { prepareAll, type Statements } from "./statements.ts";

/** Longest record of a page that is read with one statement. */
const SHORT_BYTES = 4096;

/** A later time is as good as never. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

const PASSES = conditionsSql();
/** The parameters after those of the conditions. */
const [P1, P2, P3, P4, P5] = Array.from(
  { length: 5 },
  (_, i) => `?${FIRST_FREE_PARAMETER + i}`,
);
const MATCHING = `FROM sessions
  WHERE workspace = ${P1} AND (minute, key) > (${P2}, ${P3}) AND (minute, key) <= (${P4}, ${P5}) AND ${PASSES}`;
const COLUMNS = `minute, ${exactColumn("last_ms")}, id, stale`;

/** Statements of a page. */
const PAGE_SQL = {
  edge:
    `SELECT minute, key FROM sessions WHERE workspace = ?1 AND (minute, key) > (?2, ?3) AND minute <= ?4
       ORDER BY minute, key LIMIT 1 OFFSET ?5`,
  countMinute:
    "SELECT count(*) AS n FROM sessions WHERE workspace = ? AND minute = ? AND key <= ?",
  count: `SELECT count(*) AS n ${MATCHING}`,
  read: `SELECT key, ${COLUMNS} ${MATCHING} ORDER BY minute, key`,
  prefixed: `SELECT iif(${PASSES}, key, 0) AS key, ${COLUMNS} FROM sessions
     WHERE workspace = ${P1} AND id >= ${P2} AND id < ${P3} ORDER BY id LIMIT ${P4}`,
  measure:
    `SELECT sum(length(CAST(${RECORD_SQL} AS BLOB))) AS bytes FROM sessions
       WHERE key IN (SELECT value FROM json_each(?2))`,
  record:
    `SELECT CAST(${RECORD_SQL} AS BLOB) AS record FROM sessions WHERE key = ?2`,
  // The list comes first in the join, so that the texts have its order.
  together: `SELECT CAST(group_concat(text, ',') AS BLOB) AS records
       FROM (SELECT ${RECORD_SQL} AS text FROM json_each(?2) AS listed CROSS JOIN sessions ON sessions.key = listed.value
             ORDER BY listed.key LIMIT -1)`,
  // Number of rows in the minutes of the first rows. All of these must be sorted.
  reach: `SELECT count(*) AS n FROM (SELECT 1 FROM sessions WHERE workspace = ?1
         AND minute <= coalesce((SELECT minute FROM sessions WHERE workspace = ?1 ORDER BY minute LIMIT 1 OFFSET ?2), ${Number.MAX_SAFE_INTEGER})
       LIMIT ?3)`,
  // The keys are sorted alone: a record is made for each row that is sorted with it, and the last
  // minute has rows that are on no page.
  short:
    `SELECT count(*) AS n, count(text) AS short, CAST(group_concat(text, ',') AS BLOB) AS records,
         min(coalesce(min(next), ${NEVER_MS}), ${NEVER_MS}) AS until
       FROM (SELECT iif(stale = 0 AND length(record) <= ${SHORT_BYTES}, ${RECORD_SQL}, NULL) AS text, iif(quiet_ms < ?1, NULL, quiet_ms) AS next
             FROM (SELECT key AS listed FROM sessions WHERE workspace = ?2 ORDER BY minute, last_ms DESC, id LIMIT ?3 OFFSET ?4)
             CROSS JOIN sessions ON key = listed LIMIT -1)`,
};

/** The prepared statements of a page. */
export type PageStatements = Statements<keyof typeof PAGE_SQL>;

/** Prepares the statements of a page. */
export function preparePage(db: DatabaseSync): PageStatements {
  const sql = prepareAll(db, PAGE_SQL);
  for (const it of [sql.read, sql.prefixed]) it.setReturnArrays(true);
  return sql;
}

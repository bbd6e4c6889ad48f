// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A session's record as SQL: what its own row says, what the commits of its directory say, and what the time makes of it.
 * @module
 */

/** What the newest git event of the session's directory said up to a time; SQL. */
function commitAt(column: "ref" | "branch", time: string): string {
  return `coalesce((SELECT ${column} FROM commits WHERE workspace = sessions.workspace AND ts_ms <= ${time}
    ORDER BY ts_ms DESC, tie DESC LIMIT 1), 'null')`;
}

/**
 * Returns SQL of the SessionRecord's JSON.
 *
 * @param now SQL of the time at which it is read, as a signed integer of epoch milliseconds.
 */
export function recordSql(now: string): string {
  return `(record
    || ',"start_commit":' || ${commitAt("ref", "first_ms")}
    || ',"end_commit":' || ${commitAt("ref", "last_ms")}
    || ',"branch":' || coalesce(branch, ${commitAt("branch", "last_ms")})
    || iif(quiet_ms < ${now}, quiet, live))`;
}

/** Returns SQL of the session's status; see {@linkcode recordSql}. */
export function statusSql(now: string): string {
  return `iif(quiet_ms < ${now}, 'Idle', status)`;
}

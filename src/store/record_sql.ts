// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * SQL of a session's record, from its own row, the commits of its directory, its usage, and the
 * time.
 *
 * A page reads it for each row. Most sessions have neither usage nor commits, and one search for
 * each says so: sums of no rows and three searches for a commit take twice as long as all the rest.
 * `concat` copies each text once, `||` once for each operator after it.
 * @module
 */

/** SQL of a column of the newest git event in the session's directory up to a time. */
function commitAt(column: "ref" | "branch", time: string): string {
  return `coalesce((SELECT ${column} FROM commits WHERE workspace = sessions.workspace AND ts_ms <= ${time}
    ORDER BY ts_ms DESC, tie DESC LIMIT 1), 'null')`;
}

/** SQL of the commits and the branch of a session in whose directory git events came. */
const COMMITS = `concat(',"start_commit":', ${commitAt("ref", "first_ms")},
    ',"end_commit":', ${commitAt("ref", "last_ms")},
    ',"branch":', coalesce(branch, ${commitAt("branch", "last_ms")}))`;

const NO_COMMITS =
  `concat(',"start_commit":null,"end_commit":null,"branch":', coalesce(branch, 'null'))`;

/**
 * SQL of the usage in a session's transcripts, as the end of its totals. A sum without any known
 * part is null. A model's name ends at NUL here.
 */
const USAGE =
  `(SELECT concat(',"tokens_in":', sum(input), ',"tokens_out":', sum(output),
    ',"cost_usd_e6":', iif(sum(unpriced) = sum(messages), 'null', sum(cost)),
    ',"cost_complete":', iif(sum(unpriced) = 0, 'true', 'false'),
    ',"cache_read_tokens":', sum(cache_read),
    ',"cache_creation_tokens":', sum(cache_write_5m) + sum(cache_write_1h),
    ',"reasoning_tokens":', iif(sum(reasoned) = 0, 'null', sum(reasoning)),
    ',"unpriced_models":', json_group_array(DISTINCT CAST(model AS TEXT)) FILTER (WHERE unpriced > 0), '}')
  FROM usage_sums WHERE session = sessions.key)`;

/** SQL of the SessionRecord's JSON. `?1` is the time of the reading in epoch milliseconds. */
export const RECORD_SQL = `concat(record,
    iif(EXISTS (SELECT 1 FROM usage_sums WHERE session = sessions.key), ${USAGE}, told),
    iif(EXISTS (SELECT 1 FROM commits WHERE workspace = sessions.workspace), ${COMMITS}, ${NO_COMMITS}),
    iif(quiet_ms < ?1, quiet, live))`;

/** SQL of the session's status; see {@linkcode RECORD_SQL}. */
export const STATUS_SQL = "iif(quiet_ms < ?1, 'Idle', status)";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions as the JSON they travel as, with their keys in the order of the wire.
 * @module
 */
import type { SessionRecord, SessionTotals } from "../proto/mod.ts";

const SESSION_KEYS = [
  "id",
  "agent",
  "model",
  "workspace",
  "started_at_ms",
  "ended_at_ms",
  "status",
  "trace_path",
  "start_commit",
  "end_commit",
  "branch",
  "dirty_start",
  "dirty_end",
  "repo_binding_source",
  "prompt_fingerprint",
  "parent_session_id",
  "agent_version",
  "os",
  "arch",
  "repo_file_count",
  "repo_total_loc",
] as const satisfies readonly (keyof SessionRecord)[];

const TOTAL_KEYS = [
  "events",
  "tool_calls",
  "errors",
  "tokens_in",
  "tokens_out",
  "cost_usd_e6",
  "last_event_ms",
] as const satisfies readonly (keyof SessionTotals)[];

/** Prints a SessionRecord, `totals` last. */
export function printSession(record: SessionRecord): string {
  let text = "{";
  for (const key of SESSION_KEYS) {
    text += `"${key}":${printValue(record[key])},`;
  }
  if (record.totals === undefined) return `${text.slice(0, -1)}}`;
  text += '"totals":{';
  for (const key of TOTAL_KEYS) {
    text += `"${key}":${printValue(record.totals[key])},`;
  }
  return `${text.slice(0, -1)}}}`;
}

function printValue(value: string | number | bigint | boolean | null): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

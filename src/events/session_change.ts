// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What an event makes of its session's row.
 * @module
 */
import type { SessionRecord, SessionTotals } from "../proto/mod.ts";
import { addCosts, addInts, maxInt } from "./_int.ts";
import type { HookEvent } from "./hook_event.ts";

/** Sessions with such an id are fed by git hooks: nobody works in them, they are done. */
const GIT_PREFIX = "git:";

/**
 * Applies one event: a SessionStart writes the whole row anew, any other first event writes a stub; then each event with an opinion on
 * status, agent, model or transcript has its way. Totals go on through all of it.
 *
 * @param current The row as it is, null for an id that is not stored.
 * @param workspace The canonical workspace of the request; a row that exists takes it from a SessionStart only.
 */
export function changeSession(
  current: SessionRecord | null,
  event: HookEvent,
  workspace: string,
): SessionRecord {
  const { identity, start } = event;
  const row = current === null || start !== null
    ? beginSession(event, workspace)
    : { ...current };
  row.status = event.status ?? row.status;
  row.agent = identity.agent ?? row.agent;
  row.model = identity.model ?? row.model;
  row.trace_path = identity.tracePath || row.trace_path;
  if (row.id.startsWith(GIT_PREFIX)) {
    row.agent = "git";
    row.status = "Done";
  }
  row.totals = addToTotals(current?.totals, event);
  return row;
}

function beginSession(event: HookEvent, workspace: string): SessionRecord {
  const { start } = event;
  return {
    id: event.sessionId,
    agent: event.identity.newAgent,
    model: null,
    workspace,
    started_at_ms: event.tsMs,
    ended_at_ms: null,
    status: "Running",
    trace_path: "",
    start_commit: null,
    end_commit: null,
    branch: null,
    dirty_start: null,
    dirty_end: null,
    repo_binding_source: null,
    prompt_fingerprint: null,
    parent_session_id: null,
    agent_version: start?.agentVersion ?? null,
    os: start?.os ?? null,
    arch: start?.arch ?? null,
    repo_file_count: null,
    repo_total_loc: null,
  };
}

/**
 * Counts one event: by the kind that readers see, so that anybody can count again from a `detail` answer. Sums are exact; that of costs,
 * where null counts 0, stops at the limits of a signed 64-bit integer.
 */
function addToTotals(
  totals: SessionTotals | undefined,
  event: HookEvent,
): SessionTotals {
  return {
    events: addInts(totals?.events ?? 0, 1),
    tool_calls: addInts(
      totals?.tool_calls ?? 0,
      event.readKind === "ToolCall" ? 1 : 0,
    ),
    errors: addInts(totals?.errors ?? 0, event.failed ? 1 : 0),
    tokens_in: addInts(totals?.tokens_in ?? 0, event.tokensIn ?? 0),
    tokens_out: addInts(totals?.tokens_out ?? 0, event.tokensOut ?? 0),
    cost_usd_e6: addCosts(totals?.cost_usd_e6 ?? 0, event.costUsdE6 ?? 0),
    last_event_ms: maxInt(totals?.last_event_ms ?? 0, event.tsMs),
  };
}

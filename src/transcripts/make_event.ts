// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Making events as the agent's hook would have told them.
 * @module
 */
import { type AgentName, wireName } from "../agents/mod.ts";
import type { ImportedEvent } from "./transcript_line.ts";

/** The content of an event. */
export interface EventParts {
  agent: AgentName;
  session_id: string;
  ts_ms: number;
  event: string;
  /** Tells the event from all others of its session, however often it is made. */
  id: string;
  workspace: string | null;
  call_id?: string | null;
  agent_id: string | null;
  prompt?: string | null;
  /** The other members of the payload. Those that are null or undefined are left out. */
  members: { readonly [key: string]: unknown };
}

/** Begins the ids of imported events. */
const ID_PREFIX = "tail-";
/** Half of a pair, as JSON writes it: the wire has no such text. */
const LONE_HALF = /\\ud[89a-f][0-9a-f]{2}/g;
/** A larger id is not held in the daemon's memory. */
const MAX_ID_CHARS = 120;

/** Makes an event with the source `Tail`. */
export function makeEvent(parts: EventParts): ImportedEvent {
  const { agent, session_id, ts_ms, event, agent_id } = parts;
  // No system has a folder with a zero byte, and no request has half of a pair.
  const workspace = parts.workspace?.includes("\0")
    ? null
    : parts.workspace?.toWellFormed() ?? null;
  const id = `${ID_PREFIX}${parts.id}`.slice(0, MAX_ID_CHARS).toWellFormed();
  const name = wireName(agent, event);
  const members: Record<string, unknown> = {
    session_id,
    cwd: workspace,
    hook_event_name: name,
    agent_event: name === event ? null : event,
    agent_id,
  };
  Object.assign(members, parts.members, {
    timestamp_ms: ts_ms,
    kaizen_id: id,
    kaizen_agent: agent,
    kaizen_event_source: "Tail",
  });
  for (const [key, value] of Object.entries(members)) {
    if (value === null) delete members[key];
  }
  // The reference recognizes Codex by this key.
  if (agent === "codex") members.turn_id ??= null;
  // `JSON.stringify` writes a lone half of a pair as an escape, and the pairs themselves plainly.
  const payload = JSON.stringify(members).replaceAll(
    LONE_HALF,
    (half, at: number, text: string) => isEscape(text, at) ? "\\ufffd" : half,
  );
  return {
    agent,
    id,
    session_id,
    ts_ms,
    event,
    call_id: parts.call_id ?? null,
    agent_id: parts.agent_id,
    prompt: parts.prompt ?? null,
    workspace,
    payload,
  };
}

/** Whether the backslash at an index begins an escape, and is not one that is escaped itself. */
function isEscape(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === "\\") before--;
  return (at - before) % 2 === 0;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What an event lacks, and how it is set right.
 * @module
 */
import {
  type AgentName,
  detectAgent,
  type Fields,
  hooksOf,
  ownTime,
  wireEvent,
} from "../agents/mod.ts";
import {
  decodeInt,
  decodeText,
  type Edit,
  hookEventKey,
  type HookSource,
  U32_MAX,
  U64_MAX,
} from "../proto/mod.ts";

/** What is known of an event besides its text. */
export interface CompleteOptions {
  /** The agent that the command line names; a mark in the payload overrules it. */
  source: AgentName;
  /** The event's name, for a payload that has none. */
  event?: string | undefined;
  /** The event's time in epoch milliseconds, for a payload that has none. */
  startedAtMs: number;
  /** The event's id, for a payload that has none. */
  kaizenId: string;
  /** Check the text, and send it as it is. */
  raw?: boolean | undefined;
}

/** The members to set, and what the event is then. */
export interface Plan {
  agent: AgentName;
  source: HookSource;
  edits: Edit[];
  /** Members to set to the value of another: `[key, key of the other]`. */
  copies: [key: string, from: string][];
  /** The event's name; null if it has none. */
  event: string | null;
  sessionId: string | null;
  /** Absolute path of the agent's directory, if the payload names one. */
  workspaceHint: string | null;
}

/** Finds the members to set. */
export function planEdits(fields: Fields, options: CompleteOptions): Plan {
  const agent = detectAgent(fields, options.source);
  const { wire, copies } = hooksOf(agent);
  const edits = [
    ...timeAndId(fields, agent, options),
    ...names(fields, agent, options),
    ...duration(fields, agent),
  ];
  const final = (key: string): string | null => {
    const edit = edits.find((edit) => edit.key === key);
    return edit === undefined ? fields.text(key) : JSON.parse(edit.value);
  };
  return {
    agent,
    source: wire,
    edits,
    copies: Object.entries(copies).filter(([key, from]) =>
      fields.has(from) && !fields.has(key)
    ),
    event: final(hookEventKey(wire)) || null,
    sessionId: final("session_id") || null,
    workspaceHint: findDirectory(fields),
  };
}

function timeAndId(
  fields: Fields,
  agent: AgentName,
  options: CompleteOptions,
): Edit[] {
  const edits: Edit[] = [];
  if (!fields.text("kaizen_id")) {
    edits.push({ key: "kaizen_id", value: JSON.stringify(options.kaizenId) });
  }
  // The wire takes 0 for "now", and Vibe's `timestamp` for a time.
  const isTimed = isInt(fields.number("timestamp_ms"), 1n, U64_MAX) ||
    agent === "vibe" && isInt(fields.number("timestamp"), 1n, U64_MAX);
  if (!isTimed) {
    const ms = ownTime(fields) ?? options.startedAtMs;
    edits.push({ key: "timestamp_ms", value: `${ms}` });
  }
  return edits;
}

function names(
  fields: Fields,
  agent: AgentName,
  options: CompleteOptions,
): Edit[] {
  const edits: Edit[] = [];
  const set = (key: string, value: string) =>
    void edits.push({ key, value: JSON.stringify(value) });
  const text = (key: string) => fields.text(key);
  const { wire, sessionKeys } = hooksOf(agent);
  const key = hookEventKey(wire);
  const event = text(key);
  const own = event || agentsName(agent, text) || options.event;
  // Cursor's `stop` becomes `Stop`; under the wire's own key the same word is the wire's own `stop`, and stays.
  if (own && event !== "stop") {
    const { name, covers } = wireEvent(agent, own);
    if (name !== event) set(key, name);
    // Where the wire's key is the agent's own, the agent's name would be lost.
    if (covers || wire === "claude" && name !== own) set("agent_event", own);
  }
  if (!text("session_id")) {
    const session = sessionKeys.map(text).find((id) => id);
    if (session) set("session_id", session);
  }
  if (agent !== wire && text("kaizen_agent") !== agent) {
    set("kaizen_agent", agent);
  }
  if (agent !== options.source && !text("kaizen_source")) {
    set("kaizen_source", options.source);
  }
  // This is how the reference knows Codex.
  if (agent === "codex" && !fields.has("turn_id")) {
    edits.push({ key: "turn_id", value: "null" });
  }
  return edits;
}

/** The event's name where an agent puts it, if the wire looks elsewhere. */
function agentsName(
  agent: AgentName,
  text: (key: string) => string | null,
): string | null {
  const name = text("hook_event_name");
  if (name !== null || agent !== "openclaw") return name;
  const type = text("type");
  const action = text("action");
  return type === null || action === null ? null : `${type}:${action}`;
}

/** The wire wants whole milliseconds; Cursor calls them `duration`, Vibe sends a fraction. */
function duration(fields: Fields, agent: AgentName): Edit[] {
  if (agent !== "cursor" && agent !== "vibe") return [];
  const isKnown = ["latency_ms", "duration_ms", "permission_wait_ms"]
    .some((key) => isInt(fields.number(key), 0n, U32_MAX));
  const token = fields.number("duration_ms") ?? fields.number("duration");
  if (isKnown || token === null) return [];
  const ms = Math.round(Number(decodeText(token)));
  if (!(ms >= 0 && ms <= Number(U32_MAX))) return [];
  return [{ key: "latency_ms", value: `${ms}` }];
}

function isInt(token: Uint8Array | null, min: bigint, max: bigint): boolean {
  return token !== null && decodeInt(token, min, max) !== null;
}

/** The agent's directory, if the event names one by an absolute path. */
export function findDirectory(fields: Fields): string | null {
  const candidates = [fields.firstText("workspace_roots"), fields.text("cwd")];
  return candidates.find((path) => path?.startsWith("/")) ?? null;
}

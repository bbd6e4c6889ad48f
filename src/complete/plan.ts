// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Planning which members of an event to set.
 * @module
 */
import {
  type AgentName,
  detectAgent,
  type Fields,
  hooksOf,
  ownTime,
  wireName,
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

/** Facts about an event that are not in its text. */
export interface CompleteOptions {
  /** The agent on the command line. Marks in the payload take precedence. */
  source: AgentName;
  /** Name of the event, if the payload has none. */
  event?: string | undefined;
  /** Time of the event in epoch milliseconds, if the payload has none. */
  startedAtMs: number;
  /** Id of the event, if the payload has none. */
  kaizenId: string;
  /** True: check the text and send it unchanged. */
  raw?: boolean | undefined;
}

/** The members to set, and the identity of the completed event. */
export interface Plan {
  agent: AgentName;
  source: HookSource;
  edits: Edit[];
  /** Members to set to a copy of another member: `[key, key of the other member]`. */
  copies: [key: string, from: string][];
  /** Name of the event, or null if it has none. */
  event: string | null;
  sessionId: string | null;
  /** Absolute path of the agent's directory, if the payload contains it. */
  workspaceHint: string | null;
}

/** Plans which members to set. */
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
  // On the wire 0 means "now", and for Vibe `timestamp` is a time, too.
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
  // Cursor's `stop` is renamed to `Stop`. Under the wire's key `stop` is a name of the wire.
  if (own && event !== "stop") {
    const name = wireName(agent, own);
    if (name !== event) set(key, name);
    if (name !== own) set("agent_event", own);
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
  // The reference recognizes Codex by this key.
  if (agent === "codex" && !fields.has("turn_id")) {
    edits.push({ key: "turn_id", value: "null" });
  }
  return edits;
}

/** Returns the event name under the agent's key, if the wire uses another key. */
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

/** Sets `latency_ms` for Cursor, whose key is `duration`, and Vibe, which sends fractions. */
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

/** Returns the agent's directory, if the payload contains its absolute path. */
export function findDirectory(fields: Fields): string | null {
  // No system has a path with a zero byte.
  return [fields.firstText("workspace_roots"), fields.text("cwd")]
    .find((path) => /^\/[^\0]*$/.test(`${path}`)) ?? null;
}

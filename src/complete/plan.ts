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
  wireEvent,
} from "../agents/mod.ts";
import {
  decodeInt,
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
  /** The event's time in epoch milliseconds, for one that has none. */
  startedAtMs: number;
  /** The event's id, for one that has none. */
  kaizenId: string;
  /** Check the text, and send it as it is. */
  raw?: boolean | undefined;
}

/** What to set, and what the event then is. */
export interface Plan {
  agent: AgentName;
  source: HookSource;
  edits: Edit[];
  /** The event's name; null if it has none. */
  event: string | null;
  sessionId: string | null;
  /** Absolute path of the agent's directory, if the payload names one. */
  workspaceHint: string | null;
}

/** Finds out which members to set. */
export function planEdits(fields: Fields, options: CompleteOptions): Plan {
  const agent = detectAgent(fields, options.source);
  const source = hooksOf(agent).wire;
  const edits = [
    ...timeAndId(fields, agent, options),
    ...names(fields, agent),
    ...duration(fields, agent),
  ];
  const final = (key: string): string | null => {
    const edit = edits.find((edit) => edit.key === key);
    return edit === undefined ? fields.text(key) : JSON.parse(edit.value);
  };
  return {
    agent,
    source,
    edits,
    event: final(hookEventKey(source)) || null,
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
    edits.push({
      key: "kaizen_id",
      value: JSON.stringify(options.kaizenId),
    });
  }
  const isTimed = isPositive(fields, "timestamp_ms") ||
    agent === "vibe" && isPositive(fields, "timestamp");
  if (!isTimed) {
    edits.push({ key: "timestamp_ms", value: `${options.startedAtMs}` });
  }
  return edits;
}

/** Whether the wire takes the member for a time: 0 means "now" there. */
function isPositive(fields: Fields, key: string): boolean {
  const token = fields.number(key);
  return token !== null && decodeInt(token, 1n, U64_MAX) !== null;
}

function names(fields: Fields, agent: AgentName): Edit[] {
  const edits: Edit[] = [];
  const set = (key: string, value: string) =>
    void edits.push({ key, value: JSON.stringify(value) });
  const text = (key: string) => fields.text(key);
  const { wire, sessionKeys } = hooksOf(agent);
  const key = hookEventKey(wire);
  const event = text(key);
  const own = event || agentsName(agent, text);
  // Cursor's `stop` becomes `Stop`; under the wire's own key the same word is the wire's own `stop`, and stays.
  if (own !== null && event !== "stop") {
    const { name, covers } = wireEvent(agent, own);
    if (name !== event) set(key, name);
    if (covers) set("agent_event", own);
  }
  if (!text("session_id")) {
    const session = sessionKeys.map(text).find((id) => id);
    if (session) set("session_id", session);
  }
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
  if (agent === "claude" || agent === "codex") return null;
  const name = text("hook_event_name");
  if (name !== null || agent !== "openclaw") return name;
  const type = text("type");
  const action = text("action");
  return type === null || action === null ? null : `${type}:${action}`;
}

/** The wire wants whole milliseconds; Cursor calls them `duration`, Vibe sends a fraction. */
function duration(fields: Fields, agent: AgentName): Edit[] {
  if (agent !== "cursor" && agent !== "vibe") return [];
  const tokens = ["latency_ms", "duration_ms", "permission_wait_ms", "duration"]
    .flatMap((key) => {
      const token = fields.number(key);
      return token === null ? [] : [{ key, token }];
    });
  const isKnown = tokens.some(({ key, token }) =>
    key !== "duration" && decodeInt(token, 0n, U32_MAX) !== null
  );
  const found = tokens.find(({ key }) => key.startsWith("duration"));
  if (isKnown || found === undefined) return [];
  const ms = Math.round(Number(new TextDecoder().decode(found.token)));
  if (!(ms >= 0 && ms <= Number(U32_MAX))) return [];
  return [{ key: "latency_ms", value: `${ms}` }];
}

/** The agent's directory, if the event names one by an absolute path. */
export function findDirectory(fields: Fields): string | null {
  const candidates = [fields.firstText("workspace_roots"), fields.text("cwd")];
  return candidates.find((path) => path?.startsWith("/")) ?? null;
}

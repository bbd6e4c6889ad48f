// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * From what an agent wrote to what the wire needs: members are spliced into the text, every other byte stays.
 * @module
 */
import {
  checkNames,
  decodeInt,
  decodeString,
  type Edit,
  hookEventKey,
  type HookSource,
  lastMember,
  type Member,
  readHookPayload,
  scanElements,
  scanPayload,
  setMembers,
  textMember,
  trimPayload,
  U32_MAX,
  U64_MAX,
} from "../proto/mod.ts";
import { detectAgent, type Source, wireSource } from "./agents.ts";
import { wireName } from "./event_names.ts";

/** What is known of an event besides its text. */
export interface CompleteOptions {
  /** The agent that the command line names; a mark in the payload overrules it. */
  source: Source;
  /** The event's time in epoch milliseconds, for one that has none. */
  startedAtMs: number;
  /** The event's id, for one that has none. */
  kaizenId: string;
  /** Check the text, and send it as it is. */
  raw?: boolean | undefined;
}

/** An event ready for the wire. */
export interface Completed {
  agent: Source;
  source: HookSource;
  /** JSON text. */
  payload: Uint8Array;
  sessionId: string;
  /** Absolute path of the agent's directory, if the payload names one. */
  workspaceHint: string | null;
}

/**
 * Completes a hook event: its time, its id, and what the wire needs under the names it needs. Completing twice changes nothing more.
 *
 * @param text UTF-8 bytes of one JSON object, white space around it and a byte order mark allowed.
 * @throws {NotAnEventError} If it is no hook event, in the daemon's own words.
 */
export function completeEvent(
  text: Uint8Array,
  options: CompleteOptions,
): Completed {
  if (options.raw) return checkRaw(text, options.source);
  const bytes = trimPayload(withoutMark(text));
  const found = scanPayload(wireSource(options.source), bytes);
  const { members } = found;
  const agent = detectAgent(bytes, members, options.source);
  const source = wireSource(agent);
  const edits = [
    ...timeAndId(bytes, members, agent, options),
    ...names(bytes, members, agent),
    ...duration(bytes, members, agent),
  ];
  const final = (key: string) => {
    const edit = edits.find((edit) => edit.key === key);
    return edit === undefined
      ? textMember(bytes, members, key)
      : decodeString(new TextEncoder().encode(edit.value));
  };
  const sessionId = checkFilled(
    source,
    final(hookEventKey(source)),
    final("session_id"),
  );
  const payload = setMembers(bytes, edits, found);
  const workspaceHint = findDirectory(bytes, members);
  return { agent, source, payload, sessionId, workspaceHint };
}

function checkRaw(text: Uint8Array, given: Source): Completed {
  const source = wireSource(given);
  const { bytes, members, event, ...names } = readHookPayload(source, text);
  const sessionId = checkFilled(source, event, names.sessionId);
  const workspaceHint = findDirectory(bytes, members);
  return { agent: given, source, payload: text, sessionId, workspaceHint };
}

/** A daemon stores an event without a name; nobody could tell what it is, so no client sends one. */
function checkFilled(
  source: HookSource,
  event: string | null,
  sessionId: string | null,
): string {
  return checkNames(source, event || null, sessionId).sessionId;
}

function withoutMark(text: Uint8Array): Uint8Array {
  const isMarked = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
  return isMarked ? text.subarray(3) : text;
}

function timeAndId(
  bytes: Uint8Array,
  members: readonly Member[],
  agent: Source,
  options: CompleteOptions,
): Edit[] {
  const edits: Edit[] = [];
  if (!textMember(bytes, members, "kaizen_id")) {
    edits.push({
      key: "kaizen_id",
      value: JSON.stringify(options.kaizenId),
    });
  }
  const isTimed = isPositive(bytes, members, "timestamp_ms") ||
    agent === "vibe" && isPositive(bytes, members, "timestamp");
  if (!isTimed) {
    edits.push({ key: "timestamp_ms", value: `${options.startedAtMs}` });
  }
  return edits;
}

/** Whether the wire takes the member for a time: 0 means "now" there. */
function isPositive(
  bytes: Uint8Array,
  members: readonly Member[],
  key: string,
): boolean {
  const member = lastMember(members, key);
  return member?.kind === "number" &&
    decodeInt(bytes.subarray(member.start, member.end), 1n, U64_MAX) !== null;
}

function names(
  bytes: Uint8Array,
  members: readonly Member[],
  agent: Source,
): Edit[] {
  const edits: Edit[] = [];
  const set = (key: string, value: string) =>
    void edits.push({ key, value: JSON.stringify(value) });
  const text = (key: string) => textMember(bytes, members, key);
  const key = hookEventKey(wireSource(agent));
  const event = text(key);
  const own = event || agentsName(agent, text);
  if (own !== null) {
    // Cursor's `stop` flushes; whoever writes the wire's own key may mean the wire's own `stop`, which does not.
    const { name, covers } = agent === "cursor" && own === "stop" &&
        !event
      ? { name: "Stop", covers: false }
      : wireName(agent, own);
    if (name !== event) set(key, name);
    if (covers) set("agent_event", own);
  }
  if (!text("session_id")) {
    const session = agent === "cursor"
      ? text("conversation_id")
      : agent === "openclaw"
      ? text("sessionKey")
      : null;
    if (session) set("session_id", session);
  }
  if (agent === "codex" && lastMember(members, "turn_id") === undefined) {
    edits.push({ key: "turn_id", value: "null" });
  }
  return edits;
}

/** The event's name where an agent puts it, if the wire looks elsewhere. */
function agentsName(
  agent: Source,
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
function duration(
  bytes: Uint8Array,
  members: readonly Member[],
  agent: Source,
): Edit[] {
  if (agent !== "cursor" && agent !== "vibe") return [];
  const tokens = ["latency_ms", "duration_ms", "permission_wait_ms", "duration"]
    .flatMap((key) => {
      const member = lastMember(members, key);
      if (member?.kind !== "number") return [];
      return [{ key, token: bytes.subarray(member.start, member.end) }];
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

function findDirectory(
  bytes: Uint8Array,
  members: readonly Member[],
): string | null {
  const candidates = [
    firstRoot(bytes, members),
    textMember(bytes, members, "cwd"),
  ];
  return candidates.find((path) => path?.startsWith("/")) ?? null;
}

function firstRoot(
  bytes: Uint8Array,
  members: readonly Member[],
): string | null {
  const roots = lastMember(members, "workspace_roots");
  if (roots?.kind !== "array") return null;
  const list = bytes.subarray(roots.start, roots.end);
  const first = scanElements(list)?.[0];
  if (first === undefined) return null;
  return textMember(list, [{ ...first, key: "", keyStart: 0 }], "");
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Applies the user's rules to one event.
 * @module
 */
import { compilePathGlob } from "../glob/mod.ts";
import type { Rules } from "./config.ts";
import { makeRedactor } from "./redact.ts";

/** The part of a request that rules look at and change. */
export interface RecordedEvent {
  /** JSON text. */
  payload: string;
  /** Absolute path. */
  workspace: string;
}

/** Added to a payload that a rule has changed; names the rules. */
const MARK = "kaizen_withheld";

/**
 * Keys that say which event it is, of which session and call. They stay in a payload whose content
 * is withheld. `docs/privacy.md` lists them.
 */
const IDENTITY = new Set([
  ...["hook_event_name", "type", "action", "event", "source", "model"],
  ...["session_id", "sessionId", "sessionKey", "conversation_id"],
  ...["parent_session_id", "generation_id", "turn_id", "prompt_id"],
  ...["tool_name", "toolName", "tool_use_id", "toolUseId", "tool_call_id"],
  ...["toolCallId", "agent_id", "agentId", "agent_type", "agentType"],
  ...["timestamp", "timestamp_ms", "duration_ms", "duration", "cwd"],
  ...["permission_mode", "tool_status", "is_interrupt", "stop_hook_active"],
  ...["notification_type", "cursor_version", "transcript_path"],
]);
/** Keys that hold the input of a tool. */
const INPUTS = new Set(["tool_input", "toolArgs", "tool_args", "params"]);
/** Keys outside of an input that hold a path. */
const PATH_KEY = /path|file|dir(?:ectory)?$/i;
const TOOL_KEYS = ["tool_name", "toolName", "tool"];
/** A longer text is searched for paths up to here only, in characters. */
const MAX_SEARCHED = 64 * 1024;

/** Decides what is recorded of an event. */
export class EventFilter {
  readonly #workspaces: Map<string, (path: string) => boolean>;
  readonly #tools: ((name: string) => boolean)[];
  readonly #paths: ((path: string) => boolean)[];
  readonly #redact: ((text: string) => string) | null;

  /** @param userHome Absolute path of the user's home, for `~` in a pattern. */
  constructor(rules: Rules, userHome: string) {
    const compile = (pattern: string) =>
      compilePathGlob(withHome(pattern, userHome), { isPart: true });
    this.#workspaces = new Map(
      rules.workspaces.map((pattern) => [pattern, compile(pattern)]),
    );
    this.#tools = rules.tools.map(compile);
    this.#paths = rules.paths.map(compile);
    this.#redact = rules.redact ? makeRedactor() : null;
  }

  /** Returns the pattern by which no event of a workspace is recorded; null if there is none. */
  whichExcludes(workspace: string): string | null {
    for (const [pattern, matches] of this.#workspaces) {
      if (matches(workspace)) return pattern;
    }
    return null;
  }

  /**
   * Returns the payload to record, null if the event is not to be recorded at all. A payload
   * without any rule for it is returned unchanged.
   */
  apply({ payload, workspace }: RecordedEvent): string | null {
    if (this.whichExcludes(workspace) !== null) return null;
    const rule = this.#findRule(payload);
    if (rule !== null) return withhold(payload, rule);
    const redacted = this.#redact?.(payload) ?? payload;
    return redacted === payload ? payload : addMark(redacted, "secrets");
  }

  /** Returns the name of the rule that withholds the content, null if there is none. */
  #findRule(payload: string): string | null {
    if (this.#tools.length === 0 && this.#paths.length === 0) return null;
    const event = readObject(payload);
    const tools = TOOL_KEYS.map((key) => event[key]);
    const isTool = tools.some((tool) =>
      typeof tool === "string" && this.#tools.some((matches) => matches(tool))
    );
    if (isTool) return "tool";
    if (this.#paths.length === 0) return null;
    for (const [key, value] of Object.entries(event)) {
      const isInput = INPUTS.has(key);
      if (!isInput && !PATH_KEY.test(key) && key !== "command") continue;
      // Claude Code's transcript is no file of the user's.
      if (key === "transcript_path" || key === "agent_transcript_path") {
        continue;
      }
      for (const text of textsIn(value)) if (this.#names(text)) return "path";
    }
    return null;
  }

  /** Whether a text is a path, or a command with a path, for which there is a rule. */
  #names(text: string): boolean {
    const searched = text.slice(0, MAX_SEARCHED);
    const words = [searched, ...searched.split(/[\s"'`;|&<>()=:,]+/)];
    return words.some((word) =>
      word !== "" && this.#paths.some((matches) => matches(word))
    );
  }
}

/** Returns a pattern with the user's home for `~`, and without slashes at its end. */
function withHome(pattern: string, userHome: string): string {
  const full = pattern.startsWith("~/") ? userHome + pattern.slice(1) : pattern;
  return full.replace(/\/+$/, "");
}

function readObject(payload: string): Record<string, unknown> {
  const value: unknown = JSON.parse(payload);
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** Returns all texts in a value. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  if (typeof value !== "object" || value === null) return;
  for (const part of Object.values(value)) yield* textsIn(part);
}

/**
 * Returns a payload without its content: only the keys that say which event it is stay.
 *
 * @param payload JSON text of an object.
 * @param rule The reason; the payload names it.
 */
export function withhold(payload: string, rule: string): string {
  const kept = Object.entries(readObject(payload)).filter(([key]) =>
    IDENTITY.has(key) || key.startsWith("kaizen_")
  );
  return JSON.stringify(Object.fromEntries([...kept, [MARK, rule]]));
}

/** Appends to the text, so that all other bytes stay as the agent wrote them. */
function addMark(payload: string, rule: string): string {
  const end = payload.lastIndexOf("}");
  const comma = /^\s*\{\s*$/.test(payload.slice(0, end)) ? "" : ",";
  return `${payload.slice(0, end)}${comma}"${MARK}":"${rule}"}`;
}

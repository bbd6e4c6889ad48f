// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which agent a payload comes from.
 * @module
 */
import type { HookSource } from "../proto/mod.ts";
import type { Fields } from "./fields.ts";

/** The agents whose hooks are understood. */
export const SOURCES = [
  "claude",
  "codex",
  "cursor",
  "openclaw",
  "vibe",
] as const;
/** One of {@linkcode SOURCES}. */
export type Source = typeof SOURCES[number];

/** Tells whether `name` is an agent whose hooks are understood. */
export function isSource(name: string): name is Source {
  return SOURCES.some((source) => source === name);
}

/** The name under which an agent's events travel: the wire has no Codex of its own. */
export function wireSource(agent: Source): HookSource {
  return agent === "codex" ? "claude" : agent;
}

const VIBE_EVENTS: ReadonlySet<string> = new Set([
  "pre_tool",
  "post_tool",
  "post_agent",
  "before_tool",
  "after_tool",
  "post_agent_turn",
]);

/**
 * Decides by what only one agent sends; one agent may run hooks that were installed for another, so a mark in the payload counts
 * more than the command line.
 *
 * @param fields The payload's.
 * @param given The agent that the command line names.
 */
export function detectAgent(fields: Fields, given: Source): Source {
  const has = (key: string) => fields.has(key);
  const text = (key: string) => fields.text(key);
  if (has("conversation_id") || has("cursor_version")) return "cursor";
  if (
    text("sessionKey") !== null && text("type") !== null &&
    text("action") !== null
  ) return "openclaw";
  const event = text("hook_event_name") ?? "";
  if (VIBE_EVENTS.has(event)) return "vibe";
  if (!/^[A-Z]/.test(event)) return given;
  // Claude Code and Codex spell their events alike. MessageDisplay has a turn_id in Claude Code, too.
  if (has("prompt_id") || has("effort") || event === "MessageDisplay") {
    return "claude";
  }
  if (has("turn_id")) return "codex";
  if (has("tool_name") && has("permission_mode")) return "claude";
  const transcript = (text("transcript_path") ?? "").replaceAll("\\", "/");
  if (transcript.includes("/.claude/projects/")) return "claude";
  return transcript.includes("/.codex/") ? "codex" : given;
}

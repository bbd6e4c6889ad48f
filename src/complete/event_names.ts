// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Agents' names of events in the wire's words.
 * @module
 */
import type { Source } from "./agents.ts";

/** What an agent's event is called on the wire. */
export interface WireName {
  name: string;
  /** Whether the name alone no longer says what happened, so that the agent's own must travel beside it. */
  covers: boolean;
}

/** A failed call closes its span, and what ends a session or a turn flushes it, which takes exactly `Stop`. */
const COVERED: Readonly<Record<string, string>> = {
  PostToolUseFailure: "PostToolUse",
  postToolUseFailure: "PostToolUse",
  post_tool_use_failure: "PostToolUse",
  StopFailure: "Stop",
  SessionEnd: "Stop",
  sessionEnd: "Stop",
};

/** Other spellings of the wire's names. What only one agent has (`beforeShellExecution`) keeps its name. */
const SPELLED: Readonly<Record<Source, Readonly<Record<string, string>>>> = {
  claude: {},
  codex: {},
  cursor: {
    sessionStart: "SessionStart",
    beforeSubmitPrompt: "UserPromptSubmit",
    preToolUse: "PreToolUse",
    postToolUse: "PostToolUse",
    subagentStart: "SubagentStart",
    subagentStop: "SubagentStop",
  },
  openclaw: {},
  vibe: {
    pre_tool: "PreToolUse",
    before_tool: "PreToolUse",
    post_tool: "PostToolUse",
    after_tool: "PostToolUse",
    post_agent: "Stop",
    post_agent_turn: "Stop",
  },
};

/** Finds the wire's name of an agent's event; one that the wire does not know keeps its own. */
export function wireName(agent: Source, event: string): WireName {
  const covering = own(COVERED, event);
  if (covering !== undefined) return { name: covering, covers: true };
  return { name: own(SPELLED[agent], event) ?? event, covers: false };
}

function own(
  names: Readonly<Record<string, string>>,
  event: string,
): string | undefined {
  return Object.hasOwn(names, event) ? names[event] : undefined;
}

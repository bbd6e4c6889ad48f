// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The agents whose hooks kaizen understands.
 * @module
 */
import type { AgentHooks, AgentRecord } from "./agent_record.ts";
import { claude, claudeHooks } from "./claude.ts";
import { codex, codexHooks } from "./codex.ts";
import { copilot, copilotHooks } from "./copilot.ts";
import { cursor, cursorHooks } from "./cursor.ts";
import type { Fields } from "./fields.ts";
import { gemini, geminiHooks } from "./gemini.ts";
import { openclaw, openclawHooks } from "./openclaw.ts";
import { vibe, vibeHooks } from "./vibe.ts";

/** The part of each record that a hook needs, in the order in which `detectAgent` asks them. */
const HOOKS = {
  cursor: cursorHooks,
  openclaw: openclawHooks,
  vibe: vibeHooks,
  gemini: geminiHooks,
  copilot: copilotHooks,
  claude: claudeHooks,
  codex: codexHooks,
};

/** The name of an agent: the word for `--source`. */
export type AgentName = keyof typeof HOOKS;

/** All records by name. Hooks do not load it. */
export const AGENTS = {
  claude,
  codex,
  copilot,
  cursor,
  gemini,
  openclaw,
  vibe,
} satisfies { [Name in AgentName]: AgentRecord<Name> };

/** Returns the names of all agents, sorted. */
export function listAgents(): AgentName[] {
  return Object.keys(HOOKS).filter(isAgentName).sort();
}

/** Returns true if a word is the name of an agent. */
export function isAgentName(word: string | null): word is AgentName {
  return word !== null && Object.hasOwn(HOOKS, word);
}

/** Returns the part of an agent's record that a hook needs. */
export function hooksOf(name: AgentName): AgentHooks<AgentName> {
  return HOOKS[name];
}

/**
 * Returns the agent that sent a payload. Some agents run hooks that were configured for another
 * agent, so marks in the payload take precedence over the command line.
 *
 * @param given The agent on the command line.
 */
export function detectAgent(fields: Fields, given: AgentName): AgentName {
  const known = fields.text("kaizen_agent");
  if (isAgentName(known)) return known;
  return Object.values(HOOKS).find(({ marks }) => marks(fields))?.source ??
    given;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tools with a special meaning: those that ask the user, and those that start a subagent.
 * @module
 */
import { type AgentRecord, AGENTS } from "../agents/mod.ts";

function namesOf(list: "questionTools" | "subagentTools"): ReadonlySet<string> {
  const records: AgentRecord[] = Object.values(AGENTS);
  return new Set(records.flatMap((record) => record[list]));
}

const QUESTION_TOOLS = namesOf("questionTools");
const SUBAGENT_TOOLS = namesOf("subagentTools");

/** Whether a call of the tool waits for the user's answer. */
export function isQuestionTool(tool: string | null): boolean {
  return tool !== null && QUESTION_TOOLS.has(plainName(tool));
}

/** Whether a call of the tool starts a subagent. */
export function isSubagentTool(tool: string | null): boolean {
  return tool !== null && SUBAGENT_TOOLS.has(plainName(tool));
}

/** Returns the tool's own name. Vibe puts the name of a group in front. */
function plainName(tool: string): string {
  return tool.slice(tool.lastIndexOf(".") + 1);
}

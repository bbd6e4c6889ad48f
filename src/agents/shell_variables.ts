// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Variables by which a program knows that an agent's shell runs it.
 * @module
 */

/**
 * The variables that an agent sets for the commands it runs, by the agent's name. Agents without
 * any are missing. Sources: the documentation of Claude Code, Gemini CLI, Copilot CLI and Cursor;
 * for Codex what other programs look for.
 */
const SHELL_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  claude: ["CLAUDECODE"],
  codex: ["CODEX_THREAD_ID", "CODEX_SANDBOX"],
  copilot: ["COPILOT_CLI"],
  cursor: ["CURSOR_AGENT"],
  gemini: ["GEMINI_CLI"],
};

/** Returns the agent whose shell runs this process, null if no variable tells. */
export function shellAgent(
  env: (name: string) => string | undefined,
): string | null {
  for (const [agent, variables] of Object.entries(SHELL_VARIABLES)) {
    if (variables.some((name) => env(name))) return agent;
  }
  return null;
}

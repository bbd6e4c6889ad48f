// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Hooks in the settings of agents and of git: what each wants, what is there, and changes that keep
 * every other byte and can be taken back. A hook does not load this folder.
 * @module
 */
export { findAgents, hookFile, type PlaceOptions } from "./agent_place.ts";
export {
  type AgentFile,
  demandChangeable,
  readAgentFile,
  writeAgentFile,
} from "./agent_file.ts";
export { type AgentSetup, setupOf } from "./agent_setups.ts";
export { AgentFileError, UnsupportedHooksError } from "./errors.ts";
export {
  findActiveGitHooks,
  findGitHooks,
  type FoundGitHooks,
  planGitInstall,
  planGitUninstall,
} from "./git_hooks.ts";
export { Journal } from "./journal.ts";
export { renderDiff } from "./line_diff.ts";
export {
  applyChanges,
  applyUndo,
  type FileChange,
  type HookPlan,
} from "./plan.ts";
export { type DoubleHooks, findDoubleHooks } from "./find_double_hooks.ts";
export { findHooks, type FoundHooks } from "./find_hooks.ts";
export {
  type InstallOptions,
  planInstall,
  planUninstall,
} from "./plan_agent.ts";
export {
  findMcpServer,
  type FoundServer,
  hasMcpPlace,
  planMcpInstall,
} from "./mcp_servers.ts";
export { makePluginFiles } from "./plugin_files.ts";

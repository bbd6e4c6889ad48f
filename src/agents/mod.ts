// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The supported agents: one record each, in a file of its own. Pure data and small functions.
 * @module
 */
export type { AgentHooks, AgentRecord, OwnMeaning } from "./agent_record.ts";
export {
  type AgentName,
  AGENTS,
  detectAgent,
  hooksOf,
  isAgentName,
  listAgents,
} from "./agents.ts";
export { meaningOf } from "./event_meaning.ts";
export type { Fields } from "./fields.ts";
export { ownTime } from "./own_time.ts";
export { shellAgent } from "./shell_variables.ts";
export { wireName } from "./wire_name.ts";
export type { Meaning, WireName } from "./wire_names.ts";

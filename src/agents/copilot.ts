// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * GitHub Copilot CLI, which also runs the hooks of Claude Code's settings. The spelling of an event in its configuration chooses the
 * payload: a PascalCase name gives Claude Code's members, a camelCase one members of its own and no name of the event.
 * @module
 */
import { makeAgent, makeHooks, pascalName } from "./agent_record.ts";
import { ownTime } from "./own_time.ts";

/** What a hook needs to know of Copilot. */
export const copilotHooks = /* @__PURE__ */ makeHooks({
  source: "copilot",
  wire: "claude",
  marks: (fields) =>
    ownTime(fields) !== null &&
    (fields.has("sessionId") ||
      pascalName(fields) !== "" && !fields.has("permission_mode")),
  wireNames: {
    sessionStart: "SessionStart",
    userPromptSubmitted: "UserPromptSubmit",
    preToolUse: "PreToolUse",
    postToolUse: "PostToolUse",
    permissionRequest: "PermissionRequest",
    notification: "Notification",
    subagentStart: "SubagentStart",
    subagentStop: "SubagentStop",
    agentStop: "Stop",
  },
  sessionKeys: ["session_id", "sessionId"],
  copies: {
    tool_name: "toolName",
    tool_input: "toolArgs",
    transcript_path: "transcriptPath",
    agent_id: "agentId",
    agent_type: "agentType",
  },
});

/** Copilot. */
export const copilot = /* @__PURE__ */ makeAgent(copilotHooks, {
  // Both payloads' names of the same tools; `Task` is accepted for `Agent`.
  subagentTools: ["task", "Agent", "Task"],
  questionTools: ["ask_user", "AskUserQuestion"],
  runsHooksOf: ["claude"],
});

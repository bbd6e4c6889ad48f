// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * GitHub Copilot CLI. It also loads hooks from Claude Code's settings.
 *
 * The case of an event name in its configuration selects the payload. For a PascalCase name the
 * payload has Claude Code's keys. For a camelCase name it has other keys, and no event name.
 * @module
 */
import {
  CAMEL_CASE_NAMES,
  makeAgent,
  makeHooks,
  pascalName,
} from "./agent_record.ts";
import { ownTime } from "./own_time.ts";

/** The facts that a hook needs of Copilot. */
export const copilotHooks = /* @__PURE__ */ makeHooks({
  source: "copilot",
  wire: "claude",
  marks: (fields) =>
    ownTime(fields) !== null &&
    (fields.has("sessionId") ||
      pascalName(fields) !== "" && !fields.has("permission_mode")),
  wireNames: {
    ...CAMEL_CASE_NAMES,
    userPromptSubmitted: "UserPromptSubmit",
    permissionRequest: "PermissionRequest",
    notification: "Notification",
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
  events: { errorOccurred: "turn_failed" },
  // The two payloads name the same tools differently.
  subagentTools: ["task", "Agent", "Task"],
  questionTools: ["ask_user", "AskUserQuestion"],
  runsHooksOf: ["claude"],
});

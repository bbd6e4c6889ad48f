// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Cursor. It also loads hooks from Claude Code's settings.
 * @module
 */
import { CAMEL_CASE_NAMES, makeAgent, makeHooks } from "./agent_record.ts";

/** The facts that a hook needs of Cursor. */
export const cursorHooks = /* @__PURE__ */ makeHooks({
  source: "cursor",
  wire: "cursor",
  marks: (fields) =>
    fields.has("conversation_id") || fields.has("cursor_version"),
  wireNames: {
    ...CAMEL_CASE_NAMES,
    beforeSubmitPrompt: "UserPromptSubmit",
    stop: "Stop",
  },
  sessionKeys: ["session_id", "conversation_id"],
  directoryVariable: "CURSOR_PROJECT_DIR",
});

/** Cursor. */
export const cursor = /* @__PURE__ */ makeAgent(cursorHooks, {
  events: {
    beforeShellExecution: { meaning: "call_start", tool: "Shell" },
    afterShellExecution: { meaning: "call_end", tool: "Shell" },
    beforeMCPExecution: "call_start",
    afterMCPExecution: "call_end",
    // These two have no counterpart: one event is the whole call.
    beforeReadFile: { meaning: "call_end", tool: "Read" },
    afterFileEdit: { meaning: "call_end", tool: "Edit" },
  },
  subagentTools: ["Task"],
  questionTools: ["AskQuestion"],
  runsHooksOf: ["claude"],
});

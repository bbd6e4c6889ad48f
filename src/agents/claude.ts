// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Claude Code. The wire uses its event names.
 * @module
 */
import {
  hasTranscriptIn,
  makeAgent,
  makeHooks,
  pascalName,
} from "./agent_record.ts";

/** The facts that a hook needs of Claude Code. */
export const claudeHooks = /* @__PURE__ */ makeHooks({
  source: "claude",
  wire: "claude",
  marks(fields) {
    const event = pascalName(fields);
    // Codex sends the same keys and a `turn_id`. MessageDisplay of Claude Code also has one.
    return event !== "" &&
      (fields.has("prompt_id") || fields.has("effort") ||
        event === "MessageDisplay" ||
        !fields.has("turn_id") &&
          (fields.has("tool_name") && fields.has("permission_mode") ||
            hasTranscriptIn(fields, "/.claude/projects/")));
  },
  directoryVariable: "CLAUDE_PROJECT_DIR",
});

/** Claude Code. */
export const claude = /* @__PURE__ */ makeAgent(claudeHooks, {
  subagentTools: ["Agent", "Task"],
  questionTools: ["AskUserQuestion", "ExitPlanMode"],
});

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Gemini CLI, which has Claude Code's form of payload, names of its own for most events, and a time in each of them.
 * @module
 */
import { hasTranscriptIn, makeAgent, makeHooks } from "./agent_record.ts";
import { ownTime } from "./own_time.ts";

/** What a hook needs to know of Gemini CLI. */
export const geminiHooks = /* @__PURE__ */ makeHooks({
  source: "gemini",
  wire: "claude",
  marks(fields) {
    const event = fields.text("hook_event_name") ?? "";
    if (/^(?:Before|After)(?:Agent|Model|Tool)|^PreCompress$/.test(event)) {
      return true;
    }
    // Copilot has these names and a time, too, but no transcript with them.
    return /^(?:SessionStart|SessionEnd|Notification)$/.test(event) &&
        fields.has("transcript_path") && ownTime(fields) !== null ||
      hasTranscriptIn(fields, "/.gemini/");
  },
  wireNames: {
    BeforeAgent: "UserPromptSubmit",
    AfterAgent: "Stop",
    BeforeTool: "PreToolUse",
    AfterTool: "PostToolUse",
  },
  directoryVariable: "GEMINI_PROJECT_DIR",
});

/** Gemini CLI. */
export const gemini = /* @__PURE__ */ makeAgent(geminiHooks, {
  events: { PreCompress: "compaction" },
  questionTools: ["ask_user"],
  // `AfterTool` stands for both.
  tellsFailure: false,
});

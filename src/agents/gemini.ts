// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Gemini CLI. Its payloads have the keys of Claude Code and a timestamp; its event names differ.
 * @module
 */
import { hasTranscriptIn, makeAgent, makeHooks } from "./agent_record.ts";
import { ownTime } from "./own_time.ts";

/** The facts that a hook needs of Gemini CLI. */
export const geminiHooks = /* @__PURE__ */ makeHooks({
  source: "gemini",
  wire: "claude",
  marks(fields) {
    const event = fields.text("hook_event_name") ?? "";
    return /^(?:Before|After)(?:Agent|Model|Tool)|^PreCompress$/.test(event) ||
      // Copilot also sends these names with a timestamp, but without a transcript.
      /^(?:SessionStart|SessionEnd|Notification)$/.test(event) &&
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
  // It sends `AfterTool` for both.
  tellsFailure: false,
  failureMember: "error",
});

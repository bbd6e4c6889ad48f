// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Codex. It has the same event names as Claude Code.
 * @module
 */
import {
  hasTranscriptIn,
  makeAgent,
  makeHooks,
  pascalName,
} from "./agent_record.ts";

/** The facts that a hook needs of Codex. */
export const codexHooks = /* @__PURE__ */ makeHooks({
  source: "codex",
  wire: "claude",
  marks: (fields) =>
    pascalName(fields) !== "" &&
    (fields.has("turn_id") || hasTranscriptIn(fields, "/.codex/")),
});

/** Codex. */
export const codex = /* @__PURE__ */ makeAgent(codexHooks, {
  questionTools: ["request_user_input"],
  // It sends `PostToolUse` for both.
  tellsFailure: false,
});

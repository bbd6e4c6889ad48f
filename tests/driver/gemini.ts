// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Gemini CLI's hooks: calls have no ids.
 * @module
 */
import type { Act, Actor, Dialect, Spoken } from "./actor.ts";
import type { Fields, PlayedCall } from "./played.ts";

const SHELL = "run_shell_command";

/** Gemini CLI. */
export const GEMINI: Dialect = {
  source: "gemini",
  agent: "gemini",
  tellsCaller: false,
  hasIds: false,
  tellsLatency: false,
  tools: {
    shell: SHELL,
    read: "read_file",
    edit: "replace",
    search: "search_file_content",
    ask: "ask_user",
    agent: "codebase_investigator",
  },
  tellsSuccess: ({ tool }) => tool === SHELL,
  interruptedLine: null,
  errorLine: (code, output, { tool }) =>
    tool === SHELL ? `Exit Code: ${code}` : output,
  speak,
};

function speak(act: Act, actor: Actor): Spoken[] {
  const { played, stage } = actor;
  const say = (name: string, fields: Fields = {}): Spoken[] => [{
    fields: {
      session_id: played.id,
      transcript_path:
        `/home/dev/.gemini/tmp/x/chats/session-${played.id}.json`,
      cwd: played.folder,
      hook_event_name: name,
      timestamp: new Date(stage.nowMs).toISOString(),
      ...fields,
    },
  }];
  const result = (call: PlayedCall, fields: Fields) =>
    say("AfterTool", {
      tool_name: call.tool,
      tool_input: call.input,
      tool_response: fields,
    });
  switch (act.kind) {
    case "start":
      return say("SessionStart", { source: act.how });
    case "prompt":
      return say("BeforeAgent", { prompt: act.text });
    case "call":
      return say("BeforeTool", {
        tool_name: act.call.tool,
        tool_input: act.call.input,
      });
    case "done":
      return result(act.call, {
        llmContent: act.call.tool === SHELL
          ? `Output: ${act.output}\nProcess Group PGID: 71`
          : act.output,
        returnDisplay: act.output,
      });
    case "failed":
      if (act.call.tool === SHELL) {
        return result(act.call, {
          llmContent:
            `Output: ${act.output}\nExit Code: ${act.code}\nProcess Group PGID: 71`,
          returnDisplay: act.output,
        });
      }
      return result(act.call, {
        llmContent: act.output,
        returnDisplay: act.output,
        error: act.output,
      });
    case "permission":
      return say("Notification", {
        notification_type: "ToolPermission",
        message: `Allow ${act.call.tool}?`,
        details: {},
      });
    case "stop":
      return say("AfterAgent", {
        prompt: played.title ?? "",
        prompt_response: "Done.",
        stop_hook_active: false,
      });
    case "compact":
      return act.isAfter ? [] : say("PreCompress", { trigger: "auto" });
    case "end":
      return say("SessionEnd", { reason: "exit" });
    default:
      return [];
  }
}

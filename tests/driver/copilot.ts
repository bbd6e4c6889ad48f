// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * GitHub Copilot CLI's hooks, configured under their names in PascalCase: calls have no ids.
 * @module
 */
import type { Act, Actor, Dialect, Spoken } from "./actor.ts";
import type { Fields, PlayedCall } from "./played.ts";

const SHELL = "Bash";

/** GitHub Copilot CLI. */
export const COPILOT: Dialect = {
  source: "copilot",
  agent: "copilot",
  tellsCaller: false,
  hasIds: false,
  tellsLatency: false,
  tools: {
    shell: SHELL,
    read: "Read",
    edit: "Edit",
    search: "Grep",
    ask: "AskUser",
    agent: "Task",
  },
  tellsSuccess: () => true,
  interruptedLine: null,
  errorLine: (code, output, { tool }) =>
    tool === SHELL ? `exited with exit code ${code}` : output,
  speak,
};

function speak(act: Act, actor: Actor): Spoken[] {
  const { played, stage } = actor;
  const say = (name: string, fields: Fields = {}): Spoken[] => [{
    fields: {
      hook_event_name: name,
      session_id: played.id,
      timestamp: new Date(stage.nowMs).toISOString(),
      cwd: played.folder,
      ...fields,
    },
  }];
  const tool = (name: string, call: PlayedCall, fields: Fields = {}) =>
    say(name, { tool_name: call.tool, tool_input: call.input, ...fields });
  const result = (call: PlayedCall, output: string, code: number) =>
    tool("PostToolUse", call, {
      tool_result: {
        result_type: "success",
        text_result_for_llm: call.tool === SHELL
          ? `${output}\n<exited with exit code ${code}>`
          : output,
      },
    });
  switch (act.kind) {
    case "start":
      return say("SessionStart", { source: act.how, initial_prompt: "" });
    case "prompt":
      return say("UserPromptSubmit", { prompt: act.text });
    case "call":
      return tool("PreToolUse", act.call);
    case "done":
      return result(act.call, act.output, 0);
    case "failed":
      return act.call.tool === SHELL
        ? result(act.call, act.output, act.code)
        : tool("PostToolUseFailure", act.call, { error: act.output });
    case "stop":
      return say("Stop", { stop_reason: "end_turn", stop_hook_active: false });
    case "end":
      return say("SessionEnd", { reason: "user_exit" });
    default:
      return [];
  }
}

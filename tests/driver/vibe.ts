// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Mistral Vibe's hooks: three events, and sessions that name their parent.
 * @module
 */
import type { Act, Actor, Dialect, Spoken } from "./actor.ts";
import type { Fields, PlayedCall } from "./played.ts";

/** Mistral Vibe. */
export const VIBE: Dialect = {
  source: "vibe",
  agent: "vibe",
  tellsCaller: false,
  hasIds: true,
  tellsLatency: true,
  tools: {
    shell: "bash",
    read: "read_file",
    edit: "search_replace",
    search: "grep",
    ask: "ask_user_question",
    agent: "task",
  },
  tellsSuccess: () => true,
  interruptedLine: null,
  errorLine: (_code, output) => output,
  speak,
};

function speak(act: Act, actor: Actor): Spoken[] {
  const { played } = actor;
  const say = (name: string, fields: Fields = {}): Spoken[] => [{
    fields: {
      session_id: played.id,
      parent_session_id: played.parent,
      transcript_path:
        `/home/dev/.vibe/logs/session/${played.id}/messages.jsonl`,
      cwd: played.folder,
      hook_event_name: name,
      ...fields,
    },
  }];
  const result = (call: PlayedCall, fields: Fields) =>
    say("post_tool", {
      tool_name: call.tool,
      tool_call_id: call.id,
      tool_input: call.input,
      ...fields,
      duration_ms: (call.latencyMs ?? 0) + 0.25,
    });
  switch (act.kind) {
    case "call":
      return say("pre_tool", {
        tool_name: act.call.tool,
        tool_call_id: act.call.id,
        tool_input: act.call.input,
      });
    case "done":
      return result(act.call, {
        tool_status: "success",
        tool_output: { stdout: act.output, stderr: "", returncode: 0 },
        tool_output_text: act.output,
        tool_error: null,
      });
    case "failed":
      return result(act.call, {
        tool_status: "failure",
        tool_output: null,
        tool_output_text: null,
        tool_error: act.output,
      });
    case "interrupted":
      return result(act.call, {
        tool_status: "cancelled",
        tool_output: null,
        tool_output_text: null,
        tool_error: null,
      });
    case "stop":
      return say("post_agent");
    default:
      return [];
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Codex' hooks: one event for good results and bad ones, no durations, patches instead of files.
 * @module
 */
import type { Act, Actor, Dialect, Spoken } from "./actor.ts";
import type { Fields, PlayedAgent, PlayedCall } from "./played.ts";

/** Codex. */
export const CODEX: Dialect = {
  source: "codex",
  agent: "codex",
  tellsCaller: true,
  hasIds: true,
  tellsLatency: false,
  tools: {
    shell: "Bash",
    read: "Bash",
    edit: "apply_patch",
    search: "Bash",
    ask: "request_user_input",
    agent: "spawn_agent",
  },
  tellsSuccess: ({ tool }) => tool === "Bash",
  interruptedLine: null,
  errorLine: (code) => `Process exited with code ${code}`,
  speak,
};

function speak(act: Act, actor: Actor): Spoken[] {
  const { played, promptNumber } = actor;
  const transcript =
    `/home/dev/.codex/sessions/2026/11/28/rollout-${played.id}.jsonl`;
  const say = (name: string, fields: Fields = {}): Spoken[] => [{
    fields: {
      session_id: played.id,
      transcript_path: transcript,
      cwd: played.folder,
      hook_event_name: name,
      ...fields,
    },
  }];
  const turn = (name: string, fields: Fields = {}) =>
    say(name, {
      turn_id: `${promptNumber}`,
      model: played.model,
      permission_mode: "default",
      ...fields,
    });
  const by = (agent: PlayedAgent | null) =>
    agent === null ? {} : { agent_id: agent.id, agent_type: agent.type };
  const tool = (name: string, call: PlayedCall, fields: Fields = {}) =>
    turn(name, {
      ...by(call.by),
      tool_name: call.tool,
      tool_input: toolInput(call),
      tool_use_id: call.id,
      ...fields,
    });
  switch (act.kind) {
    case "start":
      return say("SessionStart", {
        model: played.model,
        permission_mode: "default",
        source: act.how,
      });
    case "prompt":
      return turn("UserPromptSubmit", { prompt: act.text });
    case "call":
      return tool("PreToolUse", act.call);
    case "done":
      return tool("PostToolUse", act.call, {
        tool_response: act.call.tool === "Bash"
          ? result(0, act.output)
          : `Success. Updated the following files:\nM ${act.call.summary}\n`,
      });
    case "failed":
      return tool("PostToolUse", act.call, {
        tool_response: result(act.code, act.output),
      });
    case "permission":
      return turn("PermissionRequest", {
        ...by(act.call.by),
        tool_name: act.call.tool,
        tool_input: { ...toolInput(act.call), description: "needs network" },
      });
    case "agent":
      return turn("SubagentStart", by(act.agent));
    case "agentStop":
      return turn("SubagentStop", {
        ...by(act.agent),
        agent_transcript_path: null,
        stop_hook_active: false,
        last_assistant_message: "Found it.",
      });
    case "stop":
      return turn("Stop", {
        stop_hook_active: false,
        last_assistant_message: "Done.",
      });
    case "interrupt":
      return turn("Interrupt");
    case "compact":
      return say(act.isAfter ? "PostCompact" : "PreCompact", {
        turn_id: `${promptNumber}`,
        model: played.model,
        trigger: "auto",
      });
    case "end":
      return say("SessionEnd", { reason: "other" });
    default:
      return [];
  }
}

/** Everything but a patch is a command. */
function toolInput({ tool, input, summary }: PlayedCall): Fields {
  return tool === "apply_patch" ? input : { command: summary };
}

function result(code: number, output: string): string {
  return `Chunk ID: 8f02\nWall time: 1.2 seconds\nProcess exited with code ${code}\nOutput:\n${output}\nnot the head: Process exited with code 9\n`;
}

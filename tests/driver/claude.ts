// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Claude Code's hooks.
 * @module
 */
import type { Act, Actor, Dialect, Spoken } from "./actor.ts";
import type { Fields, PlayedAgent, PlayedCall } from "./played.ts";

/** Claude Code. */
export const CLAUDE: Dialect = {
  source: "claude",
  agent: "claude",
  tellsCaller: true,
  hasIds: true,
  tellsLatency: true,
  tools: {
    shell: "Bash",
    read: "Read",
    edit: "Edit",
    search: "Grep",
    ask: "AskUserQuestion",
    agent: "Agent",
  },
  tellsSuccess: () => true,
  interruptedLine: "The user interrupted the call",
  errorLine: (code) => `Exit code ${code}`,
  speak,
};

function speak(act: Act, actor: Actor): Spoken[] {
  const { played, promptNumber } = actor;
  const transcript = `/home/dev/.claude/projects/-${
    played.folder.split("/").at(-1)
  }/${played.id}.jsonl`;
  const say = (name: string, fields: Fields = {}): Spoken[] => [{
    fields: {
      session_id: played.id,
      transcript_path: transcript,
      cwd: played.folder,
      ...promptNumber > 0 ? { prompt_id: `${played.id}-p${promptNumber}` } : {},
      hook_event_name: name,
      ...fields,
    },
  }];
  const mode = { permission_mode: "default" };
  const by = (agent: PlayedAgent | null) =>
    agent === null ? {} : { agent_id: agent.id, agent_type: agent.type };
  const tool = (name: string, call: PlayedCall, fields: Fields = {}) =>
    say(name, {
      ...mode,
      effort: { level: "high" },
      ...by(call.by),
      tool_name: call.tool,
      tool_input: call.input,
      tool_use_id: call.id,
      ...fields,
    });
  switch (act.kind) {
    case "start":
      return say("SessionStart", { source: act.how, model: played.model });
    case "prompt":
      return say("UserPromptSubmit", { ...mode, prompt: act.text });
    case "call":
      return tool("PreToolUse", act.call);
    case "done":
      return tool("PostToolUse", act.call, {
        tool_response: response(act.call, act.output, act.agent),
        duration_ms: act.call.latencyMs,
      });
    case "failed":
      return tool("PostToolUseFailure", act.call, {
        error: `Exit code ${act.code}\n${act.output}`,
        is_interrupt: false,
        duration_ms: act.call.latencyMs,
      });
    case "interrupted":
      return tool("PostToolUseFailure", act.call, {
        error: "The user interrupted the call",
        is_interrupt: true,
        duration_ms: act.call.latencyMs,
      });
    case "denied":
      return tool("PermissionDenied", act.call, {
        permission_mode: "auto",
        reason: act.reason,
      });
    case "permission": {
      const { call } = act;
      return say("PermissionRequest", {
        ...mode,
        ...by(call.by),
        tool_name: call.tool,
        tool_input: call.input,
        permission_suggestions: [],
      });
    }
    case "notice":
      return say("Notification", {
        message: act.message,
        title: "Claude Code",
        notification_type: act.type,
      });
    case "elicitation":
      return say("Elicitation", {
        mcp_server_name: "linear",
        message: "Which team?",
      });
    case "elicited":
      return say("ElicitationResult", {
        mcp_server_name: "linear",
        action: "accept",
      });
    case "agent":
      return say("SubagentStart", by(act.agent));
    case "agentStop":
      return say("SubagentStop", {
        stop_hook_active: false,
        ...by(act.agent),
        agent_transcript_path: transcript.replace(
          /\.jsonl$/,
          `/subagents/agent-${act.agent.id}.jsonl`,
        ),
        last_assistant_message: "Found it.",
        background_tasks: [],
        session_crons: [],
      });
    case "stop":
      return say("Stop", {
        ...mode,
        stop_hook_active: false,
        last_assistant_message: "Done.",
        background_tasks: act.background.map(({ id, type }) => ({
          id,
          type: "subagent",
          status: "running",
          description: "research",
          agent_type: type,
        })),
        session_crons: [],
      });
    case "stopFailure":
      return say("StopFailure", {
        error: act.reason,
        error_details: "429",
        last_assistant_message: "API Error: 429",
      });
    case "compact":
      return act.isAfter
        ? say("PostCompact", { trigger: "auto", compact_summary: "So far." })
        : say("PreCompact", { trigger: "auto", custom_instructions: "" });
    case "end":
      return say("SessionEnd", { reason: act.reason });
    case "interrupt":
      return []; // no hook is run when the user presses Escape
  }
}

function response(
  { tool, input }: PlayedCall,
  output: string,
  agent: PlayedAgent | null,
): Fields {
  if (agent?.isBackground) {
    return {
      isAsync: true,
      status: "async_launched",
      agentId: agent.id,
      description: input.description,
    };
  }
  if (agent !== null) {
    return {
      status: "completed",
      agentId: agent.id,
      content: [{ type: "text", text: output }],
    };
  }
  if (tool === "Bash") {
    return { stdout: output, stderr: "", interrupted: false };
  }
  if (tool === "Read") {
    return {
      type: "text",
      file: { filePath: input.file_path, content: output },
    };
  }
  return tool === "Edit" ? { filePath: input.file_path } : { content: output };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Cursor's hooks: tool events and the shell and file events beside them, and Claude Code's hooks,
 * which it runs as well.
 * @module
 */
import type { Act, Actor, Dialect, Spoken } from "./actor.ts";
import type { Fields, PlayedCall } from "./played.ts";

/** Which of Cursor's hooks are wired. */
export interface CursorHooks {
  tools: boolean;
  families: boolean;
  /** Whether Claude Code's configuration has a hook, too. */
  claudes: boolean;
}

/** Cursor, as its user has set it up. */
export function cursorDialect(hooks: CursorHooks): Dialect {
  return {
    source: "cursor",
    agent: "cursor",
    tellsCaller: false,
    hasIds: hooks.tools,
    tellsLatency: true,
    tools: {
      shell: "Shell",
      read: "Read",
      edit: "Edit",
      search: "Grep",
      ask: "AskQuestion",
      agent: "Task",
    },
    tellsSuccess: () => hooks.tools,
    interruptedLine: null,
    errorLine: (code) => `Command failed with exit code ${code}`,
    speak: (act, actor) => {
      const spoken = speak(act, actor, hooks);
      if (!hooks.claudes) return spoken;
      return spoken.flatMap((one) =>
        CLAUDES.has(String(one.fields.hook_event_name))
          ? [one, { ...one, afterMs: 0, copyFor: "claude" }]
          : [one]
      );
    },
  };
}

/** Events for which Cursor also runs what Claude Code's configuration has. */
const CLAUDES = new Set([
  "sessionStart",
  "sessionEnd",
  "beforeSubmitPrompt",
  "preToolUse",
  "postToolUse",
  "postToolUseFailure",
  "stop",
]);

function speak(act: Act, actor: Actor, hooks: CursorHooks): Spoken[] {
  const { played, promptNumber } = actor;
  const say = (name: string, fields: Fields = {}, afterMs = 0): Spoken[] => [{
    afterMs,
    fields: {
      conversation_id: played.id,
      generation_id: `${played.id}-g${promptNumber}`,
      model: played.model,
      session_id: played.id,
      hook_event_name: name,
      cursor_version: "3.9.1",
      workspace_roots: [played.folder],
      user_email: null,
      transcript_path: null,
      ...fields,
    },
  }];
  const tool = (
    name: string,
    call: PlayedCall,
    fields: Fields = {},
  ): Spoken[] =>
    hooks.tools
      ? say(name, {
        tool_name: call.tool,
        tool_input: call.input,
        tool_use_id: call.id,
        cwd: played.folder,
        ...fields,
      })
      : [];
  const family = (
    call: PlayedCall,
    isAfter: boolean,
    afterMs: number,
  ): Spoken[] => {
    if (!hooks.families) return [];
    const { command, file_path } = call.input;
    if (call.tool === "Shell") {
      return isAfter
        ? say("afterShellExecution", {
          command,
          output: "ok",
          duration: call.latencyMs,
          sandbox: false,
        }, afterMs)
        : say("beforeShellExecution", {
          command,
          cwd: played.folder,
          sandbox: false,
        }, afterMs);
    }
    if (call.tool === "Edit" && isAfter) {
      return say("afterFileEdit", {
        file_path,
        edits: [{ old_string: "a", new_string: "b" }],
      }, afterMs);
    }
    return [];
  };
  switch (act.kind) {
    case "start":
      return say("sessionStart", {
        is_background_agent: false,
        composer_mode: "agent",
      });
    case "prompt":
      return say("beforeSubmitPrompt", { prompt: act.text, attachments: [] });
    case "call":
      return [
        ...tool("preToolUse", act.call, { agent_message: "Next" }),
        ...family(act.call, false, hooks.tools ? 1 : 0),
      ];
    case "done":
      return [
        ...family(act.call, true, 0),
        ...tool("postToolUse", act.call, {
          tool_output: JSON.stringify({ exitCode: 0, stdout: act.output }),
          duration: act.call.latencyMs,
        }),
      ];
    case "failed":
      return tool("postToolUseFailure", act.call, {
        error_message: `Command failed with exit code ${act.code}`,
        failure_type: "error",
        duration: act.call.latencyMs,
        is_interrupt: false,
      });
    case "denied":
      return tool("postToolUseFailure", act.call, {
        error_message: act.reason,
        failure_type: "permission_denied",
        is_interrupt: false,
      });
    case "agent":
      return say("subagentStart", {
        subagent_id: act.agent.id,
        subagent_type: act.agent.type,
        task: act.agent.call?.summary ?? "",
        parent_conversation_id: played.id,
        tool_call_id: act.agent.call?.id ?? null,
        subagent_model: played.model,
        is_parallel_worker: false,
        git_branch: "main",
      });
    case "agentStop":
      return say("subagentStop", {
        subagent_type: act.agent.type,
        status: "completed",
        task: act.agent.call?.summary ?? "",
        summary: "Found it.",
        duration_ms: actor.stage.nowMs - act.agent.startedMs,
        message_count: 12,
        tool_call_count: 0,
        loop_count: 0,
        modified_files: [],
        agent_transcript_path: null,
      });
    case "stop":
      return say("stop", { status: "completed", loop_count: 0 });
    case "stopFailure":
      return say("stop", {
        status: "error",
        loop_count: 0,
        error_message: act.reason,
      });
    case "interrupt":
      return say("stop", { status: "aborted", loop_count: 0 });
    case "compact":
      return act.isAfter ? [] : say("preCompact", {
        trigger: "auto",
        context_usage_percent: 85,
        context_tokens: 120000,
        context_window_size: 128000,
        message_count: 45,
        messages_to_compact: 30,
        is_first_compaction: true,
      });
    case "end":
      return say("sessionEnd", {
        reason: "user_close",
        duration_ms: 45000,
        is_background_agent: false,
        final_status: "completed",
      });
    default:
      return [];
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  type AgentName,
  listAgents,
  type Meaning,
  meaningOf,
  wireName,
} from "../../../src/agents/mod.ts";

const meanings: [
  agent: AgentName,
  event: string,
  meaning: Meaning,
  tool?: string,
][] = [
  ["claude", "SessionStart", "session_start"],
  ["claude", "session_start", "session_start"],
  ["claude", "UserPromptSubmit", "prompt"],
  ["claude", "PreToolUse", "call_start"],
  ["claude", "PostToolUse", "call_end"],
  ["claude", "PostToolUseFailure", "call_failed"],
  ["claude", "PermissionDenied", "call_denied"],
  ["claude", "PermissionRequest", "permission"],
  ["claude", "Elicitation", "question"],
  ["claude", "ElicitationResult", "answer"],
  ["claude", "Notification", "notification"],
  ["claude", "SubagentStart", "subagent_start"],
  ["claude", "SubagentStop", "subagent_stop"],
  ["claude", "Stop", "turn_end"],
  ["claude", "StopFailure", "turn_failed"],
  ["claude", "PreCompact", "compaction"],
  ["claude", "PostCompact", "compaction"],
  ["claude", "SessionEnd", "session_end"],
  ["claude", "CwdChanged", "other"],
  ["claude", "preToolUse", "other"],
  ["claude", "constructor", "other"],
  ["codex", "Interrupt", "interrupt"],
  ["copilot", "sessionStart", "session_start"],
  ["copilot", "userPromptSubmitted", "prompt"],
  ["copilot", "preToolUse", "call_start"],
  ["copilot", "postToolUse", "call_end"],
  ["copilot", "postToolUseFailure", "call_failed"],
  ["copilot", "PostToolUseFailure", "call_failed"],
  ["copilot", "permissionRequest", "permission"],
  ["copilot", "notification", "notification"],
  ["copilot", "subagentStart", "subagent_start"],
  ["copilot", "agentStop", "turn_end"],
  ["copilot", "errorOccurred", "turn_failed"],
  ["copilot", "preCompact", "compaction"],
  ["copilot", "sessionEnd", "session_end"],
  ["gemini", "SessionStart", "session_start"],
  ["gemini", "BeforeAgent", "prompt"],
  ["gemini", "BeforeTool", "call_start"],
  ["gemini", "AfterTool", "call_end"],
  ["gemini", "AfterModel", "other"],
  ["gemini", "Notification", "notification"],
  ["gemini", "AfterAgent", "turn_end"],
  ["gemini", "PreCompress", "compaction"],
  ["gemini", "SessionEnd", "session_end"],
  ["cursor", "sessionStart", "session_start"],
  ["cursor", "beforeSubmitPrompt", "prompt"],
  ["cursor", "preToolUse", "call_start"],
  ["cursor", "postToolUseFailure", "call_failed"],
  ["cursor", "beforeShellExecution", "call_start", "Shell"],
  ["cursor", "afterShellExecution", "call_end", "Shell"],
  ["cursor", "beforeMCPExecution", "call_start"],
  ["cursor", "afterMCPExecution", "call_end"],
  ["cursor", "beforeReadFile", "call_end", "Read"],
  ["cursor", "afterFileEdit", "call_end", "Edit"],
  ["cursor", "preCompact", "compaction"],
  ["cursor", "stop", "turn_end"],
  ["cursor", "sessionEnd", "session_end"],
  ["cursor", "workspaceOpen", "other"],
  ["openclaw", "command:new", "session_start"],
  ["openclaw", "message:received", "prompt"],
  ["openclaw", "message:sent", "turn_end"],
  ["openclaw", "command:reset", "session_start"],
  ["vibe", "before_tool", "call_start"],
  ["vibe", "post_tool", "call_end"],
  ["vibe", "function_call_end", "call_end"],
  ["vibe", "post_agent", "turn_end"],
  ["vibe", "session_end", "session_end"],
];

for (const [agent, event, meaning, tool = null] of meanings) {
  Deno.test(`meaningOf() returns ${meaning} for ${event} of ${agent}`, () => {
    assertEquals(meaningOf(agent, event), { meaning, tool });
  });
}

Deno.test("wireName() keeps names of the wire and unknown names", () => {
  const names = ["PreToolUse", "pre_tool_use", "command:new", "CwdChanged"];
  for (const agent of listAgents()) {
    for (const name of names) {
      assertEquals(wireName(agent, name), name);
    }
  }
});

const renamed: [agent: AgentName, event: string, name: string][] = [
  ["claude", "PostToolUseFailure", "PostToolUse"],
  ["cursor", "sessionEnd", "Stop"],
  ["cursor", "stop", "Stop"],
  ["cursor", "afterFileEdit", "afterFileEdit"],
  ["copilot", "subagentStop", "SubagentStop"],
  ["gemini", "AfterTool", "PostToolUse"],
  ["vibe", "post_agent", "Stop"],
];

for (const [agent, event, name] of renamed) {
  Deno.test(`wireName() returns ${name} for ${event} of ${agent}`, () => {
    assertEquals(wireName(agent, event), name);
  });
}

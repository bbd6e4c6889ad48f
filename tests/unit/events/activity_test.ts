// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { quietAt } from "../../../src/events/mod.ts";
import { type Members, MemorySession } from "./_session.ts";

const bash = (id: string, command = "make"): Members => ({
  tool_name: "Bash",
  tool_input: { command },
  tool_use_id: id,
});
const request = (command: string): Members => ({
  tool_name: "Bash",
  tool_input: { command },
});
const EXPLORE = { agent_id: "a1", agent_type: "Explore" };

/** Events of Claude Code at 1, 2, 3 … and what the session is doing after the last of them. */
const table: [
  title: string,
  events: [name: string, members?: Members][],
  activity: string,
][] = [
  ["a start", [["SessionStart"]], "Idle idle 1"],
  ["a start after a compaction", [
    ["SessionStart", { source: "compact" }],
  ], "Running working 1"],
  ["a prompt", [["SessionStart"], ["UserPromptSubmit"]], "Running working 2"],
  ["nothing that says anything", [["Setup"]], "Running working 1"],
  ["an open call", [
    ["UserPromptSubmit"],
    ["PreToolUse", bash("t1")],
  ], "Running tool 2 Bash make"],
  ["the oldest of two open calls", [
    ["PreToolUse", bash("t1", "a")],
    ["PreToolUse", bash("t2", "b")],
  ], "Running tool 1 Bash a"],
  ["a call that ended", [
    ["PreToolUse", bash("t1")],
    ["PostToolUse", bash("t1")],
  ], "Running working 2"],
  ["a turn that ended", [["UserPromptSubmit"], ["Stop"]], "Idle idle 2"],
  ["a turn that ended with a call open", [
    ["PreToolUse", bash("t1")],
    ["Stop"],
  ], "Idle idle 2"],
  ["a turn that failed", [
    ["UserPromptSubmit"],
    ["Stop", { agent_event: "StopFailure", error: "rate_limit\nmore" }],
  ], "Idle failed 2 rate_limit"],
  ["an interrupt", [
    ["PreToolUse", bash("t1")],
    ["Interrupt"],
  ], "Idle idle 2"],
  ["the user's interrupt of a call", [
    ["PreToolUse", bash("t1")],
    ["PostToolUse", {
      ...bash("t1"),
      agent_event: "PostToolUseFailure",
      is_interrupt: true,
    }],
  ], "Idle idle 2"],
  ["a prompt that is waited for", [
    ["UserPromptSubmit"],
    ["Notification", { notification_type: "idle_prompt" }],
  ], "Idle idle 2"],
  ["another notification", [
    ["UserPromptSubmit"],
    ["Notification", { notification_type: "auth_success" }],
  ], "Running working 1"],
  ["a compaction", [["Stop"], ["PreCompact"]], "Running working 2"],
  ["an end", [["UserPromptSubmit"], ["SessionEnd"]], "Done ended 2"],
  ["an end that the wire covers", [
    ["Stop", { agent_event: "SessionEnd" }],
  ], "Done ended 1"],
  ["events after an end", [
    ["SessionEnd"],
    ["SessionStart", { source: "resume" }],
  ], "Idle idle 2"],
  ["a request to allow a call", [
    ["PreToolUse", bash("t1", "rm x")],
    ["PermissionRequest", request("rm x")],
  ], "Waiting needs_permission 2 Bash rm x"],
  ["a request that no call is open for", [
    ["UserPromptSubmit"],
    ["PermissionRequest", request("rm x")],
  ], "Waiting needs_permission 2 Bash rm x"],
  ["a request whose call ended", [
    ["PreToolUse", bash("t1", "rm x")],
    ["PermissionRequest", request("rm x")],
    ["PostToolUse", bash("t1", "rm x")],
  ], "Running working 3"],
  ["a request while another call ends", [
    ["PreToolUse", bash("t1", "ls")],
    ["PreToolUse", bash("t2", "rm x")],
    ["PermissionRequest", request("rm x")],
    ["PostToolUse", bash("t1", "ls")],
  ], "Waiting needs_permission 3 Bash rm x"],
  ["a request for the one of two calls of a tool", [
    ["PreToolUse", bash("t1", "rm x")],
    ["PreToolUse", bash("t2", "ls")],
    ["PermissionRequest", request("rm x")],
    ["PostToolUse", bash("t2", "ls")],
  ], "Waiting needs_permission 3 Bash rm x"],
  ["a request that was denied", [
    ["PreToolUse", bash("t1", "rm x")],
    ["PermissionRequest", request("rm x")],
    ["PermissionDenied", bash("t1", "rm x")],
  ], "Running working 3"],
  ["a request before a new prompt", [
    ["PreToolUse", bash("t1", "rm x")],
    ["PermissionRequest", request("rm x")],
    ["UserPromptSubmit"],
  ], "Running working 3"],
  ["a notice of a permission", [
    ["PreToolUse", bash("t1", "rm x")],
    ["Notification", {
      notification_type: "permission_prompt",
      message: "Claude needs your permission",
    }],
  ], "Waiting needs_permission 2 Bash rm x"],
  ["a notice of a request that is there", [
    ["PreToolUse", bash("t1", "rm x")],
    ["PermissionRequest", request("rm x")],
    ["PreToolUse", bash("t2", "ls")],
    ["Notification", { notification_type: "permission_prompt" }],
    ["PostToolUse", bash("t1", "rm x")],
  ], "Running tool 3 Bash ls"],
  ["a notice of a subagent's call", [
    ["PreToolUse", { tool_name: "Agent", tool_use_id: "t1" }],
    ["PreToolUse", { ...bash("t2", "rm x"), ...EXPLORE }],
    ["Notification", { notification_type: "permission_prompt" }],
    ["PostToolUse", { ...bash("t2", "rm x"), ...EXPLORE }],
  ], "Running tool 1 Agent"],
  ["a question tool", [
    ["PreToolUse", {
      tool_name: "AskUserQuestion",
      tool_input: { question: "Which?" },
      tool_use_id: "t1",
    }],
  ], "Waiting needs_answer 1 AskUserQuestion Which?"],
  ["a question tool that only a request for permission tells", [
    ["PermissionRequest", {
      tool_name: "AskUserQuestion",
      tool_input: { question: "Which?" },
    }],
  ], "Waiting needs_answer 1 AskUserQuestion Which?"],
  ["an elicitation", [
    ["Elicitation", { message: "Your name?" }],
  ], "Waiting needs_answer 1 Your name?"],
  ["an elicitation that was answered", [
    ["Elicitation", { message: "Your name?" }],
    ["ElicitationResult"],
  ], "Running working 2"],
  ["a dialog", [
    ["Notification", {
      notification_type: "elicitation_dialog",
      message: "Look here",
    }],
  ], "Waiting needs_answer 1 Look here"],
  ["a dialog that was answered", [
    ["Notification", { notification_type: "elicitation_dialog" }],
    ["Notification", { notification_type: "elicitation_complete" }],
  ], "Running working 2"],
  ["an agent that needs input", [
    ["Notification", {
      notification_type: "agent_needs_input",
      message: "Which one?",
    }],
  ], "Waiting needs_answer 1 Which one?"],
  ["a permission that an old version asks for in words", [
    ["UserPromptSubmit"],
    ["Notification", { message: "Claude needs your permission to use Bash" }],
  ], "Waiting needs_permission 2 Claude needs your permission to use Bash"],
  ["a prompt that an old version waits for in words", [
    ["UserPromptSubmit"],
    ["Notification", { message: "Claude is waiting for your input" }],
  ], "Idle idle 2"],
  ["background work beside a prompt that is waited for", [
    ["UserPromptSubmit"],
    ["Stop", { background_tasks: [{ id: "shell_1", status: "running" }] }],
    ["Notification", { notification_type: "idle_prompt" }],
  ], "Running working 2"],
  ["a subagent that needs a permission, before all else", [
    ["PreToolUse", { tool_name: "Agent", tool_use_id: "t1" }],
    ["SubagentStart", EXPLORE],
    ["PreToolUse", { ...bash("t2", "rm x"), ...EXPLORE }],
    ["PermissionRequest", { ...request("rm x"), ...EXPLORE }],
  ], "Waiting needs_permission 4 Bash rm x"],
  ["a subagent that goes on after the turn", [
    ["SubagentStart", EXPLORE],
    ["Stop"],
  ], "Running working 1"],
  ["a subagent that the turn's end does not name", [
    ["SubagentStart", EXPLORE],
    ["Stop", { background_tasks: [] }],
  ], "Idle idle 2"],
  ["a subagent that stopped after the turn", [
    ["SubagentStart", EXPLORE],
    ["Stop", { background_tasks: [{ id: "a1" }] }],
    ["SubagentStop", EXPLORE],
  ], "Idle idle 2"],
  ["a subagent whose call ended", [
    ["PreToolUse", { tool_name: "Agent", tool_use_id: "t1" }],
    ["SubagentStart", EXPLORE],
    ["PostToolUse", {
      tool_name: "Agent",
      tool_use_id: "t1",
      tool_response: { agentId: "a1", status: "completed" },
    }],
    ["Stop"],
  ], "Idle idle 4"],
  ["a subagent whose call ended at once", [
    ["PreToolUse", { tool_name: "Agent", tool_use_id: "t1" }],
    ["SubagentStart", EXPLORE],
    ["PostToolUse", {
      tool_name: "Agent",
      tool_use_id: "t1",
      tool_response: { agentId: "a1", status: "async_launched" },
    }],
    ["Stop"],
  ], "Running working 2"],
  ["a command that goes on in the background", [
    ["Stop", { background_tasks: [{ id: "bash_1", type: "shell" }] }],
  ], "Running working 1"],
  ["a subagent of which only calls tell", [
    ["Stop"],
    ["PreToolUse", { ...bash("t2"), ...EXPLORE }],
  ], "Running tool 2 Bash make"],
];

for (const [title, events, expected] of table) {
  Deno.test(`activityOf() after ${title}: ${expected}`, () => {
    const session = new MemorySession();
    for (const [i, [name, members]] of events.entries()) {
      session.claude(i + 1, name, members);
    }
    assertEquals(session.activity(), expected);
    const reversed = new MemorySession();
    for (const [i, [name, members]] of [...events.entries()].reverse()) {
      reversed.claude(i + 1, name, members);
    }
    assertEquals(reversed.activity(), expected);
  });
}

Deno.test("activityOf() takes a session of git's hooks for ended", () => {
  const session = new MemorySession("git:/w");
  session.claude(5, "post-commit");
  assertEquals(session.activity(), "Done ended 5");
  assertEquals(session.record().agent, "git");
});

Deno.test("activityOf() takes a Cursor turn's end as its status says", () => {
  const outcomes = { completed: "Idle idle 1", aborted: "Idle idle 1" };
  const all = { ...outcomes, error: "Idle failed 1" };
  for (const [status, expected] of Object.entries(all)) {
    const session = new MemorySession();
    session.send("cursor", {
      hook_event_name: "stop",
      cursor_version: "3",
      timestamp_ms: 1,
      status,
    });
    assertEquals(session.activity(), expected);
  }
});

Deno.test("activityOf() ends the oldest Cursor subagent of a type by a stop that does not say whose it is", () => {
  const session = new MemorySession();
  const send = (ms: number, name: string, members: Members) =>
    session.send("cursor", {
      hook_event_name: name,
      cursor_version: "3",
      timestamp_ms: ms,
      ...members,
    });
  const explore = { subagent_type: "explore" };
  send(1, "subagentStart", { ...explore, subagent_id: "s1" });
  send(2, "subagentStart", { ...explore, subagent_id: "s2" });
  send(3, "stop", { status: "completed" });
  send(4, "subagentStop", explore);
  assertEquals(session.activity(), "Running working 2");
  send(5, "subagentStop", explore);
  assertEquals(session.activity(), "Idle idle 3");
});

Deno.test("quietAt() is 30 minutes after the last event, 12 hours with a call open, never for one at rest", () => {
  const session = new MemorySession();
  session.claude(1000, "SessionStart");
  assertEquals(quietAt(session.state), null);
  session.claude(2000, "UserPromptSubmit");
  assertEquals(quietAt(session.state), 2000 + 30 * 60_000);
  session.claude(3000, "PreToolUse", bash("t1"));
  assertEquals(quietAt(session.state), 3000 + 12 * 3_600_000);
  session.claude(4000, "PermissionRequest", request("make"));
  assertEquals(quietAt(session.state), 4000 + 12 * 3_600_000);
  assertEquals(session.silent(), {
    state: "silent",
    since_ms: 4000,
    tool: null,
    message: null,
  });
  session.claude(5000, "Stop");
  assertEquals(quietAt(session.state), null);
});

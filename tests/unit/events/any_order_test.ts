// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { HookSource } from "../../../src/proto/mod.ts";
import { type Members, MemorySession } from "./_session.ts";

const RUNS = 1000;

const name = fc.constantFrom(
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PreToolUse",
  "PreToolUse",
  "PostToolUse",
  "PostToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PermissionRequest",
  "PermissionDenied",
  "Notification",
  "Elicitation",
  "ElicitationResult",
  "SubagentStart",
  "SubagentStop",
  "Stop",
  "StopFailure",
  "Interrupt",
  "SessionEnd",
  "PreCompact",
);
const TOOLS = ["Bash", "Read", "Agent", "AskUserQuestion"];

/**
 * An event as Claude Code or Codex may send it, with values that are possible only in some order.
 */
const claudeEvent = fc.record({
  hook_event_name: name,
  timestamp_ms: fc.integer({ min: 1000, max: 1030 }),
  agent_id: fc.constantFrom(undefined, undefined, "a1", "a2"),
  tool_name: fc.constantFrom(...TOOLS),
  command: fc.constantFrom("ls", "make"),
  tool_use_id: fc.constantFrom("t1", "t2", "t3", "t4", "t5"),
  isNamed: fc.boolean(),
  starts: fc.constantFrom(undefined, undefined, "a1", "a2"),
  async: fc.boolean(),
  notification_type: fc.constantFrom(
    "permission_prompt",
    "idle_prompt",
    "elicitation_dialog",
    "elicitation_complete",
    "agent_needs_input",
    "auth",
  ),
  background: fc.constantFrom(undefined, [], ["a1"], ["a1", "b1"]),
  tokens: fc.constantFrom(undefined, 3, 5),
  cost: fc.constantFrom(undefined, 0.25),
  duration_ms: fc.constantFrom(undefined, 2, 4),
  source: fc.constantFrom("startup", "resume", "compact"),
});

function claudeMembers(
  event: typeof claudeEvent extends fc.Arbitrary<infer T> ? T : never,
): Members {
  const { hook_event_name } = event;
  const isCall = /Tool|Permission/.test(hook_event_name);
  const isRequest = hook_event_name === "PermissionRequest";
  const isEnd = /^Post/.test(hook_event_name);
  const isSub = /^Subagent/.test(hook_event_name);
  return {
    hook_event_name,
    timestamp_ms: event.timestamp_ms,
    agent_id: isSub ? event.agent_id ?? "a1" : event.agent_id,
    agent_type: event.agent_id === undefined && !isSub ? undefined : "Explore",
    ...(isCall
      ? {
        tool_name: event.tool_name,
        tool_input: {
          command: event.command,
          subagent_type: event.tool_name === "Agent" ? "Explore" : undefined,
        },
        tool_use_id: isRequest || !event.isNamed && isEnd
          ? undefined
          : event.tool_use_id,
        input_tokens: event.tokens,
        total_cost_usd: event.cost,
      }
      : {}),
    ...(isEnd
      ? {
        duration_ms: event.duration_ms,
        tool_response: event.starts === undefined ? "ok" : {
          agentId: event.starts,
          status: event.async ? "async_launched" : "completed",
        },
      }
      : {}),
    ...(hook_event_name === "Notification"
      ? { notification_type: event.notification_type, message: "Look" }
      : {}),
    ...(hook_event_name === "Stop" && event.background !== undefined
      ? { background_tasks: event.background.map((id) => ({ id })) }
      : {}),
    ...(hook_event_name === "SessionStart" ? { source: event.source } : {}),
    ...(hook_event_name === "UserPromptSubmit"
      ? { prompt: `do ${event.command}` }
      : {}),
  };
}

const cursorEvent = fc.record({
  hook_event_name: fc.constantFrom(
    "beforeSubmitPrompt",
    "preToolUse",
    "preToolUse",
    "postToolUse",
    "postToolUse",
    "beforeShellExecution",
    "beforeShellExecution",
    "afterShellExecution",
    "afterShellExecution",
    "afterFileEdit",
    "subagentStart",
    "subagentStop",
    "stop",
  ),
  timestamp_ms: fc.integer({ min: 1000, max: 1020 }),
  command: fc.constantFrom("ls", "make"),
  tool_use_id: fc.constantFrom("t1", "t2", "t3"),
  subagent_id: fc.constantFrom("s1", "s2", "s3"),
  type: fc.constantFrom("explore", "plan"),
});

function cursorMembers(
  event: typeof cursorEvent extends fc.Arbitrary<infer T> ? T : never,
): Members {
  const { hook_event_name, timestamp_ms, command } = event;
  const base = { hook_event_name, timestamp_ms, cursor_version: "3.1.0" };
  switch (hook_event_name) {
    case "preToolUse":
    case "postToolUse":
      return {
        ...base,
        tool_name: command === "ls" ? "Shell" : "Write",
        tool_input: command === "ls" ? { command } : { file_path: "/w/a" },
        tool_use_id: event.tool_use_id,
      };
    case "afterFileEdit":
      return { ...base, file_path: "/w/a" };
    case "beforeShellExecution":
    case "afterShellExecution":
      return { ...base, command };
    case "subagentStart":
      return {
        ...base,
        subagent_id: event.subagent_id,
        subagent_type: event.type,
      };
    case "subagentStop":
      return { ...base, subagent_type: event.type };
    default:
      return base;
  }
}

/** Sends the events in an order, and reads what they make. */
function textOf(source: HookSource, events: readonly Members[]): string {
  const session = new MemorySession();
  for (const event of events) session.send(source, event);
  return session.text();
}

function check(
  source: HookSource,
  events: readonly Members[],
  order: readonly number[],
) {
  const numbered: Members[] = events.map((event, i) => ({
    ...event,
    kaizen_id: `k${String(order[i] ?? 0).padStart(12, "0")}-${i}`,
  }));
  const sorted = numbered.toSorted((a, b) =>
    Number(a.timestamp_ms) - Number(b.timestamp_ms)
  );
  const shuffled = numbered.map((event, i) => ({ event, at: order[i] ?? 0 }))
    .toSorted((a, b) => a.at - b.at).map(({ event }) => event);
  assertEquals(textOf(source, shuffled), textOf(source, sorted));
}

const order = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });

Deno.test("applyFacts() makes the same session of Claude Code's events in any order", () => {
  fc.assert(
    fc.property(
      fc.array(claudeEvent, { maxLength: 40 }),
      order,
      (events, order) => check("claude", events.map(claudeMembers), order),
    ),
    { numRuns: RUNS },
  );
});

Deno.test("applyFacts() makes the same session of Cursor's events in any order", () => {
  fc.assert(
    fc.property(
      fc.array(cursorEvent, { maxLength: 30 }),
      order,
      (events, order) => check("cursor", events.map(cursorMembers), order),
    ),
    { numRuns: RUNS },
  );
});

Deno.test("applyFacts() ends the subagent that ran at the time of an unnamed end, also if it started again", () => {
  const start = (subagent_id: string, timestamp_ms: number): Members => ({
    hook_event_name: "subagentStart",
    timestamp_ms,
    cursor_version: "3.1.0",
    subagent_id,
    subagent_type: "explore",
  });
  const stop: Members = {
    hook_event_name: "subagentStop",
    timestamp_ms: 1001,
    cursor_version: "3.1.0",
    subagent_type: "explore",
  };
  const events = [
    start("s3", 1000),
    start("s1", 1001),
    start("s3", 1002),
    stop,
  ];
  check("cursor", events, [1, 0, 0, 0]);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import {
  type AgentName,
  isAgentName,
  listAgents,
} from "../../../src/agents/mod.ts";
import { type Completed, completeEvent } from "../../../src/complete/mod.ts";
import { RECORDED } from "./_payloads.ts";

const NOW = 1_800_000_000_000;
const ID = "0123456789abcdef";

/** The wire's name of each agent's event where it is another one. */
const renamed: Record<string, Record<string, string>> = {
  claude: {
    PostToolUseFailure: "PostToolUse",
    StopFailure: "Stop",
    SessionEnd: "Stop",
  },
  codex: { SessionEnd: "Stop" },
  cursor: {
    sessionStart: "SessionStart",
    sessionEnd: "Stop",
    beforeSubmitPrompt: "UserPromptSubmit",
    preToolUse: "PreToolUse",
    postToolUse: "PostToolUse",
    postToolUseFailure: "PostToolUse",
    subagentStart: "SubagentStart",
    subagentStop: "SubagentStop",
    stop: "Stop",
  },
  openclaw: {},
  copilot: {
    sessionStart: "SessionStart",
    userPromptSubmitted: "UserPromptSubmit",
    preToolUse: "PreToolUse",
    postToolUse: "PostToolUse",
    postToolUseFailure: "PostToolUse",
    agentStop: "Stop",
    sessionEnd: "Stop",
  },
  gemini: {
    BeforeAgent: "UserPromptSubmit",
    BeforeTool: "PreToolUse",
    AfterTool: "PostToolUse",
    AfterAgent: "Stop",
    SessionEnd: "Stop",
  },
  vibe: {
    pre_tool: "PreToolUse",
    post_tool: "PostToolUse",
    post_agent: "Stop",
  },
};

/** The agents whose events travel as another source's. */
const guests: Readonly<Record<string, string>> = {
  codex: "claude",
  copilot: "claude",
  gemini: "claude",
};

interface Given {
  source: AgentName;
  /** From the command line: Copilot leaves the name of its camelCase events to that. */
  event?: string | undefined;
}

function complete(text: string, given: Given): Completed {
  return completeEvent(new TextEncoder().encode(text), {
    ...given,
    startedAtMs: NOW,
    kaizenId: ID,
  });
}

function read(completed: Completed): Record<string, unknown> {
  return JSON.parse(completed.payload);
}

/** The payload's own time in epoch milliseconds, if it has one. */
function timeIn({ timestamp }: Record<string, unknown>): number | null {
  if (typeof timestamp !== "string") return Number(timestamp) || null;
  return new Date(timestamp).getTime() || null;
}

for (const { agent: name, event, payload } of RECORDED) {
  const agent = name.replace("claude-code", "claude");
  if (!isAgentName(agent)) continue;
  const text = JSON.stringify(payload);
  const source = guests[agent] ?? agent;
  const key = source === "claude" ? "hook_event_name" : "event";
  const isNamed = "hook_event_name" in payload || agent === "openclaw";
  const named = isNamed ? {} : { event };

  Deno.test(`completeEvent() completes ${name} ${event}`, () => {
    const completed = complete(text, { source: agent, ...named });
    const wire = read(completed);
    assertEquals(completed.agent, agent);
    assertEquals(completed.source, source);
    const wireName = renamed[agent]?.[event] ?? event;
    assertEquals(wire[key], wireName);
    assertEquals(wire.agent_event, wireName === event ? undefined : event);
    const session = payload.session_id ?? payload.conversation_id ??
      payload.sessionKey ?? payload.sessionId;
    assertEquals(wire.session_id, session);
    assertEquals(completed.sessionId, session);
    assertEquals(wire.timestamp_ms, timeIn(payload) ?? NOW);
    assertEquals(wire.kaizen_id, ID);
    assertEquals(wire.kaizen_agent, source === agent ? undefined : agent);
    assertEquals(wire.kaizen_source, undefined);
    assertEquals("turn_id" in wire, agent === "codex");
    assertEquals(wire.tool_name, payload.tool_name ?? payload.toolName);
    assertEquals(wire.tool_input, payload.tool_input ?? payload.toolArgs);
    assertEquals(
      completed.workspaceHint,
      agent === "openclaw" ? null : "/repo/app",
    );
    for (const [member, value] of Object.entries(payload)) {
      if (member !== key) assertEquals(wire[member], value, member);
    }
  });

  Deno.test(`completeEvent() recognizes ${name} ${event} for every --source`, () => {
    for (const given of listAgents()) {
      const isShared = agent === "claude" && given !== "claude" &&
        !text.includes("/.claude/projects/");
      assert(!isShared, "a Claude Code line without any mark");
      const completed = complete(text, { source: given, ...named });
      assertEquals(completed.agent, agent, given);
      assertEquals(
        read(completed).kaizen_source,
        given === agent ? undefined : given,
      );
    }
  });
}

Deno.test("every agent's payloads are among the fixtures", () => {
  const found = new Set(RECORDED.map((line) => line.agent));
  for (const agent of listAgents()) {
    assert(found.has(agent.replace(/^claude$/, "claude-code")), agent);
  }
});

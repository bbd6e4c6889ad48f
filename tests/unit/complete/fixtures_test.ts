// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { type AgentName, isAgentName } from "../../../src/agents/mod.ts";
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
  vibe: {
    pre_tool: "PreToolUse",
    post_tool: "PostToolUse",
    post_agent: "Stop",
  },
};

/** Events whose own name is kept in `agent_event`. */
const covered = new Set([
  "PostToolUseFailure",
  "postToolUseFailure",
  "StopFailure",
  "SessionEnd",
  "sessionEnd",
]);

function complete(text: string, source: AgentName): Completed {
  return completeEvent(new TextEncoder().encode(text), {
    source,
    startedAtMs: NOW,
    kaizenId: ID,
  });
}

function read(completed: Completed): Record<string, unknown> {
  return JSON.parse(completed.payload);
}

for (const { agent: name, event, payload } of RECORDED) {
  const agent = name.replace("claude-code", "claude");
  if (!isAgentName(agent)) continue;
  const text = JSON.stringify(payload);
  const source = agent === "codex" ? "claude" : agent;
  const key = source === "claude" ? "hook_event_name" : "event";

  Deno.test(`completeEvent() makes ${name} ${event} what the wire needs`, () => {
    const completed = complete(text, agent);
    const wire = read(completed);
    assertEquals(completed.agent, agent);
    assertEquals(completed.source, source);
    assertEquals(wire[key], renamed[agent]?.[event] ?? event);
    assertEquals(wire.agent_event, covered.has(event) ? event : undefined);
    const session = payload.session_id ?? payload.conversation_id ??
      payload.sessionKey;
    assertEquals(wire.session_id, session);
    assertEquals(completed.sessionId, session);
    assertEquals(wire.timestamp_ms, NOW);
    assertEquals(wire.kaizen_id, ID);
    assertEquals("turn_id" in wire, agent === "codex");
    assertEquals(
      completed.workspaceHint,
      agent === "openclaw" ? null : "/repo/app",
    );
    for (const [member, value] of Object.entries(payload)) {
      if (member !== key) assertEquals(wire[member], value, member);
    }
  });

  Deno.test(`completeEvent() knows ${name} ${event} whatever the command line says`, () => {
    const others: AgentName[] = [
      "claude",
      "codex",
      "cursor",
      "openclaw",
      "vibe",
    ];
    for (const given of others) {
      const isShared = agent === "claude" && given !== "claude" &&
        !text.includes("/.claude/projects/");
      assert(!isShared, "a Claude Code line without any mark");
      assertEquals(complete(text, given).agent, agent, given);
    }
  });
}

Deno.test("every agent's payloads are among the fixtures", () => {
  const found = new Set(RECORDED.map((line) => line.agent));
  for (const agent of ["claude-code", "codex", "cursor", "openclaw", "vibe"]) {
    assert(found.has(agent), agent);
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertObjectMatch } from "@std/assert";
import { type Members, MemorySession } from "./_session.ts";

const agent = (id: string, type = "Explore"): Members => ({
  tool_name: "Agent",
  tool_input: { description: id, subagent_type: type },
  tool_use_id: id,
});
const bash = (id: string, agent_id?: string): Members => ({
  tool_name: "Bash",
  tool_input: { command: id },
  tool_use_id: id,
  agent_id,
});
const started = (agentId: string): Members => ({
  tool_response: { agentId, status: "completed" },
});

Deno.test("a subagent's calls are below the call whose result names it", () => {
  const session = new MemorySession();
  session.claude(1, "PreToolUse", agent("A"));
  session.claude(1, "PreToolUse", agent("B"));
  session.claude(2, "SubagentStart", { agent_id: "a", agent_type: "Explore" });
  session.claude(2, "SubagentStart", { agent_id: "b", agent_type: "Explore" });
  session.claude(3, "PreToolUse", bash("x", "a"));
  session.claude(4, "PreToolUse", bash("y", "b"));
  session.claude(5, "PreToolUse", bash("z", "a"));
  // Nothing tells yet which is whose.
  assertEquals(session.tree(), [
    "Agent A open",
    "Agent B open",
    "Explore open",
    "  Bash x open",
    "  Bash z open",
    "Explore open",
    "  Bash y open",
  ]);
  const [, , node] = session.spans();
  assertObjectMatch({ ...node?.span }, {
    span_id: "agent:a",
    agent_id: "a",
    tool_call_id: null,
    started_at_ms: 2,
    depth: 0,
  });
  session.claude(8, "SubagentStop", { agent_id: "b", agent_type: "Explore" });
  session.claude(9, "PostToolUse", { ...agent("A"), ...started("b") });
  // The other one follows: only one call is left that can have started it.
  assertEquals(session.tree(), [
    "Agent A done",
    "  Bash y orphaned",
    "Agent B open",
    "  Bash x open",
    "  Bash z open",
  ]);
  assertObjectMatch(session.span("y"), {
    parent_span_id: "v1:1:s:A",
    depth: 1,
    agent_id: "b",
  });
});

Deno.test("a subagent is below the only call that can have started it, by type and time", () => {
  const session = new MemorySession();
  session.claude(1, "PreToolUse", agent("A", "Plan"));
  session.claude(1, "PreToolUse", agent("B", "Explore"));
  session.claude(2, "SubagentStart", { agent_id: "p", agent_type: "Plan" });
  session.claude(2, "SubagentStart", { agent_id: "e", agent_type: "Explore" });
  session.claude(3, "PreToolUse", bash("x", "p"));
  session.claude(3, "PreToolUse", bash("y", "e"));
  // It starts too late.
  session.claude(4, "PreToolUse", agent("C", "Plan"));
  assertEquals(session.tree(), [
    "Agent A open",
    "  Bash x open",
    "Agent B open",
    "  Bash y open",
    "Agent C open",
  ]);
});

Deno.test("two subagents that only one call can have started are below neither", () => {
  const session = new MemorySession();
  session.claude(1, "PreToolUse", agent("A"));
  session.claude(2, "SubagentStart", { agent_id: "a", agent_type: "Explore" });
  session.claude(2, "SubagentStart", { agent_id: "b", agent_type: "Explore" });
  session.claude(3, "PreToolUse", bash("x", "a"));
  session.claude(3, "PreToolUse", bash("y", "b"));
  assertEquals(session.tree(), [
    "Agent A open",
    "Explore open",
    "  Bash x open",
    "Explore open",
    "  Bash y open",
  ]);
});

Deno.test("a subagent's subagent is below its call; overlapping calls are siblings", () => {
  const session = new MemorySession();
  session.claude(1, "PreToolUse", agent("A"));
  session.claude(2, "SubagentStart", { agent_id: "a", agent_type: "Explore" });
  session.claude(3, "PreToolUse", bash("x", "a"));
  session.claude(4, "PreToolUse", { ...agent("B"), agent_id: "a" });
  session.claude(5, "SubagentStart", { agent_id: "b", agent_type: "Explore" });
  session.claude(6, "PreToolUse", bash("y", "b"));
  session.claude(7, "PostToolUse", { ...agent("A"), ...started("a") });
  session.claude(7, "PostToolUse", {
    ...agent("B"),
    agent_id: "a",
    ...started("b"),
  });
  assertEquals(session.tree(), [
    "Agent A done",
    "  Bash x orphaned",
    "  Agent B done",
    "    Bash y orphaned",
  ]);
  assertEquals(session.span("y").depth, 2);
});

Deno.test("a Cursor subagent is below the call that its start names", () => {
  const session = new MemorySession();
  const send = (ms: number, name: string, members: Members) =>
    session.send("cursor", {
      hook_event_name: name,
      timestamp_ms: ms,
      cursor_version: "3.1.0",
      ...members,
    });
  send(1, "preToolUse", { tool_name: "Task", tool_use_id: "t1" });
  send(1, "preToolUse", { tool_name: "Task", tool_use_id: "t2" });
  send(2, "subagentStart", { subagent_id: "s1", tool_call_id: "t2" });
  send(3, "preToolUse", { ...bash("x"), subagent_id: "s1" });
  assertEquals(session.tree(), ["Task open", "Task open", "  Bash x open"]);
});

Deno.test("results that name each other's subagents make no circle", () => {
  const session = new MemorySession();
  session.claude(1, "PostToolUse", {
    ...agent("A"),
    agent_id: "b",
    ...started("a"),
  });
  session.claude(2, "PostToolUse", {
    ...agent("B"),
    agent_id: "a",
    ...started("b"),
  });
  session.claude(3, "PostToolUse", {
    ...agent("C"),
    agent_id: "c",
    ...started("c"),
  });
  assertEquals(session.tree(), [
    "agent done",
    "  Agent A done",
    "    Agent B done",
    "agent done",
    "  Agent C done",
  ]);
});

Deno.test("sums are over the tree, null where nothing is known, and stop at the limits of their type", () => {
  const session = new MemorySession();
  const much = { input_tokens: 4294967295, output_tokens: 1 };
  session.claude(1, "PreToolUse", agent("A"));
  session.claude(2, "PostToolUse", {
    ...bash("x", "a"),
    ...much,
    total_cost_usd: 1e30,
  });
  session.claude(2, "PostToolUse", {
    ...bash("y", "a"),
    ...much,
    total_cost_usd: 1e30,
  });
  session.claude(2, "PostToolUse", bash("z", "a"));
  session.claude(3, "PostToolUse", {
    ...agent("A"),
    ...started("a"),
    total_cost_usd: 1,
  });
  session.claude(4, "PostToolUse", bash("w"));
  const text = session.spansText();
  assertEquals(
    [...text.matchAll(/"subtree_cost_usd_e6":(\S+?)[,}]/g)].map(([, cost]) =>
      cost
    ),
    [
      "9223372036854775807", // A
      "9223372036854775807", // x
      "9223372036854775807",
      "9223372036854775807", // y
      "9223372036854775807",
      "null", // z
      "0",
      "9223372036854775807", // A's node
      "null", // w
      "0",
    ],
  );
  const [a, w] = session.spans();
  assertEquals(a?.span.subtree_token_count, 4294967295);
  assertEquals(a?.subtree_token_count, 2 * 4294967296);
  assertObjectMatch({ ...a }, { cost_known: true });
  assertObjectMatch({ ...w }, { cost_known: false, subtree_token_count: 0 });
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertObjectMatch } from "@std/assert";
import { decodeJson, U64_MAX } from "../../../src/proto/mod.ts";
import {
  decodeState,
  encodeState,
  overviewOf,
  printSession,
  supersedeSession,
} from "../../../src/events/mod.ts";
import { type Members, MemorySession } from "./_session.ts";

const whole = (session: MemorySession) => {
  const { record, told, live } = printSession(session.state, "/w");
  return decodeJson(new TextEncoder().encode(record + told + live));
};

Deno.test("printSession() prints what the events tell, whichever order they came in", () => {
  const session = new MemorySession();
  session.claude(3000, "SessionStart", {
    source: "compact",
    model: "  m2 ",
    agent_version: "2",
  });
  session.claude(5000, "Stop");
  session.claude(1000, "SessionStart", {
    source: "startup",
    model: "m1",
    os: "linux",
    agent_version: "1",
    git_branch: "main",
    parent_session_id: "p",
  });
  session.claude(2500, "UserPromptSubmit", { prompt: "second" });
  session.claude(2000, "UserPromptSubmit", { prompt: "\n  fix it \nnow" });
  assertObjectMatch(session.record(), {
    id: "s",
    agent: "claude",
    model: "m2",
    workspace: "/w",
    started_at_ms: 1000,
    ended_at_ms: null,
    last_event_at_ms: 5000,
    trace_path: "/home/u/.claude/projects/-w/s.jsonl",
    parent_session_id: "p",
    agent_version: "2",
    os: "linux",
    arch: null,
    title: "fix it",
    status: "Idle",
  });
  assertEquals(printSession(session.state, "/w").branch, "main");
  session.claude(6000, "SessionEnd");
  assertEquals(session.record().ended_at_ms, 6000);
  session.claude(5500, "Notification");
  assertEquals(session.record().ended_at_ms, 6000);
  session.claude(7000, "UserPromptSubmit");
  assertEquals(session.record().ended_at_ms, null);
});

Deno.test("printSession() takes what a payload proves for the agent, and never a model's name", () => {
  const session = new MemorySession();
  const plain = { hook_event_name: "SessionStart", model: "o1-gpt-codex" };
  session.send("claude", { ...plain, timestamp_ms: 1 });
  assertEquals(session.record().agent, "claude");
  session.send("claude", { ...plain, turn_id: "1", timestamp_ms: 2 });
  session.send("claude", { ...plain, timestamp_ms: 3 });
  assertEquals(session.record().agent, "codex");
  const other = new MemorySession();
  other.send("claude", { ...plain, kaizen_agent: "vibe", timestamp_ms: 1 });
  assertEquals(overviewOf(other.state).agent, "vibe");
});

Deno.test("a session that another went on with has ended, unless it was active after that", () => {
  const session = new MemorySession();
  session.claude(1000, "PreToolUse", { tool_name: "Bash", tool_use_id: "t" });
  session.state = supersedeSession(session.state, 2000);
  assertEquals(session.activity(), "Done ended 2000");
  assertEquals(session.record().ended_at_ms, 2000);
  assertEquals(session.span("t").status, "orphaned");
  assertEquals(overviewOf(session.state).ended, true);
  session.claude(3000, "Stop");
  assertEquals(session.activity(), "Idle idle 3000");
  session.state = supersedeSession(session.state, null);
  assertEquals(session.record().ended_at_ms, null);
});

Deno.test("times and costs beyond 2^53 keep their value", () => {
  const session = new MemorySession();
  const send = (text: string) =>
    session.send("cursor", {
      hook_event_name: "SessionEnd",
      timestamp_ms: JSON.rawJSON(text),
      total_cost_usd: 9e12,
    });
  send("9007199254740993");
  send("18446744073709551615");
  const record: Members = Object(whole(session));
  assertObjectMatch(record, {
    started_at_ms: 9007199254740993n,
    ended_at_ms: U64_MAX,
    last_event_at_ms: U64_MAX,
  });
  assertObjectMatch(record, { totals: { cost_usd_e6: 9223372036854775807n } });
  assertEquals(
    session.text().includes('"since_ms":18446744073709551615'),
    true,
  );
});

Deno.test("encodeState() keeps texts that look like its own marks apart from numbers", () => {
  const session = new MemorySession("\0n5");
  session.claude(1, "PreToolUse", { tool_name: "\0n12", tool_use_id: "\0n7" });
  const state = decodeState(encodeState(session.state));
  assertEquals(typeof state.id, "string");
  assertEquals(session.spans().length, 1);
});

Deno.test("a state stays small", () => {
  const session = new MemorySession();
  const uuid = () => crypto.randomUUID();
  let most = 0;
  for (let turn = 0; turn < 30; turn++) {
    const ms = 1_800_000_000_000 + turn * 60_000;
    const send = (after: number, name: string, members: Members = {}) => {
      session.claude(ms + after, name, { kaizen_id: uuid(), ...members });
      most = Math.max(most, encodeState(session.state).length);
    };
    send(0, "UserPromptSubmit", { prompt: "fix the failing test" });
    for (let call = 0; call < 5; call++) {
      const members = {
        tool_name: "Bash",
        tool_input: { command: "deno test", description: "Run tests" },
        tool_use_id: `toolu_${turn}_${call}`,
      };
      send(call * 1000 + 1, "PreToolUse", members);
      send(call * 1000 + 900, "PostToolUse", members);
    }
    const agent = { agent_id: uuid(), agent_type: "Explore" };
    send(9000, "SubagentStart", agent);
    send(9500, "SubagentStop", agent);
    send(9900, "Stop", { background_tasks: [] });
  }
  assertEquals(most < 2500, true, `${most} characters`);
  assertEquals(encodeState(session.state).length < 1500, true);
});

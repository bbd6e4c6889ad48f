// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { isAgentName } from "../../../src/agents/mod.ts";
import { completeEvent } from "../../../src/complete/mod.ts";
import { readHookEvent } from "../../../src/events/mod.ts";
import { RECORDED } from "../complete/_payloads.ts";
import type { Members } from "./_session.ts";

const AT = 1_800_000_000_000;

/** The ids of the events of a session. */
class Ids {
  readonly #ids = new Set<string>();
  #sent = 0;

  /** Tells whether an event would be stored, which an agent's hook delivers. */
  take(
    agent: string,
    payload: Members,
    { ms = AT, event = "X", id = `k${++this.#sent}` }: {
      ms?: number;
      event?: string;
      id?: string;
    } = {},
  ): boolean {
    if (!isAgentName(agent)) throw new TypeError(`No agent: ${agent}`);
    const completed = completeEvent(
      new TextEncoder().encode(JSON.stringify(payload)),
      { source: agent, event, startedAtMs: ms, kaizenId: id },
    );
    const { identity } = readHookEvent(completed.source, completed.payload, ms);
    const { id: stored, known } = identity;
    if (known === null || stored === null) return true;
    const { range: [first], own } = known;
    const last = known.range.at(-1) ?? first;
    // As the index of the store finds them.
    const isKnown = [...this.#ids].some((one) =>
      one === own || one >= first && one <= last
    );
    const ofMemory = [...known.range, own].some((one) => this.#ids.has(one));
    assertEquals(isKnown, ofMemory);
    if (!isKnown) this.#ids.add(stored);
    return !isKnown;
  }
}

/** Recorded events that do not tell whether they are one or two. */
const UNTOLD: Readonly<Record<string, readonly string[]>> = {
  // These lack a `prompt_id`. Claude Code runs a command once that several of its files name.
  "claude-code": [
    "CwdChanged",
    "FileChanged",
    "Notification",
    "PermissionRequest",
    "PostCompact",
    "PreCompact",
    "SessionEnd",
    "SessionStart",
    "Setup",
    "Stop",
    "StopFailure",
    "SubagentStart",
    "SubagentStop",
    "TaskCreated",
    "PostToolBatch",
    "UserPromptExpansion",
  ],
  codex: ["PermissionRequest", "SessionEnd", "SessionStart"],
  cursor: [
    "afterAgentResponse",
    "afterFileEdit",
    "afterMCPExecution",
    "afterShellExecution",
    "beforeMCPExecution",
    "beforeReadFile",
    "beforeShellExecution",
  ],
  vibe: ["post_agent"],
};

for (const { agent: name, event, payload } of RECORDED) {
  const agent = name.replace("claude-code", "claude");
  if (!isAgentName(agent)) continue;
  const isTold = !(UNTOLD[name] ?? []).includes(event);
  Deno.test(`identifyEvent() takes ${name}'s ${event} of two hooks for ${isTold ? "one event" : "two"}`, () => {
    const ids = new Ids();
    assertEquals(ids.take(agent, payload, { event }), true);
    const again = ids.take(agent, payload, { event, ms: AT + 40 });
    assertEquals(again, !isTold);
  });
}

const VIBE = {
  session_id: "s",
  hook_event_name: "pre_tool",
  tool_call_id: "0",
};
const GEMINI = {
  session_id: "s",
  transcript_path: "/t",
  hook_event_name: "BeforeTool",
  tool_name: "read_file",
};
const CODEX = {
  session_id: "s",
  transcript_path: null,
  cwd: "/repo/app",
  model: "gpt-5.5",
  permission_mode: "default",
};

const pairs: [
  what: string,
  agent: string,
  first: Members,
  second: Members,
  laterMs: number,
][] = [
  [
    "the same prompt of another turn",
    "codex",
    {
      ...CODEX,
      hook_event_name: "UserPromptSubmit",
      turn_id: "7",
      prompt: "go",
    },
    {
      ...CODEX,
      hook_event_name: "UserPromptSubmit",
      turn_id: "8",
      prompt: "go",
    },
    40,
  ],
  [
    "the same prompt of the same turn, later",
    "codex",
    {
      ...CODEX,
      hook_event_name: "UserPromptSubmit",
      turn_id: "7",
      prompt: "go",
    },
    {
      ...CODEX,
      hook_event_name: "UserPromptSubmit",
      turn_id: "7",
      prompt: "go",
    },
    2000,
  ],
  [
    "the same command with another id",
    "codex",
    { ...CODEX, hook_event_name: "PreToolUse", tool_use_id: "a" },
    { ...CODEX, hook_event_name: "PreToolUse", tool_use_id: "b" },
    40,
  ],
  [
    "another command with the same id",
    "vibe",
    { ...VIBE, tool_input: { command: "a" } },
    { ...VIBE, tool_input: { command: "b" } },
    40,
  ],
  [
    "the same command with the same id, a minute later",
    "vibe",
    { ...VIBE, tool_input: { command: "a" } },
    { ...VIBE, tool_input: { command: "a" } },
    60_000,
  ],
  [
    "the end of a call after its start",
    "codex",
    { ...CODEX, hook_event_name: "PreToolUse", tool_use_id: "a" },
    { ...CODEX, hook_event_name: "PostToolUse", tool_use_id: "a" },
    40,
  ],
  [
    "a turn that ends again with the same words",
    "codex",
    { ...CODEX, hook_event_name: "Stop", turn_id: "7" },
    { ...CODEX, hook_event_name: "Stop", turn_id: "7" },
    1000,
  ],
  [
    "what a script records twice",
    "claude",
    { session_id: "s", hook_event_name: "Stop" },
    { session_id: "s", hook_event_name: "Stop" },
    40,
  ],
  [
    "the same call a millisecond later",
    "gemini",
    { ...GEMINI, timestamp: "2026-11-22T09:00:00.000Z" },
    { ...GEMINI, timestamp: "2026-11-22T09:00:00.001Z" },
    0,
  ],
];

for (const [what, agent, first, second, laterMs] of pairs) {
  Deno.test(`identifyEvent() tells ${agent}'s event from ${what}`, () => {
    const ids = new Ids();
    assertEquals(ids.take(agent, first), true);
    assertEquals(ids.take(agent, second, { ms: AT + laterMs }), true);
  });
}

Deno.test("identifyEvent() recognizes a retry of any event, however late", () => {
  const ids = new Ids();
  const stop = { session_id: "s", hook_event_name: "Stop" };
  const named = { ...CODEX, hook_event_name: "PreToolUse", tool_use_id: "a" };
  for (const payload of [stop, named]) {
    assertEquals(
      ids.take("codex", payload, { id: "k" + payload.hook_event_name }),
      true,
    );
    assertEquals(
      ids.take("codex", payload, { id: "k" + payload.hook_event_name }),
      false,
    );
  }
});

Deno.test("identifyEvent() recognizes an event that an earlier version stored by its own id", () => {
  const text = JSON.stringify({
    ...CODEX,
    hook_event_name: "PreToolUse",
    tool_use_id: "a",
    kaizen_id: "k",
  });
  const { id, known } = readHookEvent("claude", text, AT).identity;
  assertEquals(known?.own, "k");
  assertEquals(id === "k", false);
});

Deno.test("identifyEvent() leaves a line of a transcript its own id", () => {
  const text = JSON.stringify({
    session_id: "s",
    hook_event_name: "PreToolUse",
    tool_use_id: "a",
    kaizen_id: "k",
    kaizen_event_source: "Tail",
  });
  const { identity } = readHookEvent("claude", text, AT);
  assertEquals(identity, { id: "k", known: { range: ["k"], own: "k" } });
});

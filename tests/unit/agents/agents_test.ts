// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import {
  type AgentName,
  AGENTS,
  detectAgent,
  type Fields,
  hooksOf,
  isAgentName,
  listAgents,
  ownTime,
} from "../../../src/agents/mod.ts";
import { HOOK_SOURCES } from "../../../src/proto/mod.ts";

/** The members of a parsed payload. */
function fieldsOf(payload: Record<string, unknown>): Fields {
  return {
    has: (key) => Object.hasOwn(payload, key),
    text: (key) => {
      const value = payload[key];
      return typeof value === "string" ? value : null;
    },
    number: (key) =>
      typeof payload[key] === "number"
        ? new TextEncoder().encode(String(payload[key]))
        : null,
    firstText: () => null,
  };
}

Deno.test("AGENTS has each record under its own name, with a source of the wire", () => {
  for (const [name, record] of Object.entries(AGENTS)) {
    assertEquals(record.source, name);
    assert(HOOK_SOURCES.includes(record.wire));
    assert(isAgentName(name));
    assertEquals(hooksOf(name).source, name);
    assert(record.runsHooksOf.every(isAgentName));
  }
});

Deno.test("listAgents() lists every agent once, sorted", () => {
  assertEquals(listAgents(), listAgents().toSorted());
  assertEquals(listAgents().length, Object.keys(AGENTS).length);
});

Deno.test("isAgentName() returns false for other words", () => {
  for (const word of ["", "Claude", "constructor", "claude "]) {
    assertEquals(isAgentName(word), false, word);
  }
  assertEquals(isAgentName(null), false);
});

Deno.test("AGENTS has defaults for members that a record leaves out", () => {
  const { sessionKeys, runsHooksOf, tellsFailure } = AGENTS.vibe;
  assertEquals({ sessionKeys, runsHooksOf, tellsFailure }, {
    sessionKeys: ["session_id"],
    runsHooksOf: [],
    tellsFailure: true,
  });
});

const payloads: [
  payload: Record<string, unknown>,
  given: AgentName,
  found: AgentName,
][] = [
  [{ hook_event_name: "Stop", conversation_id: "c" }, "claude", "cursor"],
  [{ hook_event_name: "Stop", turn_id: "1" }, "claude", "codex"],
  [
    { hook_event_name: "Stop", turn_id: "1", prompt_id: "p" },
    "codex",
    "claude",
  ],
  [{ hook_event_name: "MessageDisplay", turn_id: "1" }, "codex", "claude"],
  [
    {
      hook_event_name: "SessionStart",
      model: "gpt-5.2",
      transcript_path: "/home/dev/.claude/projects/-app/1.jsonl",
    },
    "codex",
    "claude",
  ],
  [
    {
      hook_event_name: "SessionEnd",
      transcript_path: "C:\\Users\\dev\\.codex\\sessions\\1.jsonl",
    },
    "claude",
    "codex",
  ],
  [{ hook_event_name: "SessionStart", model: "gpt-5.2" }, "claude", "claude"],
  [{ hook_event_name: "pre_tool" }, "claude", "vibe"],
  [{ sessionKey: "k", type: "command", action: "new" }, "claude", "openclaw"],
  [{ hook_event_name: "BeforeTool" }, "claude", "gemini"],
  [{ hook_event_name: "BeforeToolSelection" }, "claude", "gemini"],
  [
    {
      hook_event_name: "SessionStart",
      transcript_path: "",
      timestamp: "2026-11-22T09:00:00.000Z",
    },
    "claude",
    "gemini",
  ],
  [
    {
      hook_event_name: "Stop",
      transcript_path: "/home/dev/.copilot/sessions/1.jsonl",
      timestamp: "2026-11-22T09:00:00.000Z",
    },
    "claude",
    "copilot",
  ],
  [
    { sessionId: "s", timestamp: 1_788_992_290_306, toolName: "bash" },
    "claude",
    "copilot",
  ],
  [{ sessionId: "s", timestamp: "yesterday" }, "claude", "claude"],
  [
    {
      hook_event_name: "PreToolUse",
      timestamp: "2026-11-22T09:00:00.000Z",
      tool_name: "Bash",
      permission_mode: "default",
    },
    "codex",
    "claude",
  ],
  [{ hook_event_name: "Stop", kaizen_agent: "vibe" }, "claude", "vibe"],
  [{ hook_event_name: "Stop", kaizen_agent: "nobody" }, "codex", "codex"],
];

for (const [payload, given, found] of payloads) {
  Deno.test(`detectAgent() returns ${found} for ${JSON.stringify(payload)}`, () => {
    assertEquals(detectAgent(fieldsOf(payload), given), found);
  });
}

const times: [timestamp: unknown, ms: number | null][] = [
  [1_788_992_290_306, 1_788_992_290_306],
  ["2026-11-22T09:00:00.000Z", 1_795_338_000_000],
  ["2026-11-22T10:00:00.5+01:00", 1_795_338_000_500],
  ["2026-11-22T09:00:00.123456Z", 1_795_338_000_123],
  ["2026-11-22", null],
  ["1795338000000", null],
  ["2026-13-41T09:00:00Z", null],
  [1_795_338_000, null],
  [1_788_992_290_306.5, null],
  [-1_788_992_290_306, null],
  [1e300, null],
  [null, null],
  [undefined, null],
];

for (const [timestamp, ms] of times) {
  Deno.test(`ownTime() returns ${ms} for ${JSON.stringify(timestamp)}`, () => {
    assertEquals(ownTime(fieldsOf({ timestamp })), ms);
  });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AgentName, listAgents } from "../../../src/agents/mod.ts";
import {
  type Completed,
  completeEvent,
  completePlain,
} from "../../../src/complete/mod.ts";
import { readPlainObject } from "../../../src/proto/mod.ts";
import { EVENT, PAYLOAD, RECORDED } from "./_payloads.ts";

const OPTIONS = {
  startedAtMs: 1_800_000_000_000,
  kaizenId: "0123456789abcdef",
};

function complete(
  text: string,
  source: AgentName,
  more: { raw?: boolean; event?: string } = {},
): Completed | null {
  const object = readPlainObject(new TextEncoder().encode(text));
  return object && completePlain(object, { source, ...OPTIONS, ...more });
}

Deno.test("completePlain() returns what completeEvent() returns, or null", () => {
  let made = 0;
  fc.assert(
    fc.property(
      fc.oneof(PAYLOAD, EVENT),
      fc.constantFrom(...listAgents()),
      (text, source) => {
        const plain = complete(text, source);
        if (plain === null) return;
        made++;
        const bytes = new TextEncoder().encode(text);
        assertEquals(plain, completeEvent(bytes, { source, ...OPTIONS }));
      },
    ),
    { numRuns: 3000 },
  );
  assert(made > 300, `${made} payloads were plain`);
});

Deno.test("completePlain() completes most events of agents", () => {
  const left: string[] = [];
  for (const { agent, event, payload } of RECORDED) {
    const source = listAgents().find((source) => agent.startsWith(source));
    if (source === undefined) continue;
    const text = JSON.stringify(payload);
    const named = "hook_event_name" in payload ? {} : { event };
    const plain = complete(text, source, named);
    if (plain === null) {
      left.push(`${source} ${event}`);
      continue;
    }
    const bytes = new TextEncoder().encode(text);
    const options = { source, ...OPTIONS, ...named };
    assertEquals(plain, completeEvent(bytes, options));
  }
  // A name is replaced or a member copied. The argument of Codex's notify is not a hook event.
  assertEquals([...new Set(left)].toSorted(), [
    "claude PostToolUseFailure",
    "claude SessionEnd",
    "claude StopFailure",
    "codex SessionEnd",
    "codex agent-turn-complete",
    "copilot agentStop",
    "copilot postToolUse",
    "copilot postToolUseFailure",
    "copilot preToolUse",
    "gemini AfterAgent",
    "gemini AfterTool",
    "gemini BeforeAgent",
    "gemini BeforeTool",
    "gemini SessionEnd",
  ]);
});

const others: [why: string, text: string, raw?: boolean][] = [
  [
    "an event that is sent unchanged",
    '{"hook_event_name":"X","session_id":"s"}',
    true,
  ],
  ["one without a session", '{"hook_event_name":"X"}'],
  ["one with an empty name", '{"hook_event_name":"","session_id":"s"}'],
  [
    "a name to be replaced",
    '{"hook_event_name":"SessionEnd","session_id":"s"}',
  ],
  [
    "an id to be replaced",
    '{"kaizen_id":1,"hook_event_name":"X","session_id":"s"}',
  ],
];

for (const [why, text, raw = false] of others) {
  Deno.test(`completePlain() returns null for ${why}`, () => {
    assertEquals(complete(text, "claude", { raw }), null);
  });
}

for (
  const number of ["1", "1.0", "1e0", "0", "12.6", "-0", "18446744073709551616"]
) {
  Deno.test(`completePlain() reads the number ${number} exactly`, () => {
    const text =
      `{"x":{"duration":7,"timestamp_ms":7},"duration":5,"timestamp_ms":${number},"duration":${number},"event":"X","session_id":"s"}`;
    const plain = complete(text, "cursor");
    const exact = completeEvent(new TextEncoder().encode(text), {
      source: "cursor",
      ...OPTIONS,
    });
    // A valid time stays; an invalid one is replaced.
    if (plain !== null) assertEquals(plain, exact);
    assertEquals(plain === null, !exact.payload.includes(`:${number},"dur`));
  });
}

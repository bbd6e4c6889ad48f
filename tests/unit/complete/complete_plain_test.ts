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

Deno.test("completePlain() makes what completeEvent() makes, or leaves it to that", () => {
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

Deno.test("completePlain() makes most of what agents send", () => {
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
  // Their names are replaced or their members copied; and the argument of Codex's notify is no hook event.
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
    "an event that is sent as it is",
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
  Deno.test(`completePlain() leaves ${why} to completeEvent()`, () => {
    assertEquals(complete(text, "claude", { raw }), null);
  });
}

for (
  const number of ["1", "1.0", "1e0", "0", "12.6", "-0", "18446744073709551616"]
) {
  Deno.test(`completePlain() reads the number ${number} to the digit`, () => {
    const text =
      `{"x":{"duration":7,"timestamp_ms":7},"duration":5,"timestamp_ms":${number},"duration":${number},"event":"X","session_id":"s"}`;
    const plain = complete(text, "cursor");
    const exact = completeEvent(new TextEncoder().encode(text), {
      source: "cursor",
      ...OPTIONS,
    });
    // A time that counts stays, one that does not is replaced.
    if (plain !== null) assertEquals(plain, exact);
    assertEquals(plain === null, !exact.payload.includes(`:${number},"dur`));
  });
}

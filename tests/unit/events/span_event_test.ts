// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { HookSource } from "../../../src/proto/mod.ts";
import {
  readHookEvent,
  replaySpanEvent,
  type SpanEvent,
} from "../../../src/events/mod.ts";
import { printRecord } from "./_record.ts";

const show = (event: SpanEvent | null | undefined) =>
  event && { ...event, paths: [...event.paths()].sort() };

function both(source: HookSource, text: string) {
  const event = readHookEvent(source, text, 1);
  return {
    live: show(event.spanEvent),
    replayed: show(replaySpanEvent(printRecord(event, 3))),
  };
}

const acts: [
  source: HookSource,
  names: string,
  live: string | undefined,
  replayed: string | undefined,
][] = [
  ["cursor", '"event":"PreToolUse"', "call", "call"],
  ["openclaw", '"event":"message:sent"', "call", "call"],
  ["vibe", '"event":"tool_end"', "result", "result"],
  ["cursor", '"event":"Stop"', undefined, undefined],
  ["cursor", '"event":"X"', undefined, undefined],
  ["cursor", '"event":"X","hook_event_name":"PreToolUse"', undefined, "call"],
  [
    "cursor",
    '"event":"X","hook_event_name":"PostToolUse"',
    undefined,
    "result",
  ],
  ["cursor", '"event":"X","hook_event_name":"Stop"', undefined, undefined],
  ["claude", '"hook_event_name":"X","event":"PreToolUse"', "pre", "pre"],
  ["claude", '"hook_event_name":"X","event":"PostToolUse"', "post", "post"],
  ["claude", '"hook_event_name":"X","event":"pre_tool_use"', "pre", "pre"],
  ["claude", '"hook_event_name":"X","event":"post_tool_use"', "post", "post"],
  ["claude", '"hook_event_name":"X","event":"Stop"', undefined, undefined],
  [
    "claude",
    '"hook_event_name":"Stop","event":"PreToolUse"',
    undefined,
    undefined,
  ],
];

for (const [source, names, live, replayed] of acts) {
  Deno.test(`replaySpanEvent() takes ${source} ${names} for ${replayed}, live for ${live}`, () => {
    const seen = both(source, `{"session_id":"s",${names}}`);
    assertEquals([seen.live?.act, seen.replayed?.act], [live, replayed]);
  });
}

Deno.test("replaySpanEvent() reads tool names of Hook events from one key more", () => {
  const tools: [source: HookSource, names: string, tool: string | null][] = [
    ["claude", '"hook_event_name":"X","event":"PreToolUse"', "n"],
    ["claude", '"hook_event_name":"PreToolUse"', null],
  ];
  for (const [source, names, tool] of tools) {
    const seen = both(source, `{"session_id":"s",${names},"name":"n"}`);
    assertEquals([seen.live?.tool, seen.replayed?.tool], [tool, tool]);
  }
});

Deno.test("replaySpanEvent() returns what the event said when it was live, exactly", () => {
  const text = fc.string({ unit: "binary" });
  const some = <T>(it: fc.Arbitrary<T>) => fc.option(it, { nil: undefined });
  const event = fc.record({
    names: fc.constantFrom(
      { event: "PreToolUse" },
      { event: "PostToolUse" },
      { event: "PreToolUse", hook_event_name: "X" },
      { event: "Stop" },
    ),
    session_id: fc.string({ unit: "binary", minLength: 1 }),
    tool_name: some(text),
    tool_call_id: some(fc.oneof(text, fc.constant(',"payload":'))),
    stop_reason: some(fc.constant('x,"payload":{"path":"no"}')),
    timestamp_ms: fc.bigInt(1n, 2n ** 64n - 1n).map((ms) =>
      JSON.rawJSON(String(ms))
    ),
    input_tokens: some(fc.nat(0xffff_ffff)),
    total_cost_usd: some(fc.constantFrom(1.5, 1e30, -1e12)),
    x: fc.record({ path: text, y: some(fc.constant('{"file":"f"}')) }),
  });
  fc.assert(
    fc.property(event, ({ names, ...fields }) => {
      const source = "hook_event_name" in names ? "claude" : "cursor";
      const seen = both(source, JSON.stringify({ ...names, ...fields }));
      assertEquals(seen.replayed, seen.live);
      assertEquals(seen.live === null, names.event === "Stop");
    }),
  );
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  encodeJson,
  type HookSource,
  type JsonObject,
  type JsonValue,
  type SpanRow,
} from "../../../src/proto/mod.ts";
import { MemoryDaemon } from "./_memory_daemon.ts";
import { type NaiveRow, NaiveSpans } from "./_naive_spans.ts";

type Kind = "ToolCall" | "ToolResult" | "Lifecycle" | "Hook";

/** Which names an event has, and what it is stored as. */
const NAMES: [
  source: HookSource,
  names: JsonObject,
  kind: Kind,
  weight: number,
][] = [
  ["cursor", { event: "PreToolUse" }, "ToolCall", 8],
  ["cursor", { event: "PostToolUse" }, "ToolResult", 6],
  ["claude", { hook_event_name: "pre_tool_use" }, "ToolCall", 4],
  ["claude", { hook_event_name: "PostToolUse" }, "ToolResult", 4],
  ["claude", { hook_event_name: "Stop" }, "Lifecycle", 1],
  ["claude", { hook_event_name: "Stop", event: "x" }, "Lifecycle", 1],
  ["cursor", { event: "stop" }, "Lifecycle", 1],
  ["vibe", { event: "Notification" }, "Lifecycle", 2],
  ["claude", { hook_event_name: "X", event: "PreToolUse" }, "Hook", 3],
  ["claude", { hook_event_name: "X", event: "PostToolUse" }, "Hook", 2],
  ["claude", { hook_event_name: "X", event: "pre_tool_use" }, "Hook", 1],
  ["claude", { hook_event_name: "X", event: "post_tool_use" }, "Hook", 1],
  ["claude", { hook_event_name: "X", event: "Stop" }, "Hook", 1],
  ["cursor", { event: "X", hook_event_name: "PreToolUse" }, "Hook", 2],
  ["cursor", { event: "X", hook_event_name: "PostToolUse" }, "Hook", 2],
  ["cursor", { event: "X", hook_event_name: 7 }, "Hook", 1],
];

const T0 = 1_714_000_000_000;
const name = fc.oneof(
  ...NAMES.map(([source, names, kind, weight]) => ({
    weight,
    arbitrary: fc.constant({ source, names, kind }),
  })),
);
const time = fc.oneof(
  { weight: 20, arbitrary: fc.nat(20).map((ms) => T0 + ms) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 3_599_999, max: 3_600_015 })
      .map((ms) => T0 + ms),
  },
  { weight: 1, arbitrary: fc.constant(T0 + 7_200_030) },
  { weight: 1, arbitrary: fc.bigInt(2n ** 64n - 3n, 2n ** 64n - 1n) },
  { weight: 1, arbitrary: fc.bigInt(2n ** 53n - 2n, 2n ** 53n + 2n) },
);
const some = <T>(...values: T[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined });
const fields = fc.record({
  timestamp_ms: time,
  tool_name: some("Read", "Bash"),
  name: some("Read"),
  tool_call_id: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 3, arbitrary: fc.constantFrom("x", "y", "z", "") },
  ),
  input_tokens: some(0, 1, 70_000),
  output_tokens: some(0, 2),
  reasoning_tokens: some(3),
  total_cost_usd: some(1, -2),
  path: some("/a", "/b", "\uFFFD", "\u{1F600}"),
  tool_input: some<JsonValue>(
    { file: "/c" },
    [{ target_file: "/d" }, '{"path":"/e"}'],
    '"{\\"file_path\\":\\"/f\\"}"',
  ),
});
const event = fc.record({
  session: fc.constantFrom("a", "b", "é"),
  workspace: fc.constantFrom("/w/1", "/w/1", "/w/2"),
  name,
  fields,
});
type Made = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** One transaction: some events, of which some are refused after they were staged; then it holds or fails. */
const batch = fc.record({
  events: fc.array(
    fc.record({ event, refused: fc.nat(9).map((n) => n === 0) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
  fails: fc.nat(7).map((n) => n === 0),
});
const step = fc.oneof(
  { weight: 12, arbitrary: batch },
  { weight: 1, arbitrary: fc.constant("restart" as const) },
);

function payloadOf(made: Made): JsonObject {
  const payload: JsonObject = {
    session_id: made.session,
    ...made.name.names,
  };
  for (const [key, value] of Object.entries(made.fields)) {
    if (value !== undefined) payload[key] = value;
  }
  return payload;
}

function asTexts(row: SpanRow): NaiveRow {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      value === null
        ? null
        : Array.isArray(value)
        ? JSON.stringify(value)
        : String(value),
    ]),
  );
}

Deno.test("SpanProjector writes the rows of the model, whatever is rolled back and restarted", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const daemon = new MemoryDaemon();
      const model = new NaiveSpans();
      for (const step of steps) {
        if (step === "restart") {
          daemon.restart();
          model.restart();
          continue;
        }
        // Where one is refused, each has a transaction of its own.
        const areAlone = step.events.some(({ refused }) => refused);
        if (!areAlone) daemon.begin();
        for (const { event, refused } of step.events) {
          const payload = payloadOf(event);
          if (areAlone) daemon.begin();
          daemon.stage(event.name.source, encodeJson(payload), event.workspace);
          const fails = step.fails || refused;
          if (!fails) model.ingest(payload, event.name.kind, event.workspace);
          if (areAlone) daemon.end(fails);
        }
        if (!areAlone) daemon.end(step.fails);
      }
      for (const { session, workspace, rows } of daemon.sessions) {
        const expected = model.find(session.id, workspace)?.rows ?? new Map();
        const byId = (rows: Iterable<NaiveRow>) =>
          Object.fromEntries([...rows].map((row) => [row.spanId, row]));
        assertEquals(
          byId([...rows.values()].map(asTexts)),
          byId(expected.values()),
        );
      }
      assertEquals(daemon.sessions.length, model.sessions.length);
    }),
    { numRuns: 1500 },
  );
});

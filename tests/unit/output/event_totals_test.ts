// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { isFailure } from "../../../src/output/event_summary.ts";
import { sumEvents } from "../../../src/output/event_totals.ts";
import { event, START_MS } from "./_samples.ts";

Deno.test("sumEvents() counts calls, failures, tokens and money, exactly", () => {
  const { last_event_ms, ...sums } = sumEvents([
    event({ kind: "ToolCall", tokens_in: 10 }),
    event({ kind: "ToolResult", payload: { is_error: true }, tokens_out: 5 }),
    event({ cost_usd_e6: 2n ** 63n }),
    event({ cost_usd_e6: 1, ts_ms: START_MS + 9 }),
  ]);
  assertEquals(last_event_ms, START_MS + 9);
  assertEquals(sums, {
    events: 4,
    tool_calls: 1,
    errors: 1,
    tokens_in: 10n,
    tokens_out: 5n,
    cost_usd_e6: 2n ** 63n + 1n,
  });
});

Deno.test("sumEvents() leaves a sum null where no event has a figure", () => {
  const { tokens_in, tokens_out, cost_usd_e6 } = sumEvents([event()]);
  assertEquals([tokens_in, tokens_out, cost_usd_e6], [null, null, null]);
});

const failures: [payload: Record<string, string | boolean>, isOne: boolean][] =
  [
    [{}, false],
    [{ is_error: false }, false],
    [{ is_error: true }, true],
    [{ tool_status: "failure" }, true],
    [{ tool_status: "error" }, true],
    [{ tool_status: "success" }, false],
    [{ agent_event: "PostToolUseFailure" }, true],
  ];
for (const [payload, isOne] of failures) {
  Deno.test(`isFailure() of ${JSON.stringify(payload)} is ${isOne}`, () => {
    assertEquals(isFailure(event({ kind: "ToolResult", payload })), isOne);
  });
}

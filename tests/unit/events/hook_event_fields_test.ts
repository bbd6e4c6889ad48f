// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type { HookEvent } from "../../../src/events/mod.ts";
import { readEvent } from "./_read_event.ts";

const fields: [fields: string, wanted: Partial<HookEvent>][] = [
  ['"tool_name":"a","tool":"b"', { tool: "a" }],
  ['"tool_name":1,"tool":" b "', { tool: " b " }],
  ['"tool_name":"","tool":"b"', { tool: "" }],
  ['"name":"b"', { tool: null }],
  [
    '"id":"d","call_id":"c","tool_use_id":"b","tool_call_id":"a"',
    { toolCallId: "a" },
  ],
  ['"id":"d","call_id":"c","tool_use_id":"b"', { toolCallId: "b" }],
  ['"id":"d","call_id":"c","tool_use_id":null', { toolCallId: "c" }],
  ['"id":"","call_id":{}', { toolCallId: "" }],
  ['"id":7', { toolCallId: null }],
  [
    '"input_tokens":0,"output_tokens":4294967295,"reasoning_tokens":1',
    { tokensIn: 0, tokensOut: 4294967295, reasoningTokens: 1 },
  ],
  [
    '"input_tokens":-1,"output_tokens":4294967296,"reasoning_tokens":1.0',
    { tokensIn: null, tokensOut: null, reasoningTokens: null },
  ],
  ['"usage":{"input_tokens":4}', { tokensIn: null }],
  [
    '"context_used_tokens":1,"context_max_tokens":2,"cache_creation_tokens":3,' +
    '"cache_read_tokens":4,"system_prompt_tokens":5',
    {
      contextUsedTokens: 1,
      contextMaxTokens: 2,
      cacheCreationTokens: 3,
      cacheReadTokens: 4,
      systemPromptTokens: 5,
    },
  ],
  ['"stop_reason":"end"', { stopReason: "end" }],
  ['"stop_reason":5', { stopReason: null }],
  ['"latency_ms":1,"duration_ms":2', { latencyMs: 1 }],
  ['"latency_ms":1.5,"duration_ms":2', { latencyMs: 2 }],
  ['"duration_ms":-2,"permission_wait_ms":3', { latencyMs: 3 }],
  ['"permission_wait_ms":4294967296', { latencyMs: null }],
  ['"kaizen_id":"k"', {
    identity: { id: "k", known: { range: ["k"], own: "k" } },
  }],
  ['"kaizen_id":""', { identity: { id: null, known: null } }],
  ['"kaizen_id":7', { identity: { id: null, known: null } }],
  ['"x":{"kaizen_id":"k"}', { identity: { id: null, known: null } }],
  ['"tool":"a\\u0000\\ud83d\\ude00é"', { tool: "a\0\u{1F600}é" }],
];

for (const [text, wanted] of fields) {
  Deno.test(`readHookEvent() reads ${text}`, () => {
    const event: Record<string, unknown> = { ...readEvent(text) };
    for (const [key, value] of Object.entries(wanted)) {
      assertEquals(event[key], value);
    }
  });
}

const costs: [text: string, cost: number | bigint | null][] = [
  ["1", 1_000_000],
  ["0.042", 42_000],
  ["1.005", 1_004_999],
  ["-1.005", -1_004_999],
  ["0.0000009", 0],
  ["-0.0000009", 0],
  ["-0", 0],
  ["0", 0],
  ["1e3", 1_000_000_000],
  ["9007199254.740993", 9007199254740994n],
  ["10000000000", 10_000_000_000_000_000n],
  ["18446744073709551615", 2n ** 63n - 1n],
  ["1e308", 2n ** 63n - 1n],
  ["-1e308", -(2n ** 63n)],
  ["9223372036854.775807", 2n ** 63n - 1n],
  ['"1"', null],
  ["null", null],
  ["[1]", null],
];

for (const [text, cost] of costs) {
  Deno.test(`readHookEvent() takes ${text} dollars as ${cost}`, () => {
    const { costUsdE6 } = readEvent(`"total_cost_usd":${text}`);
    assertEquals([costUsdE6, Object.is(costUsdE6, -0)], [cost, false]);
  });
}

const outcomes: [name: string, fields: string, outcome: string | null][] = [
  ["PostToolUse", "", "done"],
  ["PostToolUse", '"agent_event":"PostToolUseFailure"', "failed"],
  ["PostToolUse", '"agent_event":"postToolUseFailure"', "failed"],
  ["PostToolUse", '"agent_event":"PostToolUse"', "done"],
  ["PostToolUse", '"tool_status":"failure"', "failed"],
  ["PostToolUse", '"tool_status":"error"', "failed"],
  ["PostToolUse", '"tool_status":"success"', "done"],
  ["PostToolUse", '"tool_status":"cancelled"', "interrupted"],
  ["PostToolUse", '"is_error":true', "failed"],
  ["PostToolUse", '"is_error":false', "done"],
  ["PostToolUse", '"is_error":"true"', "done"],
  ["PreToolUse", '"is_error":true', null],
  ["Stop", '"agent_event":"StopFailure"', null],
  ["X", '"hook_event_name":"PostToolUse","is_error":true', "failed"],
];

for (const [name, text, outcome] of outcomes) {
  Deno.test(`readHookEvent() says that ${name} with ${text} is ${outcome}`, () => {
    const fields = `"tool_use_id":"t",${text === "" ? '"x":1' : text}`;
    assertEquals(
      readEvent(fields, { name }).facts.call?.outcome ?? null,
      outcome,
    );
  });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeJson } from "../../../src/proto/mod.ts";
import { readHookEvent } from "../../../src/events/mod.ts";
import { printRecord } from "./_record.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

const print = (text: string, seq: number) =>
  new TextDecoder().decode(
    printRecord(readHookEvent("cursor", text, 1), seq),
  );

Deno.test("an Event record has all 22 keys in the wire's order, the payload as it came", () => {
  const payload =
    '{ "event":"PostToolUse", "session_id":"s\\n\\u00e9", "timestamp_ms":18446744073709551615, "tool_name":"a\\"b", "tool_call_id":"",' +
    ' "input_tokens":1, "output_tokens":2, "reasoning_tokens":3, "total_cost_usd":-1e30, "stop_reason":"r", "latency_ms":4,' +
    ' "context_used_tokens":5, "context_max_tokens":6, "cache_creation_tokens":7, "cache_read_tokens":8, "system_prompt_tokens":9, "n":1.0 }';
  assertEquals(
    print(payload, 4294967294),
    '{"session_id":"s\\né","seq":4294967294,"ts_ms":18446744073709551615,"ts_exact":true,"kind":"ToolResult","source":"Hook",' +
      '"tool":"a\\"b","tool_call_id":"","tokens_in":1,"tokens_out":2,"reasoning_tokens":3,"cost_usd_e6":-9223372036854775808,' +
      '"stop_reason":"r","latency_ms":4,"ttft_ms":null,"retry_count":null,"context_used_tokens":5,"context_max_tokens":6,' +
      '"cache_creation_tokens":7,"cache_read_tokens":8,"system_prompt_tokens":9,"payload":' +
      `${payload}}`,
  );
});

Deno.test("an Event record has null for what the event does not say, and the kind that is read back", () => {
  const payload =
    '{"event":"X","hook_event_name":"PreToolUse","session_id":"s","timestamp_ms":5}';
  assertEquals(
    print(payload, 0),
    '{"session_id":"s","seq":0,"ts_ms":5,"ts_exact":true,"kind":"ToolCall","source":"Hook",' +
      '"tool":null,"tool_call_id":null,"tokens_in":null,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":null,' +
      '"stop_reason":null,"latency_ms":null,"ttft_ms":null,"retry_count":null,"context_used_tokens":null,"context_max_tokens":null,' +
      `"cache_creation_tokens":null,"cache_read_tokens":null,"system_prompt_tokens":null,"payload":${payload}}`,
  );
});

Deno.test("an Event record is JSON of any text", () => {
  const text = fc.string({ unit: CODE_POINT, minLength: 1 });
  fc.assert(
    fc.property(text, text, (session_id, tool) => {
      const payload = { event: "X", session_id, tool, stop_reason: tool };
      const record = print(JSON.stringify(payload), 0);
      const value = decodeJson(new TextEncoder().encode(record));
      const shown = JSON.parse(JSON.stringify(value));
      assertEquals(shown.session_id, session_id);
      assertEquals(shown.tool, tool);
      assertEquals(shown.stop_reason, tool);
      assertEquals(shown.payload, payload);
    }),
  );
});

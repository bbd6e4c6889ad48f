// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints events for `detail` and for the store.
 * @module
 */
import type { HookEvent } from "./hook_event.ts";

const encoder = new TextEncoder();

/**
 * Prints the head of the Event record: the protocol's 22 keys in their order, up to the payload,
 * which is the last.
 *
 * The payload and a brace complete the record. `readStoredEvent` relies on this form.
 *
 * @param seq Number of the event in its session.
 */
export function printEventHead(event: HookEvent, seq: number): Uint8Array {
  return encoder.encode(
    `{"session_id":${JSON.stringify(event.sessionId)},"seq":${seq}` +
      `,"ts_ms":${event.tsMs},"ts_exact":true` +
      `,"kind":"${event.readKind}","source":"${event.eventSource}"` +
      `,"tool":${JSON.stringify(event.tool)}` +
      `,"tool_call_id":${JSON.stringify(event.toolCallId)}` +
      `,"tokens_in":${event.tokensIn},"tokens_out":${event.tokensOut}` +
      `,"reasoning_tokens":${event.reasoningTokens}` +
      `,"cost_usd_e6":${event.costUsdE6}` +
      `,"stop_reason":${JSON.stringify(event.stopReason)}` +
      `,"latency_ms":${event.latencyMs},"ttft_ms":null,"retry_count":null` +
      `,"context_used_tokens":${event.contextUsedTokens}` +
      `,"context_max_tokens":${event.contextMaxTokens}` +
      `,"cache_creation_tokens":${event.cacheCreationTokens}` +
      `,"cache_read_tokens":${event.cacheReadTokens}` +
      `,"system_prompt_tokens":${event.systemPromptTokens},"payload":`,
  );
}

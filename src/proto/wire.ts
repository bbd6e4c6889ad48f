// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The names on the wire, in the wire's spelling (version 1).
 * @module
 */
import type { Int } from "./int.ts";

/** The agents that the wire knows. Other agents travel under one of these names. */
export const HOOK_SOURCES = ["cursor", "claude", "openclaw", "vibe"] as const;
export type HookSource = typeof HOOK_SOURCES[number];

/** The programs that ask. */
export const CLIENT_KINDS = ["tui", "cli", "mcp"] as const;
export type ClientKind = typeof CLIENT_KINDS[number];

export const SESSION_STATUSES = ["Running", "Waiting", "Idle", "Done"] as const;
export type SessionStatus = typeof SESSION_STATUSES[number];

export const EVENT_KINDS = [
  "ToolCall",
  "ToolResult",
  "Message",
  "Error",
  "Cost",
  "Hook",
  "Lifecycle",
] as const;
export type EventKind = typeof EVENT_KINDS[number];

export const EVENT_SOURCES = ["Tail", "Hook", "Proxy"] as const;
export type EventSource = typeof EVENT_SOURCES[number];

export const SPAN_STATUSES = ["done", "orphaned"] as const;
export type SpanStatus = typeof SPAN_STATUSES[number];

/** A span in the store: the fields of its view, and the start time that orders siblings. */
export interface SpanRow {
  spanId: string;
  parentSpanId: string | null;
  tool: string;
  status: SpanStatus;
  startMs: Int | null;
  leadTimeMs: Int | null;
  tokensIn: number | null;
  tokensOut: number | null;
  reasoningTokens: number | null;
  costUsdE6: Int | null;
  paths: string[];
  depth: number;
  subtreeCostUsdE6: Int | null;
  subtreeTokenCount: number | null;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The names on the wire, in the wire's spelling (version 1).
 * @module
 */
/** The agents that the wire knows. Other agents travel under one of these names. */
export const HOOK_SOURCES = ["cursor", "claude", "openclaw", "vibe"] as const;
export type HookSource = typeof HOOK_SOURCES[number];

/** The programs that ask. */
export const CLIENT_KINDS = ["tui", "cli", "mcp"] as const;

export const SESSION_STATUSES = ["Running", "Waiting", "Idle", "Done"] as const;
export type SessionStatus = typeof SESSION_STATUSES[number];

/** The activity of a session, finer than its status. The reference does not send it. */
export const ACTIVITY_STATES = [
  "working",
  "tool",
  "needs_permission",
  "needs_answer",
  "idle",
  "failed",
  "silent",
  "ended",
] as const;
export type ActivityState = typeof ACTIVITY_STATES[number];

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

/** The reference knows "done" and "orphaned". */
export const SPAN_STATUSES = [
  "open",
  "done",
  "failed",
  "denied",
  "interrupted",
  "orphaned",
] as const;
export type SpanStatus = typeof SPAN_STATUSES[number];

/** How sure it is that a session made a commit. */
export const SURENESSES = ["sure", "likely"] as const;

/** By what usage is added up. The reference does not know it. */
export const USAGE_GROUPS = [
  "day",
  "model",
  "agent",
  "workspace",
  "session",
] as const;
export type UsageGroup = typeof USAGE_GROUPS[number];

/**
 * The state of a watch: it begins, it has sent all stored events, it ends after them, or it ends
 * because the daemon stops.
 */
export const WATCH_STATES = ["begin", "current", "end", "stopping"] as const;
export type WatchState = typeof WATCH_STATES[number];

/**
 * Why a watch is refused or ends: events after the cursor were deleted, the cursor is of another
 * store, it is no cursor, too many clients follow.
 */
export const WATCH_FAULTS = [
  "gone",
  "unknown",
  "malformed",
  "crowded",
] as const;
export type WatchFault = typeof WATCH_FAULTS[number];

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What a hook event means: its record, the change to its session, and the spans it opens and closes. Pure: no input, no output, the
 * clock is an argument.
 * @module
 */
export { NotAnEventError as HookError } from "../proto/mod.ts";
export * from "./event_record.ts";
export * from "./hook_event.ts";
export type { StoredKind } from "./hook_names.ts";
export type { Identity } from "./identity.ts";
export * from "./session_change.ts";
export { replaySpanEvent, type SpanEvent } from "./span_event.ts";
export * from "./span_projector.ts";
export * from "./span_text.ts";
export * from "./span_tree.ts";

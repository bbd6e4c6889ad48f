// SPDX-License-Identifier: AGPL-3.0-or-later
import type { HookSource } from "../../../src/proto/mod.ts";
import { type HookEvent, readHookEvent } from "../../../src/events/mod.ts";

/** The time at which events are read, in epoch milliseconds. */
export const NOW = 1_800_000_000_000;

/** Reads an event of `source` with the given fields after those that every event needs. */
export function readEvent(
  fields: string,
  { source = "cursor", name = "X" }: { source?: HookSource; name?: string } =
    {},
): HookEvent {
  const key = source === "claude" ? "hook_event_name" : "event";
  const start = `{"session_id":"s","${key}":"${name}"`;
  const text = fields === "" ? `${start}}` : `${start},${fields}}`;
  return readHookEvent(source, text, NOW);
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events of the stream whose sessions exist.
 * @module
 */
import type { StreamEvent } from "../store/mod.ts";

/** An event of a session that exists. */
export type LiveEvent = StreamEvent & {
  readonly session: NonNullable<StreamEvent["session"]>;
};

/** Whether an event's session exists. */
export function isLive(event: StreamEvent): event is LiveEvent {
  return event.session !== null;
}

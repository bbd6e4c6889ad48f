// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen events`.
 * @module
 */
import type { WatchFilter } from "../../proto/mod.ts";
import type { Place } from "../ask/place.ts";

/** The events to print. */
export interface EventsOptions {
  /** Null: all workspaces. */
  place: Place | null;
  /** An id, a prefix of one, or `@latest`; null: all sessions. */
  session: string | null;
  filter: Omit<WatchFilter, "workspace" | "session">;
  /** Print only the newest N; null: all. */
  last: number | null;
  /** Begin after the event with this cursor; null: with the first one. */
  sinceCursor: string | null;
  /** True: go on although events after the cursor were deleted. */
  allowsGap: boolean;
  /** True: keep running and print new events. */
  follows: boolean;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen usage`.
 * @module
 */
import type { UsageGroup } from "../../proto/mod.ts";
import type { Place } from "../ask/place.ts";

/** The usage to show. */
export interface UsageOptions {
  by: UsageGroup;
  place: Place;
  /** The id of a session, a prefix of one, or `@latest`; null: all. */
  session: string | null;
  /** Only messages since this time, in epoch milliseconds; null: all. */
  sinceMs: number | null;
}

/** Options of `--line`. */
export interface UsageLineOptions {
  /** The place of the current session. */
  place: Place;
  /** Its id, a prefix of it, or `@latest`, as null: the newest one of the place. */
  session: string | null;
}

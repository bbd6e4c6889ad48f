// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen sessions`.
 * @module
 */
import type { SessionFilter } from "../../proto/mod.ts";
import type { Place } from "../ask/place.ts";

/** The sessions to list. */
export interface SessionsOptions {
  place: Place;
  filter: SessionFilter;
  /** Maximum number to list; 0 means all. */
  limit: number;
  offset: number;
  /** Refresh interval in milliseconds; null: list once. */
  watchMs: number | null;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen sessions`.
 * @module
 */
import type { SessionFilter } from "../../proto/mod.ts";
import type { Place } from "../ask/place.ts";

/** Which sessions are wanted. */
export interface SessionsOptions {
  place: Place;
  filter: SessionFilter;
  /** 0: all. */
  limit: number;
  offset: number;
  /** How often to ask again, in milliseconds; null: once is enough. */
  watchMs: number | null;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen commits`.
 * @module
 */
import type { Place } from "../ask/place.ts";

/** The commits to list. */
export interface CommitsOptions {
  place: Place;
  /** Only commits since this time, in epoch milliseconds; null: all. */
  sinceMs: number | null;
  /** Id of a session, or a prefix of one, or `@latest`; null: all. */
  session: string | null;
  /** Maximum number to list; 0 means all. */
  limit: number;
}

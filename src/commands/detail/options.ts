// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen detail`.
 * @module
 */
import type { Place } from "../ask/place.ts";

/** Which session, and what of it. */
export interface DetailOptions {
  /** An id, the beginning of one, or `@latest`. */
  id: string;
  place: Place;
  showsEvents: boolean;
  showsSpans: boolean;
  /** Events below this number are left out. */
  sinceSeq: number;
  /** True: nothing is shortened. */
  isFull: boolean;
  /** True: go on with what happens next. */
  follows: boolean;
}

/** What of a session is wanted. */
export type Parts = Pick<
  DetailOptions,
  "showsEvents" | "showsSpans" | "sinceSeq"
>;

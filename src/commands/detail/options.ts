// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen detail`.
 * @module
 */
import type { Place } from "../ask/place.ts";

/** The session to show, and its parts. */
export interface DetailOptions {
  /** An id, a prefix of one, or `@latest`. */
  id: string;
  place: Place;
  showsEvents: boolean;
  showsSpans: boolean;
  /** Events with a lower sequence number are left out. */
  sinceSeq: number;
  /** True: do not shorten payloads and paths. */
  isFull: boolean;
  /** True: keep running and print new events. */
  follows: boolean;
}

/** The parts of a session to print. */
export type Parts = Pick<
  DetailOptions,
  "showsEvents" | "showsSpans" | "sinceSeq"
>;

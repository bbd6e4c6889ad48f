// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen grep`.
 * @module
 */
import type { EventsOptions } from "../events/options.ts";

/** Options of `kaizen grep`. */
export interface GrepOptions
  extends Pick<EventsOptions, "place" | "session" | "filter"> {
  /** A text, or a regular expression. */
  pattern: string;
  isExpression: boolean;
  ignoresCase: boolean;
  /** Each event, each session once, or the number of events of each session. */
  shows: "events" | "sessions" | "counts";
  /** Only the newest N events; null: all. */
  limit: number | null;
  /** Neither find secrets nor show them. */
  redacts: boolean;
}

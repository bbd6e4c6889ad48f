// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The request for a page of sessions, and its plan.
 * @module
 */
import type { Int, SessionFilter } from "../proto/mod.ts";
import type { AnswerPlan } from "./answer.ts";

/** Selects the sessions of a page. */
export interface PageQuery {
  /**
   * The workspaces, as `Store.workspace` returned them when the reading began; none gives an empty
   * page. Only the first is read, unless the filter has an `id_prefix`, which is searched in all.
   */
  workspaces: readonly { key: number; sessions: number }[];
  offset: Int;
  limit: Int;
  filter: SessionFilter;
  /** The time of the request in epoch milliseconds. It decides which sessions are silent. */
  nowMs: number;
}

/** A planned page. If it has stale sessions, rebuild them and plan again. */
export interface PagePlan extends AnswerPlan {
  readonly stale: readonly number[];
}

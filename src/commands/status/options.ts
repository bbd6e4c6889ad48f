// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen status`, and the states it can find.
 * @module
 */
import type { AnswerOf } from "../../proto/mod.ts";

/** What is wanted of `status`. */
export interface StatusOptions {
  /** How long to wait for a daemon to run, in milliseconds; null: not at all. */
  waitMs: number | null;
  /** True: the web token is shown. */
  showsToken: boolean;
}

/** What was found out. */
export type DaemonState =
  | { state: "running"; hello: AnswerOf<"hello">; status: AnswerOf<"status"> }
  | { state: "stopped" | "hung"; reason: string };

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen status`, and the states of a daemon.
 * @module
 */
import type { AnswerOf } from "../../proto/mod.ts";

/** Options of `kaizen status`. */
export interface StatusOptions {
  /** Time to wait for a daemon to run, in milliseconds; null: do not wait. */
  waitMs: number | null;
  /** True: show the web token. */
  showsToken: boolean;
}

/** The state of the daemon. */
export type DaemonState =
  | { state: "running"; hello: AnswerOf<"hello">; status: AnswerOf<"status"> }
  | {
    state: "stopped" | "hung";
    reason: string;
    /** What keeps a daemon from starting, or kept the last one; null if nothing is known. */
    fault: string | null;
  };

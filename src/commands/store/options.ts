// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen store prune`.
 * @module
 */

/** What is to be deleted. */
export interface StorePruneOptions {
  olderThanMs: number | null;
  session: string | null;
  workspace: string | null;
  isDry: boolean;
  /** True: without a question. */
  isSure: boolean;
}

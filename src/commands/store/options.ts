// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen store prune`.
 * @module
 */

/** The sessions to delete. */
export interface StorePruneOptions {
  olderThanMs: number | null;
  session: string | null;
  workspace: string | null;
  isDry: boolean;
  /** True: do not ask for confirmation. */
  isSure: boolean;
}

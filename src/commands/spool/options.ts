// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of the `kaizen spool` commands.
 * @module
 */

/** Options of `kaizen spool purge`. */
export interface SpoolPurgeOptions {
  pending: boolean;
  yes: boolean;
}

/** Options of `kaizen spool flush`. */
export interface SpoolFlushOptions {
  /** True: also deliver the rejected events. */
  rejected: boolean;
}

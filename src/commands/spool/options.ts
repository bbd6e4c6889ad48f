// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of the `kaizen spool` commands.
 * @module
 */

/** What may be deleted. */
export interface SpoolPurgeOptions {
  pending: boolean;
  yes: boolean;
}

/** What is to be delivered. */
export interface SpoolFlushOptions {
  /** True: what was set aside as well. */
  rejected: boolean;
}

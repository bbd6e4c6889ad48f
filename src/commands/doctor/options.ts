// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen doctor`.
 * @module
 */

/** Options of `kaizen doctor`. */
export interface DoctorOptions {
  /** True: do not copy the store to check its content. */
  isQuick: boolean;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shells that a completion script can be made for.
 * @module
 */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

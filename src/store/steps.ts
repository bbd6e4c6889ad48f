// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Long work, cut into pieces between which others may run.
 * @module
 */

/** Work that yields after every few ms and returns its result at the end. `return()` ends it early and releases what it holds. */
export type Steps<T> = Generator<void, T, void>;

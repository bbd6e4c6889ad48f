// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Long work in steps, between which other work may run.
 * @module
 */

/**
 * Work that yields every few milliseconds and returns its result at the end. `return()` ends it
 * early and releases its resources.
 */
export type Steps<T> = Generator<void, T, void>;

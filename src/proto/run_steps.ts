// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs work that can be done in steps without a pause.
 * @module
 */

/**
 * Runs `steps` to their end.
 *
 * @returns Their result.
 * @throws {unknown} The error of a step.
 */
export function runSteps<T>(steps: Generator<void, T>): T {
  for (let step = steps.next();; step = steps.next()) {
    if (step.done) return step.value;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What a run's surroundings or its words can get wrong.
 * @module
 */

/** The words of the command line or its environment are wrong (exit 64). */
export class UsageError extends Error {
  override get name(): string {
    return "UsageError";
  }
}

/** A file or folder that kaizen stands on cannot be used (exit 74). */
export class HomeError extends Error {
  override get name(): string {
    return "HomeError";
  }
}

/** Whoever reads our output has gone away (exit 141, quietly). */
export class ClosedPipeError extends Error {
  override get name(): string {
    return "ClosedPipeError";
  }
}

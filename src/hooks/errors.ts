// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors of installing hooks.
 * @module
 */

/** A file of an agent or of git cannot be read, understood or written. It is unchanged. */
export class AgentFileError extends Error {
  override get name(): string {
    return "AgentFileError";
  }
}

/**
 * There are no such hooks: in a repository for an agent that reads none there, or in an old git.
 */
export class UnsupportedHooksError extends Error {
  override get name(): string {
    return "UnsupportedHooksError";
  }
}

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

/** What was asked for does not exist: hooks of a repository where the agent has none, an old git. */
export class UnsupportedHooksError extends Error {
  override get name(): string {
    return "UnsupportedHooksError";
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The option of commands that print what agents wrote.
 * @module
 */

/** The option as its words and its description. */
export const REDACT_OPTION = [
  "--redact",
  "Replace secrets of well-known forms, such as API keys",
] as const;

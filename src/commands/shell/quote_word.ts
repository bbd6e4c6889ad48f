// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Words of commands that people copy.
 * @module
 */
import { escapeText } from "../../output/mod.ts";

/** Writes a word so that a shell reads it as it is. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word)
    ? word
    : `'${escapeText(word).replaceAll("'", "'\\''")}'`;
}

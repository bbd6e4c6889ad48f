// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Quoting for commands that users copy.
 * @module
 */
import { escapeText } from "../../output/mod.ts";

/** Quotes a word for a shell, if it needs quotes. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word)
    ? word
    : `'${escapeText(word).replaceAll("'", "'\\''")}'`;
}

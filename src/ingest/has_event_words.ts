// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Whether the command line says what the event is.
 * @module
 */
import type { WordedEvent } from "./words.ts";

/** Whether any of the words is there that makes an event without input. */
export function hasEventWords(words: WordedEvent): boolean {
  return words.event !== undefined || words.session !== undefined ||
    (words.set?.length ?? 0) > 0 || (words.setJson?.length ?? 0) > 0;
}

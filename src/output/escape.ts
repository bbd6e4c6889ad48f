// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Text from agents made harmless for a terminal.
 * @module
 */

/**
 * Characters that may not reach a terminal unchanged: controls (escape sequences begin with one),
 * bidirectional and other format characters, line and paragraph separators, halves of surrogate
 * pairs, and all else that shows nothing (fillers, variation selectors, which can carry a hidden
 * text), but for the two signs that choose how an emoji looks.
 */
const UNSAFE =
  /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Longest text worth looking at where a line is wanted, in UTF-16 units; no terminal shows more of
 * one.
 */
const MAX_LINE_UNITS = 16 * 1024;

const SHORT: Record<string, string> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x1b": "\\x1b",
};

/**
 * Writes every character that a terminal would act on, or hide, as an escape: `\n`, `\x1b`,
 * `\u{202e}`. One line comes out.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { escapeText } from "./mod.ts";
 *
 * assertEquals(escapeText("\x1b[31mred\n"), "\\x1b[31mred\\n");
 * ```
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeOne);
}

/**
 * {@linkcode escapeText} for a place that shows a line at most: what no terminal is wide enough for
 * is cut off first.
 */
export function escapeLine(text: string): string {
  return escapeText(text.slice(0, MAX_LINE_UNITS));
}

/** {@linkcode escapeText} for a place where lines may be many: line feeds and tabs stay. */
export function escapeBlock(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(
    UNSAFE,
    (char) => char === "\n" || char === "\t" ? char : escapeOne(char),
  );
}

/**
 * Writes every character that a terminal would act on, or hide, as JSON does: `\u202e`. The white
 * space of the document stays, and all of it means the same as before.
 *
 * @param json A part of a document. It may begin and end anywhere.
 */
export function escapeJson(json: string): string {
  return json.replace(
    UNSAFE,
    (char) =>
      "\n\r\t".includes(char) ? char : Array.from(
        { length: char.length },
        (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
      ).join(""),
  );
}

function escapeOne(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return SHORT[char] ??
    (code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u{${code.toString(16)}}`);
}

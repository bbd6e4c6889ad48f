// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Texts measured and cut by the cells that a terminal gives them.
 * @module
 */
import { unicodeWidth } from "@std/cli/unicode-width";

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const ELLIPSIS = "…";
/** More marks than this on one character belong to no script; they only hide what stands around. */
const MAX_MARKS = 4;
/** An emoji presentation sign: whether it widens its character differs between terminals. */
const PRESENTATION = /\ufe0f/g;

/** Counts the cells of an escaped text. */
export function cellWidth(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : unicodeWidth(text);
}

/**
 * Cuts an escaped text to a width, ending it in `…` if anything is lost.
 *
 * @param cells Width in cells, at least 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cutCells } from "./cells.ts";
 *
 * assertEquals(cutCells("你好世界", 5), "你好…");
 * ```
 */
export function cutCells(text: string, cells: number): string {
  if (PRINTABLE_ASCII.test(text)) {
    return text.length <= cells
      ? text
      : text.slice(0, Math.max(0, cells - 1)) + ELLIPSIS;
  }
  let kept = "";
  let width = 0;
  let marks = 0;
  /** The part that fits before an ellipsis. */
  let short = "";
  for (const char of text.replace(PRESENTATION, "")) {
    const wide = unicodeWidth(char);
    marks = wide === 0 ? marks + 1 : 0;
    if (marks > MAX_MARKS) continue;
    if (width + wide > cells) return short + ELLIPSIS;
    width += wide;
    kept += char;
    if (width < cells) short = kept;
  }
  return kept;
}

/**
 * Breaks an escaped text into lines, between words where it can be and inside of one where it has
 * to be.
 *
 * @param cells Width in cells, at least 2.
 * @param maxLines The last line ends in `…` if the text has more.
 */
export function wrapCells(
  text: string,
  cells: number,
  maxLines = Infinity,
): string[] {
  const lines: string[] = [];
  let rest = text;
  while (lines.length + 1 < maxLines && cellWidth(rest) > cells) {
    const whole = takeCells(rest, cells);
    const space = rest[whole.length] === " "
      ? whole.length
      : whole.lastIndexOf(" ");
    const end = space > 0 ? space : whole.length;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, cutCells(rest, cells)];
}

/** Narrowest lines of words, in cells. */
const MIN_WORDS = 20;

/**
 * Breaks words for people into lines.
 *
 * @param width Width of the terminal in cells; null: there is none, so that one line is enough.
 */
export function wrapWords(text: string, width: number | null): string[] {
  return width === null ? [text] : wrapCells(text, Math.max(MIN_WORDS, width));
}

/**
 * The longest beginning of a text that a width has room for, marks of the last character included.
 */
function takeCells(text: string, cells: number): string {
  let end = 0;
  let width = 0;
  for (const char of text) {
    width += cellWidth(char);
    if (width > cells && end > 0) break;
    end += char.length;
  }
  return text.slice(0, end);
}

/** Fills an escaped text with spaces up to a width; a longer one stays as it is. */
export function padCells(
  text: string,
  cells: number,
  side: "left" | "right" = "right",
): string {
  const space = " ".repeat(Math.max(0, cells - cellWidth(text)));
  return side === "right" ? text + space : space + text;
}

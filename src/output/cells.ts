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
 * import { cutCells } from "./mod.ts";
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
  /** What still fits when the ellipsis has to follow. */
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

/** Fills an escaped text with spaces up to a width; a longer one stays as it is. */
export function padCells(
  text: string,
  cells: number,
  side: "left" | "right" = "right",
): string {
  const space = " ".repeat(Math.max(0, cells - cellWidth(text)));
  return side === "right" ? text + space : space + text;
}

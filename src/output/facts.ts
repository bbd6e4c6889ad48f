// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Facts below each other: a label, then what it is about.
 * @module
 */
import { wrapCells } from "./cells.ts";
import { escapeLine } from "./escape.ts";
import type { Brush, Paint } from "./paint.ts";

/** One fact; its text is escaped here. */
export type Fact = readonly [label: string, text: string, brush?: Brush];

/** How facts are shown. */
export interface FactsOptions {
  paint: Paint;
  /** Width of the terminal in cells, or null: nothing is broken or cut. */
  width: number | null;
  /** Width of the labels in cells. */
  labelCells: number;
}

/** Narrowest room for a text, in cells. */
const MIN_ROOM = 8;
/**
 * Most lines of one fact: enough for a long path or a message, too few for a name that means to
 * fill the screen.
 */
const MAX_LINES = 5;

/** Lays facts out; a text that is too long goes on in the next line, below its beginning. */
export function renderFacts(
  facts: readonly Fact[],
  { paint, width, labelCells }: FactsOptions,
): string[] {
  return facts.flatMap(([label, text, brush]) => {
    const safe = escapeLine(text);
    const lines = width === null
      ? [safe]
      : wrapCells(safe, Math.max(MIN_ROOM, width - labelCells), MAX_LINES);
    return lines.map((line, i) =>
      paint.dim((i === 0 ? label : "").padEnd(labelCells)) +
      (brush?.(line) ?? line)
    );
  });
}

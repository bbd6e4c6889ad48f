// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tables that fit a terminal: columns drop by priority, cells are cut by display width.
 * @module
 */
import { cellWidth, cutCells, padCells } from "./cells.ts";
import { escapeLine } from "./escape.ts";
import type { Brush } from "./paint.ts";
import { UNKNOWN } from "./quantities.ts";

/** How one column shows a row. */
export interface Column<Row> {
  title: string;
  /** The cell's raw text; the table escapes it. */
  text(row: Row): string;
  /** 0 stays always; the highest drops first. */
  priority: number;
  /**
   * Narrowest useful width in cells; left out: a cell is never cut, as half a number is a wrong
   * one.
   */
  min?: number;
  /** Widest useful width in cells, where the terminal is no bound. */
  max?: number;
  /**
   * Width in cells where tables of the same columns follow each other; left out: what room there
   * is.
   */
  steady?: number;
  align?: "left" | "right";
  /** The color of a row's cell. */
  brush?(row: Row): Brush;
}

/** The size and form that a table is fitted to. */
export interface TableOptions {
  /** Width of the terminal in cells; null: nothing is cut and no column drops. */
  width: number | null;
  /** The color of the titles. */
  titleBrush: Brush;
  /** True: the rows do not decide what columns there are, nor how wide they are. */
  isSteady?: boolean;
}

const GAP = "  ";

interface Laid<Row> {
  column: Column<Row>;
  cells: string[];
  /** Width that shows everything. */
  full: number;
  width: number;
}

/**
 * Lays rows out under their titles; a column in which nothing is known drops out.
 *
 * @returns Lines, the titles first.
 */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TableOptions,
): string[] {
  const { width, titleBrush, isSteady = false } = options;
  const laid = columns
    .map((column) =>
      isSteady ? hold(column, rows) : measure(column, rows, width !== null)
    )
    .filter(({ cells, column }) =>
      isSteady || column.priority === 0 || cells.some(isTelling)
    );
  const fitted = width === null ? laid : fit(laid, width);
  const line = (parts: (laid: Laid<Row>, last: boolean) => string) =>
    fitted.map((it, i) => parts(it, i === fitted.length - 1)).join(GAP)
      .trimEnd();
  const titles = line((it, last) =>
    titleBrush(place(it, cutCells(it.column.title, it.width), last))
  );
  return [
    titles,
    ...rows.map((row, i) =>
      line((it, last) => {
        const cell = it.cells[i] ?? "";
        const cut = width === null ? cell : cutCells(cell, it.width);
        const text = place(it, cut, last);
        return it.column.brush?.(row)(text) ?? text;
      })
    ),
  ];
}

function isTelling(cell: string): boolean {
  return cell !== "" && cell !== UNKNOWN;
}

function measure<Row>(
  column: Column<Row>,
  rows: readonly Row[],
  bounded: boolean,
): Laid<Row> {
  const cells = rows.map((row) => escapeLine(column.text(row)));
  const widest = cells.reduce(
    (most, cell) => Math.max(most, cellWidth(cell)),
    column.title.length,
  );
  const full = bounded ? Math.min(widest, column.max ?? widest) : widest;
  return { column, cells, full, width: full };
}

/** A column as wide as it always is. */
function hold<Row>(column: Column<Row>, rows: readonly Row[]): Laid<Row> {
  const cells = rows.map((row) => escapeLine(column.text(row)));
  const { steady, min, max = Infinity, title } = column;
  const width = steady ?? min ?? title.length;
  return { column, cells, width, full: steady === undefined ? max : steady };
}

/** Drops columns until the narrowest forms fit, then gives what is left to those cut most. */
function fit<Row>(laid: readonly Laid<Row>[], width: number): Laid<Row>[] {
  let kept = [...laid];
  const least = ({ full, column }: Laid<Row>) =>
    Math.min(full, column.min ?? full);
  const total = (size: (it: Laid<Row>) => number) =>
    kept.reduce((sum, it) => sum + size(it), GAP.length * (kept.length - 1));
  while (total(least) > width) {
    const highest = Math.max(...kept.map((it) => it.column.priority));
    if (highest === 0) break;
    kept = kept.filter((it) => it.column.priority !== highest);
  }
  for (const it of kept) it.width = least(it);
  let room = width - total(least);
  // Columns that need little get all of it; those that need much share the rest.
  const wanting = kept.filter((it) => it.full > it.width)
    .sort((a, b) => (a.full - a.width) - (b.full - b.width));
  wanting.forEach((it, i) => {
    const share = Math.floor(room / (wanting.length - i));
    const more = Math.max(0, Math.min(it.full - it.width, share));
    it.width += more;
    room -= more;
  });
  // Columns that may not be dropped are cut as a last resort, the widest first.
  for (let over = -room; over > 0; over--) {
    const [widest] = kept.toSorted((a, b) => b.width - a.width);
    if (widest === undefined || widest.width <= 1) break;
    widest.width--;
  }
  return kept;
}

function place<Row>(laid: Laid<Row>, text: string, last: boolean): string {
  if (laid.column.align === "right") return padCells(text, laid.width, "left");
  return last ? text : padCells(text, laid.width);
}

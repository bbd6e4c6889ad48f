// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The measurements, row by row.
 * @module
 */
import { ratioOf, summarize, type Summary } from "./statistics.ts";

/** One comparison, or one number without one. */
export interface Row {
  group: string;
  /** The work that was measured. */
  work: string;
  /** The set of packages that the bundle holds. */
  packages: string;
  unit: string;
  /** Name and measurements of the program. */
  ours: string;
  values: readonly number[];
  /** Name and measurements of the program it is compared with, round by round. */
  peer?: string;
  peerValues?: readonly number[];
  /** Whether less or more is better. */
  better: "less" | "more";
  /** The ratio to reach; without one, the better program is ahead. */
  target?: number;
}

/** A measurement that was left out, and the reason. */
export interface Gap {
  group: string;
  work: string;
  why: string;
}

/** Collects rows, and reports progress on stderr. */
export class Board {
  readonly rows: Row[] = [];
  readonly gaps: Gap[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(row: Row): void {
    this.rows.push(row);
    this.#say(describeRow(row));
  }

  skip(gap: Gap): void {
    this.gaps.push(gap);
    this.#say(`${gap.group}: ${gap.work}: not measured: ${gap.why}`);
  }

  /** Reports the current work. */
  note(text: string): void {
    this.#say(text);
  }
}

function describeRow(row: Row): string {
  const numbers = summarize(row.values);
  const ratio = rowRatio(row);
  const more = ratio === null
    ? ""
    : `, ${row.peer}: ${
      format(summarize(row.peerValues ?? []).median)
    }, ratio ${format(ratio.median)}`;
  return `${row.group}: ${row.work} (${row.packages}): ${row.ours}: ${
    format(numbers.median)
  } ${row.unit}${more}`;
}

/** Returns the ratio of a row, or null if there is no comparison. */
export function rowRatio(row: Row): Summary | null {
  return row.peerValues === undefined
    ? null
    : ratioOf(row.values, row.peerValues);
}

/** Formats a number. */
export function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What was measured, row by row.
 * @module
 */
import { ratioOf, summarize, type Summary } from "./statistics.ts";

/** One comparison, or one number that stands for itself. */
export interface Row {
  group: string;
  /** What is done. */
  work: string;
  /** Which packages the bundle holds. */
  packages: string;
  unit: string;
  /** Who, and what each of its turns took or made. */
  ours: string;
  values: readonly number[];
  /** Whom it is compared with, turn by turn. */
  peer?: string;
  peerValues?: readonly number[];
  /** Which is ahead: who needs less, or who makes more. */
  better: "less" | "more";
  /** The ratio to be reached; none, if being ahead is all. */
  target?: number;
}

/** Something that was not measured, and why. */
export interface Gap {
  group: string;
  work: string;
  why: string;
}

/** Collects rows, and says on stderr how far it is. */
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

  /** Says what is being done. */
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

/** The ratio of a row, or null if it stands for itself. */
export function rowRatio(row: Row): Summary | null {
  return row.peerValues === undefined
    ? null
    : ratioOf(row.values, row.peerValues);
}

/** A number as it is shown. */
export function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

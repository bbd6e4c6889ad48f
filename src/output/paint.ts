// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Colors, where they are wanted.
 * @module
 */

/** Wraps a text in a terminal's color, or gives it back as it is. */
export type Brush = (text: string) => string;

/** The few colors in use, by meaning as well as by name. */
export interface Paint {
  bold: Brush;
  dim: Brush;
  red: Brush;
  green: Brush;
  yellow: Brush;
  cyan: Brush;
}

/**
 * Makes the brushes.
 *
 * @param on False: every brush returns its text unchanged.
 */
export function makePaint(on: boolean): Paint {
  const brush = (start: number, end: number): Brush =>
    on
      ? (text) => text === "" ? "" : `\x1b[${start}m${text}\x1b[${end}m`
      : (text) => text;
  return {
    bold: brush(1, 22),
    dim: brush(2, 22),
    red: brush(31, 39),
    green: brush(32, 39),
    yellow: brush(33, 39),
    cyan: brush(36, 39),
  };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Our own words in lines; for what comes from elsewhere `output` measures in cells.
 * @module
 */

/** Breaks text between words into lines that begin with `indent`; what is one word stays whole. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (
        line !== "" && indent.length + line.length + 1 + word.length > width
      ) {
        lines.push(indent + line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push((indent + line).trimEnd());
  }
  return lines;
}

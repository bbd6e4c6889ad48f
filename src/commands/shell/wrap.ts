// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Wrapping of our own texts by characters. `src/output` wraps other texts by cells.
 * @module
 */

/** Wraps text between words into lines that start with `indent`. A long word is not broken. */
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

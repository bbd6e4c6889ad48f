// SPDX-License-Identifier: AGPL-3.0-or-later
/** The colors of a terminal as text that a reviewer can read. */

const NAMES = new Map([
  ["1", "bold"],
  ["2", "dim"],
  ["31", "red"],
  ["32", "green"],
  ["33", "yellow"],
  ["36", "cyan"],
]);
/** The codes that each code ends; terminals use different codes for the same look. */
const ENDS = new Map([
  ["0", [...NAMES.values()]],
  ["", [...NAMES.values()]],
  ["22", ["bold", "dim"]],
  ["39", ["red", "green", "yellow", "cyan"]],
  ["49", []],
]);

/**
 * Writes colors as marks: `‹red›text‹›`.
 *
 * @param screen Lines with escape sequences for colors, as tmux captures them.
 * @throws {TypeError} If there is a color that the program does not use.
 */
export function markColors(screen: string): { plain: string; marked: string } {
  const look = new Set<string>();
  let marked = "";
  let plain = "";
  let shown = "";
  // deno-lint-ignore no-control-regex
  for (const [token, codes] of screen.matchAll(/\x1b\[([\d;]*)m|[^]/gu)) {
    if (codes !== undefined) {
      for (const code of codes.split(";")) change(look, code);
      continue;
    }
    plain += token;
    const wanted = /\s/.test(token) ? shown : [...look].sort().join(" ");
    // A color ends with its line.
    const isEnd = token === "\n" && shown !== "";
    if (isEnd) marked += "‹›";
    else if (wanted !== shown) marked += `‹${wanted}›`;
    shown = isEnd ? "" : wanted;
    marked += token;
  }
  const trim = (text: string) => text.replace(/ +$/gm, "").trimEnd();
  return { plain: trim(plain), marked: trim(marked) };
}

function change(look: Set<string>, code: string): void {
  const ended = ENDS.get(code);
  const begun = NAMES.get(code);
  if (ended !== undefined) { for (const name of ended) look.delete(name); }
  else if (begun === undefined) throw new TypeError(`What is color ${code}?`);
  else {
    if (code.length === 2) change(look, "39");
    look.add(begun);
  }
}

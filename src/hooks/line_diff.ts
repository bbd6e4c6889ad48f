// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Differences between two texts, line by line: shown to the user before a file is written, and
 * undone in a file that has changed since.
 * @module
 */

/** Lines `[from, to)` of the first text that are lines `[newFrom, newTo)` of the second. */
interface Hunk {
  from: number;
  to: number;
  newFrom: number;
  newTo: number;
}

const CONTEXT_LINES = 3;
/**
 * Most cells of the table that finds common lines; a larger middle counts as changed as a whole.
 */
const MAX_CELLS = 4_000_000;

/** Splits a text into lines that keep their ends. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function diff(a: readonly string[], b: readonly string[]): Hunk[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head && tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  ) tail++;
  const x = a.slice(head, a.length - tail);
  const y = b.slice(head, b.length - tail);
  const whole = { from: 0, to: x.length, newFrom: 0, newTo: y.length };
  const hunks = x.length * y.length > MAX_CELLS ? [whole] : diffMiddle(x, y);
  return hunks.filter(({ from, to, newFrom, newTo }) =>
    to > from || newTo > newFrom
  ).map(({ from, to, newFrom, newTo }) => ({
    from: from + head,
    to: to + head,
    newFrom: newFrom + head,
    newTo: newTo + head,
  }));
}

/** Finds the longest common subsequence with a table. */
function diffMiddle(a: readonly string[], b: readonly string[]): Hunk[] {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j]
        ? (common[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(
          common[(i + 1) * width + j] ?? 0,
          common[i * width + j + 1] ?? 0,
        );
    }
  }
  const hunks: Hunk[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [from, newFrom] = [i, j];
    while (
      (i < a.length || j < b.length) &&
      (i >= a.length || j >= b.length || a[i] !== b[j])
    ) {
      const down = common[(i + 1) * width + j] ?? 0;
      const right = common[i * width + j + 1] ?? 0;
      if (j >= b.length || i < a.length && down >= right) i++;
      else j++;
    }
    if (i > from || j > newFrom) hunks.push({ from, to: i, newFrom, newTo: j });
    while (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
    }
  }
  return hunks;
}

/**
 * Renders a unified diff.
 *
 * @param before Null if there was no file.
 * @param after Null if there is none.
 * @returns Lines without line feeds; none if the texts are equal.
 */
export function renderDiff(
  path: string,
  before: string | null,
  after: string | null,
): string[] {
  if (before === after) return [];
  const a = splitLines(before ?? "");
  const b = splitLines(after ?? "");
  const lines = [
    before === null ? "--- /dev/null" : `--- ${path}`,
    after === null ? "+++ /dev/null" : `+++ ${path}`,
  ];
  const groups: Hunk[][] = [];
  for (const hunk of diff(a, b)) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && hunk.from - last.to <= 2 * CONTEXT_LINES) {
      groups.at(-1)?.push(hunk);
    } else groups.push([hunk]);
  }
  for (const group of groups) lines.push(...renderGroup(group, a, b));
  return lines;
}

function renderGroup(
  group: readonly Hunk[],
  a: readonly string[],
  b: readonly string[],
): string[] {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return [];
  const start = Math.max(0, first.from - CONTEXT_LINES);
  const end = Math.min(a.length, last.to + CONTEXT_LINES);
  const lines: string[] = [];
  const show = (mark: string, line: string) => {
    lines.push(mark + line.replace(/\r?\n$/, ""));
    if (!line.endsWith("\n")) lines.push("\\ No newline at end of file");
  };
  let at = start;
  for (const { from, to, newFrom, newTo } of group) {
    for (const line of a.slice(at, from)) show(" ", line);
    for (const line of a.slice(from, to)) show("-", line);
    for (const line of b.slice(newFrom, newTo)) show("+", line);
    at = to;
  }
  for (const line of a.slice(at, end)) show(" ", line);
  const newStart = first.newFrom - (first.from - start);
  const newEnd = last.newTo + (end - last.to);
  const range = (from: number, count: number) =>
    `${count === 0 ? from : from + 1},${count}`;
  return [
    `@@ -${range(start, end - start)} +${
      range(newStart, newEnd - newStart)
    } @@`,
    ...lines,
  ];
}

/**
 * Merges two texts that were both made from `base`.
 *
 * @returns Null if they change the same lines in different ways.
 */
export function mergeTexts(
  base: string,
  left: string,
  right: string,
): string | null {
  const old = splitLines(base);
  const [a, b] = [splitLines(left), splitLines(right)];
  const changes = [
    ...diff(old, a).map((hunk) => ({ ...hunk, lines: a })),
    ...diff(old, b).map((hunk) => ({ ...hunk, lines: b })),
  ].map(({ from, to, newFrom, newTo, lines }) => ({
    from,
    to,
    text: lines.slice(newFrom, newTo).join(""),
  })).sort((x, y) => x.from - y.from || x.to - y.to);
  let merged = "";
  let at = 0;
  let last: { from: number; to: number; text: string } | null = null;
  for (const change of changes) {
    const { from, to, text } = change;
    if (
      last !== null && last.from === from && last.to === to &&
      last.text === text
    ) continue;
    const areInsertions = last !== null && last.from === last.to &&
      last.from === from && from === to;
    if (from < at || areInsertions) return null;
    merged += old.slice(at, from).join("") + text;
    at = to;
    last = change;
  }
  return merged + old.slice(at).join("");
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Draws screens of a terminal as one animated SVG.
 * @module
 */

/** A screen, and how long it stays. */
export interface Frame {
  /** Lines with the SGR sequences of a terminal. */
  screen: string;
  /** Milliseconds. */
  ms: number;
}

/** Size of the terminal, in characters. */
export interface TerminalSize {
  columns: number;
  rows: number;
}

const CELL_WIDTH = 8.43;
const LINE_HEIGHT = 19;
const MARGIN = 16;
const BAR = 30;
/** The sixteen colors, as the tests of the screens name them. */
const COLORS = [
  ...["#484f58", "#ff7b72", "#3fb950", "#d29922"],
  ...["#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"],
  ...["#6e7681", "#ffa198", "#56d364", "#e3b341"],
  ...["#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff"],
];

/** A change of how characters look, or characters. */
// deno-lint-ignore no-control-regex -- it matches the codes of a terminal
const PART = /\x1b\[([\d;]*)m|([^\x1b]+)/g;

/** How characters look. */
interface Look {
  color: number | null;
  isBold: boolean;
  isDim: boolean;
}

const PLAIN: Look = { color: null, isBold: false, isDim: false };

/**
 * Draws frames, one after the other and then from the start again. Without motion, the last
 * one is shown.
 */
export function renderTerminal(
  frames: readonly Frame[],
  { columns, rows }: TerminalSize,
): string {
  const width = Math.ceil(columns * CELL_WIDTH + 2 * MARGIN);
  const height = BAR + rows * LINE_HEIGHT + MARGIN;
  const total = frames.reduce((sum, { ms }) => sum + ms, 0);
  let at = 0;
  const steps = frames.map(({ ms }, i) => {
    const from = percent(at, total);
    at += ms;
    const to = percent(at, total);
    const off = i === 0 ? "" : "0%{opacity:0}";
    const end = i === frames.length - 1 ? "" : `${to}%{opacity:0}`;
    return `@keyframes f${i}{${off}${from}%{opacity:1}${end}}`;
  });
  const groups = frames.map(({ screen }, i) => {
    const opacity = i === frames.length - 1 ? "" : ' opacity="0"';
    const style = `animation:f${i} ${total}ms step-end infinite`;
    return `<g${opacity} style="${style}">\n${renderScreen(screen)}</g>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3}
.b{font-weight:bold}.d{fill:#8b949e}
${COLORS.map((color, i) => `.c${i}{fill:${color}}`).join("")}
${steps.join("\n")}
@media (prefers-reduced-motion:reduce){g{animation:none!important}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<circle cx="20" cy="16" r="5" fill="#ff5f56"/><circle cx="38" cy="16" r="5" fill="#ffbd2e"/><circle cx="56" cy="16" r="5" fill="#27c93f"/>
${groups.join("")}</svg>
`;
}

function percent(ms: number, total: number): string {
  return (100 * ms / total).toFixed(2).replace(/\.?0+$/, "");
}

function renderScreen(screen: string): string {
  let look = PLAIN;
  return screen.split("\n").map((line, row) => {
    const spans: string[] = [];
    let column = 0;
    for (const [, sgr, text] of line.matchAll(PART)) {
      if (sgr !== undefined) look = applySgr(look, sgr);
      if (text === undefined) continue;
      // Each word group has its place, so that columns stay in line in any font.
      for (const part of text.split(/( {2,})/)) {
        if (part.trim() !== "") spans.push(renderSpan(part, column, look));
        column += [...part].length;
      }
    }
    if (spans.length === 0) return "";
    const y = BAR + (row + 0.8) * LINE_HEIGHT;
    return `<text xml:space="preserve" y="${y.toFixed(1)}">${
      spans.join("")
    }</text>\n`;
  }).join("");
}

function renderSpan(text: string, column: number, look: Look): string {
  const names = [
    look.isBold ? "b" : "",
    look.color === null ? look.isDim ? "d" : "" : `c${look.color}`,
  ].filter((name) => name !== "").join(" ");
  const x = (MARGIN + column * CELL_WIDTH).toFixed(1);
  const style = names === "" ? "" : ` class="${names}"`;
  // The width holds columns in line whichever font there is.
  const length = ([...text].length * CELL_WIDTH).toFixed(1);
  return `<tspan x="${x}" textLength="${length}"${style}>${
    escapeXml(text)
  }</tspan>`;
}

function applySgr(look: Look, sgr: string): Look {
  let next = look;
  for (const code of (sgr === "" ? "0" : sgr).split(";").map(Number)) {
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, isBold: true };
    else if (code === 2) next = { ...next, isDim: true };
    else if (code === 22) next = { ...next, isBold: false, isDim: false };
    else if (code === 39) next = { ...next, color: null };
    else if (code >= 30 && code <= 37) next = { ...next, color: code - 30 };
    else if (code >= 90 && code <= 97) next = { ...next, color: code - 82 };
  }
  return next;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

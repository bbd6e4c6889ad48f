// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Writes the results of a run: `bench/runs/DATE-MACHINE/` with `README.md`, `raw.csv` and
 * `summary.md`.
 * @module
 */
import { ROOT } from "../../scripts/lib/project.ts";
import { type Board, format, type Row, rowRatio } from "./board.ts";
import { summarize, type Summary } from "./statistics.ts";

/** Facts about the run. */
export interface RunAbout {
  /** The command line, as typed. */
  command: string;
  date: Date;
  /** Names with their values, such as `Node`, `v20.20.2`. */
  facts: readonly (readonly [name: string, value: string])[];
}

/** Writes a new folder for a run; returns its path relative to the root. */
export async function writeRun(board: Board, about: RunAbout): Promise<string> {
  const day = about.date.toISOString().slice(0, 10);
  const machine = `${navigator.hardwareConcurrency}core-${Deno.build.os}`;
  const folder = await makeFolder(`bench/runs/${day}-${machine}`);
  const path = `${ROOT}/${folder}`;
  await Deno.writeTextFile(`${path}/raw.csv`, printRaw(board.rows));
  await Deno.writeTextFile(`${path}/summary.md`, printSummary(board));
  await Deno.writeTextFile(`${path}/README.md`, printAbout(about));
  return folder;
}

async function makeFolder(wanted: string): Promise<string> {
  await Deno.mkdir(`${ROOT}/bench/runs`, { recursive: true });
  for (let n = 1;; n++) {
    const folder = n === 1 ? wanted : `${wanted}-${n}`;
    try {
      await Deno.mkdir(`${ROOT}/${folder}`);
      return folder;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** Prints every single measurement. */
export function printRaw(rows: readonly Row[]): string {
  const lines = ["group,work,packages,unit,who,turn,value"];
  for (const row of rows) {
    const { group, work, packages, unit } = row;
    const add = (who: string, values: readonly number[]) => {
      for (const [turn, value] of values.entries()) {
        const fields = [group, work, packages, unit, who, turn + 1];
        lines.push(
          [...fields.map(quote), Number(value.toPrecision(6))].join(","),
        );
      }
    };
    add(row.ours, row.values);
    if (row.peer !== undefined) add(row.peer, row.peerValues ?? []);
  }
  return `${[...new Set(lines)].join("\n")}\n`;
}

/** Prints a table for each group. */
export function printSummary(board: Board): string {
  const groups = [
    ...new Set([...board.rows, ...board.gaps].map(({ group }) => group)),
  ];
  const parts = groups.map((group) => {
    const rows = board.rows.filter((row) => row.group === group);
    const gaps = board.gaps.filter((gap) => gap.group === group);
    return [
      `## ${group}`,
      "",
      ...rows.length === 0 ? [] : [
        "| Work | Packages | Ours | Peer | Ratio | Target |",
        "| --- | --- | --- | --- | --- | --- |",
        ...rows.map(printRow),
        "",
      ],
      ...gaps.map(({ work, why }) => `Not measured: ${work}: ${why}.\n`),
    ].join("\n");
  });
  return `# Summary\n\nMedians (smallest–largest) of all rounds. The ratio is the median of the ratios of the rounds, ± half of their interquartile range. ▲ better than the peer, ▼ worse; ✔ target reached, ✘ missed.\n\n${
    parts.join("\n")
  }`;
}

function printRow(row: Row): string {
  const ratio = rowRatio(row);
  const peer = row.peerValues === undefined
    ? ""
    : `${row.peer}: ${range(summarize(row.peerValues), row.unit)}`;
  return `| ${row.work} | ${row.packages} | ${row.ours}: ${
    range(summarize(row.values), row.unit)
  } | ${peer} | ${ratio === null ? "" : judge(ratio, row)} | ${target(row)} |`;
}

function range({ median, min, max, count }: Summary, unit: string): string {
  if (count === 1) return `${format(median)} ${unit}`;
  return `${format(median)} (${format(min)}–${format(max)}) ${unit}`;
}

function judge({ median, spread, count }: Summary, { better }: Row): string {
  const isAhead = better === "less" ? median <= 1 : median >= 1;
  const around = count === 1 ? "" : ` ± ${(median * spread).toPrecision(1)}`;
  return `${isAhead ? "▲" : "▼"} ${median.toFixed(2)}${around}`;
}

function target(row: Row): string {
  const ratio = rowRatio(row);
  if (row.target === undefined || ratio === null) return "";
  const isReached = row.better === "less"
    ? ratio.median <= row.target
    : ratio.median >= row.target;
  const sign = row.better === "less" ? "≤" : "≥";
  return `${isReached ? "✔" : "✘"} ${sign} ${row.target}`;
}

function printAbout({ command, date, facts }: RunAbout): string {
  const rows = facts.map(([name, value]) => `| ${name} | ${value} |`);
  return `# Run of ${date.toISOString().slice(0, 16).replace("T", " ")} UTC

\`\`\`sh
${command}
\`\`\`

| | |
| --- | --- |
${rows.join("\n")}

\`summary.md\` has the tables, \`raw.csv\` every single measurement; \`docs/performance.md\` says how it is measured.
`;
}

function quote(field: string | number): string {
  const text = `${field}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Draws the results of a run of `scripts/bench`: `docs/performance/growth.svg` (events a second by
 * the size of the store) and `docs/performance/peers.svg` (the same request by different programs).
 * `scripts/plot` describes the arguments.
 * @module
 */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { ROOT } from "../scripts/lib/project.ts";
import { summarize } from "./lib/statistics.ts";

const EXIT_USAGE = 64;
const INK = "#1f2328";
const BLUE = "#2f6db5";
const GRAY = "#9aa4b0";
const WIDTH = 560;
/** A line for each program, the fastest first. */
const BY_MEDIAN = {
  field: "who",
  type: "nominal",
  sort: { field: "median", op: "min" },
  axis: { title: null },
} as const;
/** A line along the sizes of the store. */
const BY_STORED = {
  field: "stored",
  type: "quantitative",
  scale: { type: "log" },
} as const;

/** One measurement of `raw.csv`, as `printRaw` of `lib/run_folder.ts` writes it. */
interface Measured {
  group: string;
  work: string;
  packages: string;
  who: string;
  value: string;
}

/** Median, least and greatest of the measurements of one program. */
interface Point {
  work: string;
  who: string;
  median: number;
  min: number;
  max: number;
}

const [run] = Deno.args;
if (run === undefined) {
  console.error("kaizen: which run? scripts/plot bench/runs/DATE-MACHINE");
  Deno.exit(EXIT_USAGE);
}
const text = await Deno.readTextFile(`${run}/raw.csv`);
const rows: Measured[] = vega.read(text, { type: "csv" }).filter(isMeasured);
await draw("growth", growth(points("growth")));
await draw("peers", peers(points("peers")));

/** Sums up the measurements of a group, with the packages of the first bundle. */
function points(group: string): Point[] {
  const some = rows.filter((row) => row.group === group);
  const packages = some[0]?.packages;
  const turns = Map.groupBy(
    some.filter((row) => row.packages === packages),
    ({ work, who }) => JSON.stringify([work, who]),
  );
  return [...turns.values()].map((same) => {
    const values = same.map(({ value }) => Number(value));
    const { median, min, max } = summarize(values);
    return {
      work: same[0]?.work ?? "",
      who: same[0]?.who ?? "",
      median,
      min,
      max,
    };
  });
}

function isMeasured(row: object): row is Measured {
  return ["group", "work", "packages", "who", "value"].every((name) =>
    name in row
  );
}

function growth(found: readonly Point[]): TopLevelSpec {
  const values = found.map((point) => ({
    ...point,
    stored: Number.parseInt(point.who),
  }));
  const ticks = [...new Set(values.map(({ stored }) => stored))];
  const x = {
    ...BY_STORED,
    axis: { title: "events in the store before", format: "~s", values: ticks },
  };
  return {
    ...frame("Events stored a second, 8 clients, by the size of the store"),
    width: WIDTH,
    height: 220,
    data: { values },
    layer: [
      {
        mark: { type: "rule", color: GRAY },
        encoding: {
          x,
          y: { field: "min", type: "quantitative" },
          y2: { field: "max" },
        },
      },
      {
        mark: { type: "line", color: BLUE, point: { color: BLUE, size: 50 } },
        encoding: {
          x,
          y: {
            field: "median",
            type: "quantitative",
            scale: { zero: true },
            axis: { title: "events a second (least, median, most)" },
          },
        },
      },
    ],
  };
}

function peers(found: readonly Point[]): TopLevelSpec {
  const works = [...new Set(found.map(({ work }) => work))];
  return {
    ...frame("One request, from the start of a process to its end"),
    vconcat: works.map((work) => ({
      title: { text: work, anchor: "start", fontWeight: "normal" },
      width: WIDTH,
      data: { values: found.filter((point) => point.work === work) },
      layer: [
        {
          mark: { type: "bar", height: 14 },
          encoding: {
            y: BY_MEDIAN,
            x: {
              field: "median",
              type: "quantitative",
              axis: { title: "milliseconds (least, median, most)" },
            },
            color: {
              condition: { test: "test(/^kaizen/, datum.who)", value: BLUE },
              value: GRAY,
            },
          },
        },
        {
          mark: { type: "rule", color: INK },
          encoding: {
            y: BY_MEDIAN,
            x: { field: "min", type: "quantitative" },
            x2: { field: "max" },
          },
        },
      ],
    })),
  };
}

/** The parts that both pictures share. */
function frame(title: string) {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, anchor: "start", color: INK },
    background: "white",
    padding: 12,
    config: { font: "sans-serif", view: { stroke: null } },
  } as const;
}

async function draw(name: string, spec: TopLevelSpec): Promise<void> {
  const view = new vega.View(vega.parse(compile(spec).spec), {
    renderer: "none",
  });
  const folder = `${ROOT}/docs/performance`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/${name}.svg`, await view.toSVG());
  console.log(`docs/performance/${name}.svg`);
}

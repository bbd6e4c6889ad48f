// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * ccusage, as `KAIZEN_CCUSAGE` names it, with a home of its own.
 * @module
 */

/** Its program, or null: then nothing here can be tested. */
export const ccusage: string | null = Deno.env.get("KAIZEN_CCUSAGE") || null;

/** Registers a test that is skipped where there is no ccusage. */
export function ccusageTest(
  name: string,
  fn: () => void | Promise<void>,
): void {
  Deno.test({ name, ignore: ccusage === null, fn });
}

/** Input, output, written to a cache, read from one. */
export type Figures = readonly [
  input: number,
  output: number,
  written: number,
  read: number,
];

/** Figures by the name of a session, a model or a day. */
export type FigureTable = ReadonlyMap<string, Figures>;

/** The figures of a folder with an agent's data. */
export interface Tables {
  session: FigureTable;
  model: FigureTable;
  day: FigureTable;
}

/** The source of a table. */
export interface Row {
  session: string;
  model: string;
  day: string;
  figures: Figures;
}

/** Sums rows; rows of zeros are as good as none. */
export function sumRows(rows: readonly Row[]): Tables {
  const table = (by: (row: Row) => string) => {
    const sums = new Map<string, Figures>();
    for (const row of rows) {
      if (row.figures.every((count) => count === 0)) continue;
      const [a, b, c, d] = sums.get(by(row)) ?? [0, 0, 0, 0];
      const [e, f, g, h] = row.figures;
      sums.set(by(row), [a + e, b + f, c + g, d + h]);
    }
    return new Map([...sums].sort(([a], [b]) => a < b ? -1 : 1));
  };
  return {
    session: table(({ session }) => session),
    model: table(({ model }) => model),
    day: table(({ day }) => day),
  };
}

type Json = { [key: string]: unknown };

/** Runs ccusage on a home. */
export function askCcusage(
  agent: "claude" | "codex",
  home: string,
  zone: string,
): Tables {
  const sessions = run(agent, "session", home, zone);
  const days = run(agent, "daily", home, zone);
  const byDay = days.flatMap((day) => modelsOf(agent, day, String(day.date)));
  return {
    session: sumRows(
      sessions.flatMap((session) =>
        modelsOf(agent, session, "").map((row) => ({
          ...row,
          session: nameOf(String(session.sessionId)),
        }))
      ),
    ).session,
    model: sumRows(byDay).model,
    day: sumRows(byDay).day,
  };
}

function run(
  agent: string,
  report: "session" | "daily",
  home: string,
  zone: string,
): Json[] {
  const { code, stdout, stderr } = new Deno.Command(ccusage ?? "", {
    args: [agent, report, "--json", "--offline", "--timezone", zone],
    clearEnv: true,
    env: { HOME: home, PATH: Deno.env.get("PATH") ?? "" },
    stdin: "null",
  }).outputSync();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const answer: Json = JSON.parse(new TextDecoder().decode(stdout));
  const rows = answer.sessions ?? answer.session ?? answer.daily;
  if (!Array.isArray(rows)) {
    throw new TypeError(`no rows: ${Object.keys(answer)}`);
  }
  return rows;
}

/** Its rows of one report line: Claude's and Codex' are written differently. */
function modelsOf(agent: string, line: Json, day: string): Row[] {
  const list = agent === "claude"
    ? asArray(line.modelBreakdowns).map((it) =>
      [String(it.modelName), it] as const
    )
    : Object.entries(Object(line.models)).map(([name, it]) =>
      [name, Object(it)] as const
    );
  return list.map(([model, it]) => ({
    session: "",
    model,
    day: toIsoDay(day),
    figures: [
      Number(it.inputTokens ?? 0),
      Number(it.outputTokens ?? 0),
      Number(it.cacheCreationTokens ?? 0),
      Number(it.cacheReadTokens ?? 0),
    ],
  }));
}

function asArray(value: unknown): Json[] {
  return Array.isArray(value) ? value : [];
}

/** `Feb 01, 2026` and `2026-02-01` are the same day. */
function toIsoDay(day: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(day) || day === "") return day;
  const ms = Date.parse(`${day} UTC`);
  return Number.isNaN(ms) ? day : new Date(ms).toISOString().slice(0, 10);
}

/** The session's id: of Codex, it is the end of the file's path. */
function nameOf(id: string): string {
  return id.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)?.[0] ?? id;
}

/** Costs in US dollars. */
export interface Costs {
  session: ReadonlyMap<string, number>;
  day: ReadonlyMap<string, number>;
}

/** Asks ccusage for the costs of a home's sessions and days. */
export function askCosts(
  agent: "claude" | "codex",
  home: string,
  zone: string,
): Costs {
  const table = (report: "session" | "daily") =>
    run(agent, report, home, zone).map((line): [string, number] => [
      report === "session"
        ? nameOf(String(line.sessionId))
        : toIsoDay(String(line.date)),
      Number(line.totalCost ?? line.costUSD),
    ]);
  return {
    session: new Map(table("session")),
    day: new Map(table("daily")),
  };
}

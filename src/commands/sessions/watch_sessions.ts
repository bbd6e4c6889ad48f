// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen sessions --watch`: lists sessions as they change. Redraws a terminal; in a pipe, prints
 * each session again when it has changed.
 * @module
 */
import { pause, UsageError } from "../../context/mod.ts";
import { toLine } from "../../output/mod.ts";
import { joinBytes } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { isColumnFormat } from "../shell/settings.ts";
import { openIdleOutput } from "../ask/idle_output.ts";
import { resolvePlace } from "../ask/place.ts";
import { changesOf } from "../ask/session_changes.ts";
import { describePlace, renderSessionList } from "./print.ts";
import { printText } from "../shell/print.ts";
import type { SessionsOptions } from "./options.ts";
import { collectSessions, type SessionList } from "../ask/session_rows.ts";

/** Moves the cursor home. Then each line is overwritten, and the rest of the screen is erased. */
const HOME = "\x1b[H";
const ERASE_LINE = "\x1b[K";
const ERASE_BELOW = "\x1b[J";
const ERASE_ALL = "\x1b[2J";

/**
 * Lists sessions until SIGINT ends the process. SIGINT is not caught, because a handler could not
 * run while a write waits for a reader that does not read.
 *
 * @throws {UsageError} If the format is a single document, as the output never ends.
 */
export async function watchSessions(
  options: SessionsOptions & { watchMs: number },
  run: Run,
): Promise<void> {
  const { format, isFormatGiven } = run.settings;
  if (format === "json" && isFormatGiven) {
    throw new UsageError(
      "Cannot watch with -o json as that is one document: use -o ndjson",
    );
  }
  if (isColumnFormat(format)) {
    throw new UsageError(
      `Cannot watch with -o ${format} as that is one list: use -o ndjson`,
    );
  }
  const { output, run: idle } = await openIdleOutput(run);
  const show = format === "text" ? screen(idle) : lines(idle);
  const read = async (run: Run) => {
    const workspaces = await resolvePlace(options.place, run);
    const list = await collectSessions(workspaces, options, run);
    const draw = () => show(list, workspaces);
    await draw();
    return { workspaces, draw };
  };
  let { workspaces: [workspace = null], draw } = await read(run);
  const stepMs = Math.max(1, options.watchMs);
  const stop = new AbortController();
  const changes = changesOf({
    filter: options.place.kind === "all" ? {} : { workspace },
    gapMs: stepMs,
    pollMs: stepMs,
    signal: stop.signal,
  }, run);
  // On a screen the ages of what is known go on.
  const isScreen = format === "text" && output.isTerminal();
  try {
    while (true) {
      const next = changes.next();
      if (isScreen) await redrawUntil(next, stepMs, () => draw());
      const moment = await output.until(next);
      if (moment.done) return;
      draw = (await moment.value.outlast.try(read))?.draw ?? draw;
    }
  } finally {
    stop.abort();
    await changes.return();
  }
}

/** Draws again and again until there is something new. */
async function redrawUntil(
  news: Promise<unknown>,
  stepMs: number,
  draw: () => Promise<void>,
): Promise<void> {
  const come = new AbortController();
  // A rejection is seen by the caller.
  const done = () => come.abort();
  news.then(done, done);
  while (true) {
    await pause(stepMs, come.signal);
    if (come.signal.aborted) return;
    await draw();
  }
}

type ShowSessions = (
  list: SessionList,
  workspaces: readonly string[],
) => Promise<void>;

function screen(run: Run): ShowSessions {
  const isTerminal = run.context.stdout.isTerminal();
  let last: string | null = null;
  return async (list, workspaces) => {
    const lines = list.rows.length === 0
      ? [`(no sessions ${describePlace(workspaces)})`]
      : await renderSessionList(list, workspaces, run);
    if (isTerminal) {
      const text = fitScreen(lines, list).map((line) =>
        `${line}${ERASE_LINE}\n`
      );
      const start = last === null ? ERASE_ALL : "";
      await printText(run, start + HOME + text.join("") + ERASE_BELOW);
      last = "";
      return;
    }
    const text = `${lines.join("\n")}\n\n`;
    if (text !== last) await printText(run, text);
    last = text;
  };
}

/**
 * Returns the lines that fit the screen. If not all sessions fit, the last line says how many are
 * missing.
 */
function fitScreen(lines: readonly string[], list: SessionList): string[] {
  const rows = screenRows();
  const missing = BigInt(list.total) - BigInt(list.rows.length);
  if (lines.length <= rows && missing <= 0n) return [...lines];
  // The first line has the titles, and the last line the number of missing sessions.
  const shown = lines.slice(0, Math.max(1, rows - 1));
  const sessions = BigInt(shown.length - 1);
  return [...shown, `… ${BigInt(list.total) - sessions} more`];
}

/** Number of lines of a terminal that does not report its height. */
const UNKNOWN_ROWS = 24;

/** Returns the number of lines that fit the screen, without the line of the cursor. */
function screenRows(): number {
  try {
    return Math.max(1, (Deno.consoleSize().rows || UNKNOWN_ROWS) - 1);
  } catch {
    return UNKNOWN_ROWS - 1;
  }
}

function lines(run: Run): ShowSessions {
  const seen = new Map<string, string>();
  return async ({ rows }) => {
    const lines = rows.flatMap(({ record, bytes }) => {
      const line = toLine({ kind: "row", bytes });
      const text = new TextDecoder().decode(line);
      const key = `${record.workspace}\0${record.id}`;
      if (seen.get(key) === text) return [];
      seen.set(key, text);
      return [line];
    });
    if (lines.length > 0) await run.context.stdout.write(joinBytes(lines));
  };
}

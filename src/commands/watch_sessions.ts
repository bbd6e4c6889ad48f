// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen sessions --watch`: asks again and again. A terminal is redrawn; a pipe gets each session anew whenever it has changed.
 * @module
 */
import { pause, UsageError } from "../context/mod.ts";
import { toLine } from "../output/mod.ts";
import type { Run } from "./cli.ts";
import { Interrupt } from "./interrupt.ts";
import { resolvePlace } from "./place.ts";
import { renderList } from "./print_sessions.ts";
import { printText } from "./print.ts";
import type { SessionsOptions } from "./run_sessions.ts";
import { collectSessions, type SessionList } from "./session_rows.ts";
import { joinBytes } from "./stream_records.ts";

/** Cursor home; then each line is written over, and what is left below is erased. */
const HOME = "\x1b[H";
const ERASE_LINE = "\x1b[K";
const ERASE_BELOW = "\x1b[J";
const ERASE_ALL = "\x1b[2J";

/**
 * Lists sessions until SIGINT.
 *
 * @throws {InterruptedError} At SIGINT.
 * @throws {UsageError} If one document was asked for, as this has no end.
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
  using interrupt = new Interrupt();
  const show = format === "text" ? screen(run) : changes(run);
  for (let first = true;; first = false) {
    const ask = async () => {
      const workspaces = await resolvePlace(options.place, run);
      const list = await collectSessions(workspaces, options, run);
      await show(list, workspaces, first);
      await pause(Math.max(1, options.watchMs));
    };
    await interrupt.guard(ask());
  }
}

type Show = (
  list: SessionList,
  workspaces: readonly string[],
  first: boolean,
) => Promise<void>;

function screen(run: Run): Show {
  const isTerminal = run.context.stdout.isTerminal();
  return async (list, workspaces, first) => {
    const lines = list.rows.length === 0
      ? ["(no sessions)"]
      : renderList(list, workspaces, run);
    if (!isTerminal) return await printText(run, `${lines.join("\n")}\n\n`);
    const fitting = lines.slice(0, screenRows());
    await printText(
      run,
      (first ? ERASE_ALL : "") + HOME +
        fitting.map((line) => `${line}${ERASE_LINE}\n`).join("") + ERASE_BELOW,
    );
  };
}

/** Lines that a screen has room for, one being kept for the cursor. */
function screenRows(): number {
  try {
    return Math.max(1, Deno.consoleSize().rows - 1);
  } catch {
    return Infinity;
  }
}

function changes(run: Run): Show {
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

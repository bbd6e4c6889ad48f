// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints the events that match, or their sessions.
 * @module
 */
import { escapeLine, formatTime, makePaint } from "../../output/mod.ts";
import { encodeJson } from "../../proto/mod.ts";
import { noteNothing } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";
import { printLines, printText } from "../shell/print.ts";
import type { GrepOptions } from "./options.ts";
import type { GrepMatch } from "./search.ts";

/** A session with events that match. */
interface SessionMatches {
  type: "session_matches";
  machine: string;
  workspace: string;
  agent: string;
  session_id: string;
  /** Number of its events that match; null where only the session is asked for. */
  count: number | null;
}

/** Prints matches as they arrive. */
interface MatchPrinter {
  print(matches: readonly GrepMatch[]): Promise<void>;
  /** Prints what is known only at the end. */
  end(): Promise<void>;
}

/** Returns the printer for what is asked for and for the format of a run. */
export function matchPrinter(
  shows: GrepOptions["shows"],
  run: Run,
): MatchPrinter {
  if (shows === "events") {
    return rowPrinter(run, (match) => renderMatch(match, run));
  }
  return shows === "sessions" ? sessionPrinter(run) : countPrinter(run);
}

/** Prints rows in the format of a run. */
function rowPrinter<T>(
  run: Run,
  render: (row: T) => string,
): { print(rows: readonly T[]): Promise<void>; end(): Promise<void> } {
  const { format, isFormatGiven } = run.settings;
  const isDocument = format === "json" && isFormatGiven;
  let start = '{"type":"matches","rows":[';
  let isEmpty = true;
  return {
    async print(rows) {
      if (rows.length > 0) isEmpty = false;
      if (isDocument) {
        for (const row of rows) {
          await printText(run, `${start}${encodeJson(row)}`);
          start = ",";
        }
        return;
      }
      const line = format === "text" ? render : encodeJson;
      await printLines(run, rows.map(line));
    },
    async end() {
      if (isDocument) await printText(run, `${start === "," ? "" : start}]}\n`);
      else if (isEmpty && format === "text") {
        await noteNothing("no event matches", run);
      }
    },
  };
}

function sessionPrinter(run: Run): MatchPrinter {
  const rows = rowPrinter(run, renderSession);
  const seen = new Set<string>();
  return {
    async print(matches) {
      const found: SessionMatches[] = [];
      for (const match of matches) {
        const key = keyOf(match);
        if (!seen.has(key)) found.push(sessionOf(match, null));
        seen.add(key);
      }
      await rows.print(found);
    },
    end: () => rows.end(),
  };
}

function countPrinter(run: Run): MatchPrinter {
  const rows = rowPrinter(run, renderSession);
  const counts = new Map<string, SessionMatches>();
  return {
    print(matches) {
      for (const match of matches) {
        const key = keyOf(match);
        const count = (counts.get(key)?.count ?? 0) + 1;
        counts.set(key, sessionOf(match, count));
      }
      return Promise.resolve();
    },
    async end() {
      await rows.print([...counts.values()]);
      await rows.end();
    },
  };
}

/** An id occurs in more than one workspace, now and then. */
function keyOf({ workspace, session_id }: GrepMatch): string {
  return `${workspace}\0${session_id}`;
}

function sessionOf(match: GrepMatch, count: number | null): SessionMatches {
  const { machine, workspace, agent, session_id } = match;
  return {
    type: "session_matches",
    machine,
    workspace,
    agent,
    session_id,
    count,
  };
}

function renderSession({ session_id, count }: SessionMatches): string {
  const id = escapeLine(session_id);
  return count === null ? id : `${id}:${count}`;
}

/** One line: time, session, event, place, and the snippet with its matches in color. */
function renderMatch(match: GrepMatch, { settings }: Run): string {
  const paint = makePaint(settings.color);
  const { ts_ms, session_id, event, tool, where, snippet, matches } = match;
  const characters = [...snippet];
  const part = (from: number, to?: number) =>
    escapeLine(characters.slice(from, to).join(""));
  let text = "";
  let at = 0;
  for (const place of matches) {
    const [start, end] = [Number(place.start), Number(place.end)];
    text += part(at, start) + paint.bold(paint.red(part(start, end)));
    at = end;
  }
  const fields = [
    paint.dim(formatTime(ts_ms)),
    paint.cyan(escapeLine(session_id)),
    escapeLine(tool ?? event),
    `${paint.dim(escapeLine(where))}: ${text}${part(at)}`,
  ];
  return fields.join("  ");
}

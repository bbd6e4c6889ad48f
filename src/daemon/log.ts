// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The daemon's log: one JSON object a line, to a sink that never fails its caller.
 * @module
 */

/** The severity of a line. */
export type LogLevel = "info" | "warn" | "error";

/** Writes a line to the log; never throws. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: Record<string, unknown>,
) => void;

/** Takes whole lines. If it throws, the line is lost and nothing else happens. */
export type LineSink = (line: Uint8Array) => void;

/**
 * Maximum length of a text in one field, in characters, so that a hostile request cannot fill the
 * log.
 */
const MAX_FIELD_CHARS = 2_000;

/**
 * Characters that JSON does not escape but a terminal acts on or hides; in the foreground the log
 * goes to a terminal. It matches UTF-16 units, as JSON escapes do, so a character of two units
 * becomes two escapes.
 */
const INVISIBLE =
  /[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]/g;

function escapeUnit(text: string): string {
  return text.split("").map((unit) =>
    `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  ).join("");
}

/**
 * Makes a log that writes `{"time","level","message",…}` lines into `sink`.
 *
 * @param now Wall clock in epoch milliseconds.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jsonLog } from "./log.ts";
 *
 * const lines: string[] = [];
 * const log = jsonLog((line) => lines.push(new TextDecoder().decode(line)), () => 0);
 * log("info", "daemon ready", { pid: 7 });
 * assertEquals(lines, [
 *   `{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"daemon ready","pid":7}\n`,
 * ]);
 * ```
 */
export function jsonLog(sink: LineSink, now: () => number): Log {
  const encoder = new TextEncoder();
  return (level, message, fields = {}) => {
    const time = new Date(now()).toISOString();
    const line = JSON.stringify(
      { time, level, message: shorten(message), ...fields },
      (_key, value) => typeof value === "string" ? shorten(value) : value,
    );
    try {
      sink(encoder.encode(`${line.replace(INVISIBLE, escapeUnit)}\n`));
    } catch {
      // The disk is full or the terminal closed. There is no other place to report that; the daemon
      // continues.
    }
  };
}

function shorten(text: string): string {
  return text.length <= MAX_FIELD_CHARS
    ? text
    : `${text.slice(0, MAX_FIELD_CHARS)}…`;
}

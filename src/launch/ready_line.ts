// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one line that a daemon in the background writes to stdout, for the process that spawned it.
 * @module
 */
import { decodeJson, encodeJson, JsonError } from "../proto/mod.ts";

/** A daemon that can be reached. */
export interface ReadyInfo {
  pid: number;
  socket: string;
  log: string;
}

/** The content of the line: the daemon, or the reason why there is none. */
export type ReadyLine =
  | { ready: true } & ReadyInfo
  | {
    ready: false;
    /** The exit code of the process. */
    exit: number;
    message: string;
    /** The process id of the daemon that owns the home. */
    pid: number | null;
    /** Whether that daemon answers. */
    answers: boolean;
  };

/** Returns the line, including its line feed. */
export function printReadyLine(line: ReadyLine): string {
  return `${encodeJson(line)}\n`;
}

/**
 * Reads the line.
 *
 * @returns The line's content, or null if the text is no such line.
 */
export function parseReadyLine(text: string): ReadyLine | null {
  let value;
  try {
    value = decodeJson(new TextEncoder().encode(text));
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return null;
  }
  const { ready, pid, socket, log, exit, message, answers } = value;
  if (ready === true) {
    return typeof pid === "number" && typeof socket === "string" &&
        typeof log === "string"
      ? { ready, pid, socket, log }
      : null;
  }
  return ready === false && typeof exit === "number" &&
      typeof message === "string" && typeof answers === "boolean" &&
      (typeof pid === "number" || pid === null)
    ? { ready, exit, message, pid, answers }
    : null;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one line that a daemon in the background says to whoever started it.
 * @module
 */
import { decodeJson, encodeJson, JsonError } from "../proto/mod.ts";

/** What a daemon says once it can be reached. */
export interface ReadyInfo {
  pid: number;
  socket: string;
  log: string;
}

/** A daemon that can be reached, or why there is none. */
export type ReadyLine =
  | { ready: true } & ReadyInfo
  | {
    ready: false;
    /** What the process ends with. */
    exit: number;
    message: string;
    /** Of the daemon that owns the home. */
    pid: number | null;
    /** Whether that daemon answers. */
    answers: boolean;
  };

/** Returns the line with its end. */
export function printReadyLine(line: ReadyLine): string {
  return `${encodeJson(line)}\n`;
}

/**
 * Reads the line.
 *
 * @returns What it says, or null if it is no such line.
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

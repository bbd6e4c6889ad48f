// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Counts the events that hooks could not record, because a hook itself prints nothing. Each failure
 * is a line, so that hooks need not wait for each other.
 * @module
 */
import { lookAt, retryInterrupted } from "../context/mod.ts";
import { decodeJson, encodeJson } from "../proto/mod.ts";
import { openNote, readNote, tryLock, writeWhole } from "./durable_file.ts";

/** The count. */
export interface Failures {
  failures: number;
  last_failure: { ms: number; reason: string } | null;
}

/** One line of the file. */
export interface Failure {
  /** Time of the failure, in epoch milliseconds. */
  ms: number;
  reason: string;
  /** Failures that the line stands for: 1, or all up to this one. */
  count: number;
}

/** Name of the file. */
export const FAILURES_FILE = ".failures";
/** Above this size in bytes the lines are merged into one. */
const MAX_FILE_BYTES = 64 * 1024;
/** Longest reason that is kept, in characters. */
const MAX_REASON = 300;

/** Adds one failure. */
export function addFailure(
  folder: string,
  failure: { ms: number; reason: string },
): void {
  const path = `${folder}/${FAILURES_FILE}`;
  const reason = failure.reason.slice(0, MAX_REASON);
  using file = openNote(path, true);
  writeWhole(file, line({ ms: failure.ms, reason, count: 1 }));
  if (file.statSync().size > MAX_FILE_BYTES) sumUp(path);
}

/** Returns the count and the last failure. */
export function readFailures(folder: string): Failures {
  return countFailures(listFailures(folder));
}

/** Lists the failures, oldest first. */
export function listFailures(folder: string): Failure[] {
  const bytes = readNote(`${folder}/${FAILURES_FILE}`);
  return bytes === null ? [] : parseLines(new TextDecoder().decode(bytes));
}

/**
 * Forgets all failures. One that a hook adds meanwhile stays.
 *
 * @returns How many there were.
 */
export function clearFailures(folder: string): number {
  const path = `${folder}/${FAILURES_FILE}`;
  if (lookAt(path) === null) return 0;
  using file = openNote(path);
  retryInterrupted(() => file.lockSync(true));
  const { failures } = readFailures(folder);
  file.truncateSync(0);
  return failures;
}

/** Replaces the lines by one. A second process finds the file short again. */
function sumUp(path: string): void {
  using file = openNote(path);
  if (!tryLock(file)) return;
  const bytes = readNote(path) ?? new Uint8Array();
  const { failures, last_failure } = countFailures(
    parseLines(new TextDecoder().decode(bytes)),
  );
  if (last_failure === null) return;
  file.truncateSync(0);
  writeWhole(file, line({ ...last_failure, count: failures }));
}

/** Begins with a line feed, as a line before it may have been cut short. */
function line(failure: Failure) {
  return new TextEncoder().encode(`\n${encodeJson(failure)}\n`);
}

function countFailures(all: readonly Failure[]): Failures {
  const last = all.at(-1);
  return {
    failures: all.reduce((sum, { count }) => sum + count, 0),
    last_failure: last ? { ms: last.ms, reason: last.reason } : null,
  };
}

function parseLines(text: string): Failure[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

function parseLine(text: string): Failure | null {
  if (text === "") return null;
  try {
    const value = decodeJson(new TextEncoder().encode(text));
    if (
      typeof value !== "object" || value === null || Array.isArray(value)
    ) return null;
    const { ms, reason, count } = value;
    return typeof ms === "number" && typeof reason === "string" &&
        typeof count === "number"
      ? { ms, reason, count }
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null; // cut short by a crash
    throw error;
  }
}

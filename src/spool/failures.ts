// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Counts the events that hooks could not record, because a hook itself prints nothing.
 *
 * Each failure is a line of a file, so that hooks need not wait for each other. A full disk takes
 * no line. There a file stands for each kind of fault, which consists of holes: its size is the
 * number of events, and its time that of the last one. Holes take no room.
 * @module
 */
import { faultWords, lookAt, retryInterrupted } from "../context/mod.ts";
import { decodeJson, encodeJson } from "../proto/mod.ts";
import { openNote, readNote, tryLock, writeWhole } from "./durable_file.ts";
import { readEntries } from "./listing.ts";

/** Events that were lost to one kind of fault. */
export interface Loss {
  /** The system's name of the fault, such as `ENOSPC`. */
  code: string;
  /** A description of the fault. */
  reason: string;
  events: number;
  /** Time of the last one, in epoch milliseconds. */
  last_ms: number;
}

/** The count. */
export interface Failures {
  failures: number;
  last_failure: { ms: number; reason: string } | null;
  /** The failures that lost an event to a fault of the system, by fault. */
  losses: Loss[];
}

/** A failure as it is counted. */
export interface NewFailure {
  /** Time of the failure, in epoch milliseconds. */
  ms: number;
  reason: string;
  /** The fault of the system that lost the event, such as `ENOSPC`; null if it was none. */
  code: string | null;
}

/** One line of the file. */
export interface Failure extends NewFailure {
  /** Failures that the line stands for: 1, or all of this code up to this one. */
  count: number;
}

/** Name of the file with a line for each failure. */
export const FAILURES_FILE = ".failures";
/** The name of a file of holes is this and the fault's code. */
const LOST_PREFIX = ".lost-";
/** Above this size in bytes the lines are merged. */
const MAX_FILE_BYTES = 64 * 1024;
/** Longest reason that is kept, in characters. */
const MAX_REASON = 300;

/**
 * Adds one failure.
 *
 * @throws {Error} If the system refuses that, too.
 */
export function addFailure(folder: string, failure: NewFailure): void {
  const path = `${folder}/${FAILURES_FILE}`;
  const reason = failure.reason.slice(0, MAX_REASON);
  let bytes: number;
  try {
    using file = openNote(path, true);
    writeWhole(file, encodeLine({ ...failure, reason, count: 1 }));
    bytes = file.statSync().size;
  } catch (error) {
    if (failure.code === null) throw error;
    return addHole(`${folder}/${LOST_PREFIX}${failure.code}`);
  }
  if (bytes > MAX_FILE_BYTES) mergeLines(path);
}

function addHole(path: string): void {
  using file = openNote(path);
  retryInterrupted(() => file.lockSync(true));
  file.truncateSync(file.statSync().size + 1);
}

/**
 * Returns the counts and the last failure.
 *
 * @param names Names in the folder.
 */
export function readFailures(
  folder: string,
  names: readonly string[],
): Failures {
  const all = readAll(folder, names);
  const last = all.at(-1);
  return {
    failures: sumCounts(all),
    last_failure: last ? { ms: last.ms, reason: last.reason } : null,
    losses: groupByCode(all).flatMap(([code, failures]): Loss[] => {
      const last_ms = failures.at(-1)?.ms ?? 0;
      const events = sumCounts(failures);
      return code === null
        ? []
        : [{ code, reason: faultWords(code), events, last_ms }];
    }),
  };
}

/** Lists the failures, oldest first. */
export function listFailures(folder: string): Failure[] {
  return readAll(folder, readEntries(folder).map(({ name }) => name));
}

/**
 * Forgets all failures. One that a hook adds meanwhile stays.
 *
 * @returns How many there were.
 */
export function clearFailures(folder: string): number {
  let failures = 0;
  for (const { name } of readEntries(folder)) {
    const path = `${folder}/${name}`;
    const isHoles = name.startsWith(LOST_PREFIX);
    if (!isHoles && name !== FAILURES_FILE) continue;
    using file = openNote(path);
    retryInterrupted(() => file.lockSync(true));
    failures += readFailures(folder, [name]).failures;
    file.truncateSync(0);
  }
  return failures;
}

function readAll(folder: string, names: readonly string[]): Failure[] {
  return names.flatMap((name) => {
    const path = `${folder}/${name}`;
    if (name === FAILURES_FILE) return readLines(path);
    return name.startsWith(LOST_PREFIX)
      ? readHoles(path, name.slice(LOST_PREFIX.length))
      : [];
  }).sort((a, b) => a.ms - b.ms);
}

function readHoles(path: string, code: string): Failure[] {
  const found = lookAt(path);
  return found === null || !found.isFile || found.size === 0 ? [] : [{
    ms: found.mtime?.getTime() ?? 0,
    reason: faultWords(code),
    code,
    count: found.size,
  }];
}

function readLines(path: string): Failure[] {
  const text = new TextDecoder().decode(readNote(path) ?? new Uint8Array());
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}

/**
 * Replaces the lines by one for each code. A second process finds the file short again. The new
 * lines are written over the old ones, because a full disk has room for nothing else.
 */
function mergeLines(path: string): void {
  using file = openNote(path);
  if (!tryLock(file)) return;
  const lines = groupByCode(readLines(path)).flatMap(([, failures]) => {
    const last = failures.at(-1);
    return last === undefined ? [] : [{ ...last, count: sumCounts(failures) }];
  }).sort((a, b) => a.ms - b.ms).map(encodeLine);
  for (const line of lines) writeWhole(file, line);
  file.truncateSync(lines.reduce((sum, { length }) => sum + length, 0));
}

function groupByCode(
  all: readonly Failure[],
): [code: string | null, failures: Failure[]][] {
  return [...Map.groupBy(all, ({ code }) => code)];
}

function sumCounts(failures: readonly Failure[]): number {
  return failures.reduce((sum, { count }) => sum + count, 0);
}

/** Begins with a line feed, as a line before it may have been cut short. */
function encodeLine({ code, ...failure }: Failure): Uint8Array {
  const fields = code === null ? failure : { ...failure, code };
  return new TextEncoder().encode(`\n${encodeJson(fields)}\n`);
}

function parseLine(text: string): Failure | null {
  if (text === "") return null;
  try {
    const value = decodeJson(new TextEncoder().encode(text));
    if (
      typeof value !== "object" || value === null || Array.isArray(value)
    ) return null;
    const { ms, reason, count, code } = value;
    return typeof ms === "number" && typeof reason === "string" &&
        typeof count === "number"
      ? { ms, reason, count, code: typeof code === "string" ? code : null }
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null; // cut short by a crash
    throw error;
  }
}

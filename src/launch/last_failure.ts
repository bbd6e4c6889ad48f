// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The reason why no daemon is running, if the last one could not start: the last line of the log.
 * @module
 */
import { openToRead } from "../context/mod.ts";

/** The message of the log line of a daemon that ends with a failure. */
export const DAEMON_FAILED = "daemon failed";

/** The longest last line that is read, in bytes. */
const MAX_LINE_BYTES = 16 * 1024;

/**
 * Reads why the last daemon in the background failed.
 *
 * @param log Path of its log.
 * @returns Null if it did not fail, or if there is no log.
 */
export function readLastFailure(log: string): string | null {
  try {
    using file = openToRead(log);
    if (file === null) return null;
    const from = Math.max(0, file.statSync().size - MAX_LINE_BYTES);
    file.seekSync(from, Deno.SeekMode.Start);
    const bytes = new Uint8Array(MAX_LINE_BYTES);
    const have = file.readSync(bytes) ?? 0;
    const text = new TextDecoder().decode(bytes.subarray(0, have)).trimEnd();
    const line: unknown = JSON.parse(text.slice(text.lastIndexOf("\n") + 1));
    return reasonOf(line);
  } catch {
    return null; // no log, or its last line was cut short
  }
}

function reasonOf(line: unknown): string | null {
  return typeof line === "object" && line !== null && "message" in line &&
      line.message === DAEMON_FAILED && "reason" in line &&
      typeof line.reason === "string"
    ? line.reason
    : null;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors of the system, as opposed to bugs, and their messages.
 * @module
 */
import { closedReason } from "./closed_folder.ts";

/** Whether the system reported this error. If not, it is a bug in this program. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error &&
    ("code" in error || / \(os error \d+\)/.test(error.message));
}

/** Returns the message of an error without the call that Deno adds after it. */
export function systemReason(error: unknown): string {
  const closed = closedReason(error);
  if (closed !== null) return closed.reason;
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/: \w+ '[^]*'.*$/, "");
}

/** Names of faults that lose events, in words. */
const FAULT_WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "disk quota exceeded",
  EIO: "input/output error",
  EMFILE: "too many open files",
  ENFILE: "too many open files in system",
  ENOMEM: "cannot allocate memory",
  ENOSPC: "no space left on device",
  EROFS: "read-only file system",
};

/** Returns the words for a fault of the system, or its name if it has none here. */
export function faultWords(code: string): string {
  return FAULT_WORDS[code] ?? code;
}

/**
 * Finds the fault of the system that is the cause of an error.
 *
 * @returns Its name, such as `ENOSPC`, or null if the system is not the cause.
 */
export function findFault(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (
      "code" in at && typeof at.code === "string" &&
      /^E[A-Z0-9]+$/.test(at.code)
    ) {
      return at.code;
    }
  }
  return null;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors of the commands themselves. `verdict.ts` maps them, and the errors of other folders, to
 * exit codes.
 * @module
 */
import { UsageError } from "../../context/mod.ts";

/** The command line is wrong. Knows the command whose help explains it. */
export class CommandLineError extends UsageError {
  override get name(): string {
    return "CommandLineError";
  }
  /** @param command The command as typed, such as `kaizen sessions`. */
  constructor(message: string, readonly command: string) {
    super(message);
  }
}

/** A possible match for an ambiguous name, with a short description. */
export interface Candidate {
  word: string;
  about: string;
}

/** The requested item does not exist, or its name is ambiguous (exit 1). */
export class NotFoundError extends Error {
  override get name(): string {
    return "NotFoundError";
  }
  /**
   * @param hint The next command to run.
   * @param candidates The possible matches, if the name is ambiguous.
   * @param more Number of possible matches that are not in `candidates`.
   */
  constructor(
    message: string,
    readonly hint: string,
    readonly candidates: readonly Candidate[] = [],
    readonly more = 0,
  ) {
    super(message);
  }
}

/** The input is not a hook event, or is too large for a frame (exit 65). */
export class BadInputError extends Error {
  override get name(): string {
    return "BadInputError";
  }
}

/** The daemon does not know the request (exit 6). */
export class UnsupportedError extends Error {
  override get name(): string {
    return "UnsupportedError";
  }
}

/** A file could not be read or written (exit 74). */
export class FileError extends Error {
  override get name(): string {
    return "FileError";
  }
  constructor(message: string, readonly hint: string | null = null) {
    super(message);
  }
}

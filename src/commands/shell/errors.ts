// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Failures that the commands themselves find; other folders' errors are mapped in `verdict.ts`.
 * @module
 */
import { UsageError } from "../../context/mod.ts";

/** The command line is wrong; knows which command's help to point at. */
export class CommandLineError extends UsageError {
  override get name(): string {
    return "CommandLineError";
  }
  /** @param command The command as typed, such as `kaizen sessions`. */
  constructor(message: string, readonly command: string) {
    super(message);
  }
}

/** What may have been meant, with a few words about it. */
export interface Candidate {
  word: string;
  about: string;
}

/** What was asked about is not there, or cannot be told apart (exit 1). */
export class NotFoundError extends Error {
  override get name(): string {
    return "NotFoundError";
  }
  /**
   * @param hint The next command to run.
   * @param candidates What may have been meant, if several things.
   * @param more How many there are besides.
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

/** Input is no hook event, or too long for a frame (exit 65). */
export class BadInputError extends Error {
  override get name(): string {
    return "BadInputError";
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors in the surroundings of a run: its words, its home, its output, the daemon that it starts.
 * @module
 */

/** The words of the command line or its environment are wrong (exit 64). */
export class UsageError extends Error {
  override get name(): string {
    return "UsageError";
  }
}

/** A file or folder of kaizen's home cannot be used (exit 74). */
export class HomeError extends Error {
  override get name(): string {
    return "HomeError";
  }
  /** Whether the message says what to do. */
  readonly isAdvice: boolean;

  constructor(
    message: string,
    { isAdvice = false, ...options }: ErrorOptions & { isAdvice?: boolean } =
      {},
  ) {
    super(message, options);
    this.isAdvice = isAdvice;
  }
}

/** Another daemon owns the home, or listens at its socket (exit 73). */
export class HomeBusyError extends Error {
  override get name(): string {
    return "HomeBusyError";
  }
  /** Whether that daemon answers, so that a caller that needs a daemon can use it. */
  readonly answers: boolean;

  /** @param pid The owner's process id, or null if it is unknown. */
  constructor(
    readonly pid: number | null,
    message: string,
    options: { answers?: boolean } = {},
  ) {
    super(message);
    this.answers = options.answers ?? false;
  }
}

/** A daemon was started and broke before it was ready (exit 70). */
export class StartError extends Error {
  override get name(): string {
    return "StartError";
  }
}

/** The reader of our output has gone away (exit 141, quietly). */
export class ClosedPipeError extends Error {
  override get name(): string {
    return "ClosedPipeError";
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Why a daemon does not start.
 * @module
 */

/** Another daemon owns this home, or listens at its socket (exit 73). */
export class HomeBusyError extends Error {
  override get name(): string {
    return "HomeBusyError";
  }
  /** Whether that daemon answers, so that whoever needs one can use it. */
  readonly answers: boolean;

  /** @param pid The owner's process id, or null if it has not said. */
  constructor(
    readonly pid: number | null,
    message: string,
    options: { answers?: boolean } = {},
  ) {
    super(message);
    this.answers = options.answers ?? false;
  }
}

/** A daemon in the background ended, or said nothing in time, before it was ready. */
export class StartError extends Error {
  override get name(): string {
    return "StartError";
  }
  /** @param exit The exit code that fits: 4 for too late, 70 for a daemon that broke. */
  constructor(readonly exit: 4 | 70, message: string) {
    super(message);
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Value types of options and arguments, for the command library.
 * @module
 */
import { type ArgumentValue, ValidationError } from "@cliffy/command";
import { parseDuration, UsageError } from "../../context/mod.ts";
import { SESSION_STATUSES, type SessionStatus } from "../../proto/mod.ts";
import { guessWord } from "./nearest.ts";
import {
  checkTimeout,
  COLOR_CHOICES,
  type ColorChoice,
  type Format,
  FORMATS,
} from "./settings.ts";
import { readMarked } from "./words.ts";

/**
 * Parses any text. If it starts with a dash, it is probably an option, unless it is written after
 * `--` or as `--option=-value`.
 */
export function textType({ label, name, value }: ArgumentValue): string {
  const marked = readMarked(value);
  if (marked !== null) return marked;
  if (!value.startsWith("-") || value === "-") return value;
  throw new ValidationError(
    label === "Argument"
      ? `Unknown option "${value}"`
      : `Missing value for option "${name}": "${value}" looks like an option (write ${name}=${value} to use it as a value)`,
  );
}

/**
 * Parses a text that is not empty: a script whose variable is not set must not get the answer to
 * another question.
 */
export function wordType(arg: ArgumentValue): string {
  const text = textType(arg);
  if (text !== "") return text;
  throw new ValidationError(`${arg.label} "${arg.name}" must not be empty`);
}

/**
 * Parses a duration.
 *
 * @returns The duration in milliseconds.
 */
export function durationType(arg: ArgumentValue): number {
  return inUsage(arg, () => parseDuration(arg.value));
}

/**
 * Parses a duration of at least one millisecond.
 *
 * @returns The duration in milliseconds.
 */
export function timeoutType(arg: ArgumentValue): number {
  return inUsage(arg, () => checkTimeout(parseDuration(arg.value)));
}

/** Parses a whole number from 0 to 2^53 - 1, written in digits. */
export function countType({ label, name, value }: ArgumentValue): number {
  const count = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(count)) return count;
  throw new ValidationError(
    `${label} "${name}" must be a whole number, 0 or more, but got "${value}"`,
  );
}

/** Parses the name of an output format. */
export function formatType(arg: ArgumentValue): Format {
  return pick(arg, FORMATS);
}

/** Parses when to use colors. */
export function colorType(arg: ArgumentValue): ColorChoice {
  return pick(arg, COLOR_CHOICES);
}

/** Parses a session status, case-insensitively. */
export function statusType(arg: ArgumentValue): SessionStatus {
  const wanted = arg.value.toLowerCase();
  return SESSION_STATUSES.find((status) => status.toLowerCase() === wanted) ??
    pick(arg, SESSION_STATUSES);
}

/**
 * Finds one of the allowed words.
 *
 * @throws {ValidationError} If there is no such word. The message suggests the nearest one and
 * lists all.
 */
export function pick<T extends string>(
  { label, name, value }: ArgumentValue,
  allowed: readonly T[],
): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new ValidationError(
    `${label} "${name}" must be one of ${
      allowed.join(", ")
    }, but got "${value}"${guessWord(value, allowed)}`,
  );
}

/** Runs `read`, and adds the name of the option to its usage error. */
function inUsage<T>({ label, name }: ArgumentValue, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new ValidationError(`${label} "${name}": ${error.message}`, {
      cause: error,
    });
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Types of option values and arguments, for the command library.
 * @module
 */
import { type ArgumentValue, ValidationError } from "@cliffy/command";
import { type AgentName, listAgents } from "../../agents/mod.ts";
import { parseDuration, UsageError } from "../../context/mod.ts";
import { SESSION_STATUSES, type SessionStatus } from "../../proto/mod.ts";
import { findNearest } from "./nearest.ts";
import {
  checkTimeout,
  COLOR_CHOICES,
  type ColorChoice,
  type Format,
  FORMATS,
} from "./settings.ts";

/** An agent's name. */
export function sourceType(arg: ArgumentValue): AgentName {
  return pick(arg, listAgents());
}

/** Any text but one that begins with a dash: that was meant as an option. */
export function wordType({ label, name, value }: ArgumentValue): string {
  if (!value.startsWith("-") || value === "-") return value;
  throw new ValidationError(
    label === "Argument"
      ? `Unknown option "${value}"`
      : `Missing value for option "${name}": "${value}" looks like an option (write ${name}=${value} if it is meant)`,
  );
}

/** A duration, in milliseconds. */
export function durationType(arg: ArgumentValue): number {
  return inUsage(arg, () => parseDuration(arg.value));
}

/** A duration of at least a millisecond. */
export function timeoutType(arg: ArgumentValue): number {
  return inUsage(arg, () => checkTimeout(parseDuration(arg.value)));
}

/** A whole number from 0 to 2^53 - 1, in digits. */
export function countType({ label, name, value }: ArgumentValue): number {
  const count = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(count)) return count;
  throw new ValidationError(
    `${label} "${name}" must be a whole number from 0 on, but got "${value}"`,
  );
}

/** A format's name. */
export function formatType(arg: ArgumentValue): Format {
  return pick(arg, FORMATS);
}

/** When to use colors. */
export function colorType(arg: ArgumentValue): ColorChoice {
  return pick(arg, COLOR_CHOICES);
}

/** A session status, in any letter case. */
export function statusType(arg: ArgumentValue): SessionStatus {
  const wanted = arg.value.toLowerCase();
  return SESSION_STATUSES.find((status) => status.toLowerCase() === wanted) ??
    pick(arg, SESSION_STATUSES);
}

/**
 * Finds one of the allowed words.
 *
 * @throws {ValidationError} If it is none; with the nearest one, and all of them.
 */
export function pick<T extends string>(
  { label, name, value }: ArgumentValue,
  allowed: readonly T[],
): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  const near = findNearest(value, allowed);
  throw new ValidationError(
    `${label} "${name}" must be one of ${
      allowed.join(", ")
    }, but got "${value}"` +
      (near === null ? "" : `; did you mean "${near}"?`),
  );
}

/** Says which option a wrong value was for. */
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

// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Command } from "./command.ts";

/** One word of the command line on its way through a type. */
export interface ArgumentValue {
  /** `Option` or `Argument`. */
  label: string;
  /** Name of the type that it must be of. */
  type: string;
  /** `--name` of the option, or the argument's name. */
  name: string;
  /** The word itself. */
  value: string;
}

/** The command line is wrong. */
export class ValidationError extends Error {
  /** The command that refused it. */
  cmd?: Command;
}

/** Returns the error for a part of the real API that the stand-in leaves out. */
export function unsupported(what: string): TypeError {
  return new TypeError(
    `Cannot use "${what}" with the offline stand-in, which leaves it out`,
  );
}

/** Returns a name as a user types it: with one dash or two. */
export function addDashes(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}

/** Returns a sentence that offers the nearest known word, or nothing when there is none. */
export function didYouMean(
  kind: "command" | "option",
  word: string,
  known: readonly string[],
): string {
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const distance = countEdits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest === undefined ? "" : ` Did you mean ${kind} "${nearest}"?`;
}

/** Counts the characters to add, remove or change to turn `a` into `b`. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(
        (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1),
        (row[j + 1] ?? 0) + 1,
        (next[j] ?? 0) + 1,
      ));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Command } from "./command.ts";
import type { ArgumentValue } from "./types.ts";

/** Options of {@linkcode ValidationError}. */
export interface ValidationErrorOptions extends ErrorOptions {
  exitCode?: number;
}

/** The command line is wrong. */
export class ValidationError extends Error {
  readonly exitCode: number;
  /** The command that refused it. */
  cmd?: Command;

  constructor(message: string, options: ValidationErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 2;
  }
}

/** Returns the error for a word that its type refuses. */
export function wrongType(
  { label, name, type, value }: ArgumentValue,
  expected: readonly unknown[] = [],
): ValidationError {
  const values = expected.map((one) => `"${one}"`).join(", ");
  return new ValidationError(
    `${label} "${name}" must be of type "${type}", but got "${value}".${
      values && ` Expected values: ${values}`
    }`,
  );
}

/** Returns a name as it is typed: with one dash or two. */
export function dashed(name: string): string {
  if (name.startsWith("-")) return name;
  return name.length > 1 ? `--${name}` : `-${name}`;
}

/** Returns a sentence that offers the nearest of the known words, or nothing when there are none. */
export function didYouMean(
  kind: "command" | "option" | "type",
  word: string,
  known: readonly string[],
): string {
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const far = distance(word.toLowerCase(), candidate.toLowerCase());
    if (far < least) [nearest, least] = [candidate, far];
  }
  return nearest === undefined ? "" : ` Did you mean ${kind} "${nearest}"?`;
}

/** How many characters must be added, removed or changed to make `b` of `a`. */
function distance(a: string, b: string): number {
  const target = [...b];
  let row = [0, ...target.keys().map((i) => i + 1)];
  for (const [i, from] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, to] of target.entries()) {
      next.push(Math.min(
        (row[j] ?? 0) + (from === to ? 0 : 1),
        (row[j + 1] ?? 0) + 1,
        (next[j] ?? 0) + 1,
      ));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

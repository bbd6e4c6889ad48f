// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads a command line that was not parsed, because it has errors or asks for help or version.
 * @module
 */
import { findFormat, type Format } from "./settings.ts";

/** Returns true if one of `words` occurs before `--`. */
export function hasWord(
  args: readonly string[],
  ...words: string[]
): boolean {
  return beforeLiterals(args).some((arg) => words.includes(arg));
}

/** Returns the output format that the options ask for, or null if they ask for none. */
export function givenFormat(args: readonly string[]): Format | null {
  const words = beforeLiterals(args);
  if (words.includes("--json")) return "json";
  for (const [i, word] of words.entries()) {
    const [, joined] = /^(?:--output=|-o=)(.*)$/.exec(word) ?? [];
    const isOption = word === "-o" || word === "--output";
    const format = findFormat(joined ?? (isOption ? words[i + 1] : undefined));
    if (format !== null) return format;
  }
  return null;
}

function beforeLiterals(args: readonly string[]): readonly string[] {
  const ending = args.indexOf("--");
  return ending === -1 ? args : args.slice(0, ending);
}

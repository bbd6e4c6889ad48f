// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Words that the command library would misread, on their way in and out. It takes an option called `--no-x` as the negation of
 * an `--x` that it then believes to be set, and refuses it behind a global option; it has no optional values that the next
 * word can give; and it takes switches written together before a command for a command. So inside of it `--no-start` is
 * `--nostart`, `--watch` always has its value, and `-vq` is two words.
 * @module
 */

const NEGATED = ["start", "daemon", "wait", "spool"] as const;
const INSIDE = new RegExp(`--no(${NEGATED.join("|")})\\b`, "g");
const TOGETHER = /^-[vqhV]{2,}$/;
const OUTSIDE = new RegExp(`^--no-(${NEGATED.join("|")})$`);

/** The one option whose value may be left out. */
export const OPTIONAL_VALUE = "watch";
/** What `--watch` alone stands for. */
const DEFAULT_WATCH = "1s";

/** Rewrites the words of a command line into what the command library reads; those behind `--` stay. */
export function rewriteWords(words: readonly string[]): string[] {
  const hidden: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--") return [...hidden, ...words.slice(i)];
    const next = words[i + 1] ?? "";
    if (word === "--watch" && /^\d/.test(next)) {
      hidden.push(`--watch=${next}`);
      i++;
    } else if (word === "--watch") hidden.push(`--watch=${DEFAULT_WATCH}`);
    else if (TOGETHER.test(word)) {
      hidden.push(...[...word.slice(1)].map((letter) => `-${letter}`));
    } else hidden.push(word.replace(OUTSIDE, "--no$1"));
  }
  return hidden;
}

/** Writes the options in a text as a user knows them. */
export function restoreWords(text: string): string {
  return text.replace(INSIDE, "--no-$1");
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Rewrites words that the command library would misread. The library treats `--no-x` as the
 * negation of an `--x` that is set by default, and rejects it after a global option. It does not
 * support an optional value in the next word, it takes combined switches before a command for a
 * command, and it takes a value that begins with a dash for an option. So it gets `--nostart` for
 * `--no-start`, `--watch` always with a value, two words for `-vq`, and a mark before each word
 * after `--`, before the value in `--session=-x`, and before an empty word, which it would ignore.
 * @module
 */

const NEGATED = ["start", "daemon", "wait", "spool"] as const;
const INSIDE = new RegExp(`--no(${NEGATED.join("|")})\\b`, "g");
const TOGETHER = /^-[vqhV]{2,}$/;
const OUTSIDE = new RegExp(`^--no-(${NEGATED.join("|")})$`);

/** The only option whose value is optional. */
export const OPTIONAL_VALUE = "watch";
/** The mark before a value. No word of a command line contains it. */
const MARK = "\0";
/** Value of `--watch` without a value. */
const DEFAULT_WATCH = "1s";

/** Rewrites the words of a command line for the command library. */
export function rewriteWords(words: readonly string[]): string[] {
  const hidden: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--") {
      return [...hidden, ...words.slice(i + 1).map((one) => MARK + one)];
    }
    const next = words[i + 1];
    if (word === "--watch" && isValue(next)) {
      hidden.push(`--watch=${next}`);
      i++;
    } else if (word === "--watch") hidden.push(`--watch=${DEFAULT_WATCH}`);
    else if (TOGETHER.test(word)) {
      hidden.push(...[...word.slice(1)].map((letter) => `-${letter}`));
    } else {
      hidden.push(
        word.replace(OUTSIDE, "--no$1")
          .replace(/^(-[^=]+=(?=-|$)|$)/, `$1${MARK}`),
      );
    }
  }
  return hidden;
}

/** Returns true if the word after `--watch` is its value, right or wrong, and not an option. */
export function isValue(next: string | undefined): boolean {
  return /^[^-]|^-\d|^-$/.test(next ?? "");
}

/** Rewrites the options and values in a text of the command library as a user types them. */
export function restoreWords(text: string): string {
  return text.replace(INSIDE, "--no-$1").replaceAll(MARK, "");
}

/** Returns a value without its mark, or null if it has none. */
export function readMarked(value: string): string | null {
  return value.startsWith(MARK) ? value.slice(MARK.length) : null;
}

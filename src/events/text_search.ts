// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds a text in the texts of a payload: in what its JSON means, not in how it is written.
 * @module
 */
import type { SnippetPlace } from "../proto/mod.ts";

/** Characters of the line that a snippet shows before the match, of the match, and after it. */
const BEFORE = 60;
const WITHIN = 200;
const AFTER = 100;
/** Longest path of a text, in characters. */
const MOST_PATH = 200;
/** Most places in one snippet. */
const MOST_PLACES = 20;
/** Levels of a payload that are searched: a stored one has no more. */
const MOST_LEVELS = 200;
/**
 * Characters that JSON printers leave as they are. Printers differ in the others: `/` may be `\/`,
 * `<` may be `\u003c`, and `é` may be `\u00e9`.
 */
const PLAIN = /^[A-Za-z0-9 _.,:;=()[\]{}*@#%^?!~`|$+-]$/;
/** Pairs of zeros of a payload that are looked at one by one. */
const MOST_ZEROS = 32;
/** A plain run of at least this number of characters is looked for alone. */
const LONG_RUN = 2;

/** The first place of a payload at which a search found something. */
export interface TextMatch {
  /** Path of the text: `tool_input.command`, `edits[0].new_string`. */
  where: string;
  /** The part of the line around the match. */
  snippet: string;
  /** Start and end of each match in the snippet, in Unicode characters. */
  matches: SnippetPlace[];
}

/** A text of a payload that kaizen wrote, of random digits and letters. */
const OUR_KEY = "kaizen_id";

/** Finds text in one string: the offset and the length of the first match from an offset on. */
type Finder = (
  text: string,
  from: number,
) => [at: number, length: number] | null;

/** Looks for one text or pattern in many payloads. */
export class TextSearch {
  readonly #find: Finder;
  readonly #mayMatch: (json: string) => boolean;
  readonly #redact: (json: string) => string;

  private constructor(
    find: Finder,
    mayMatch: (json: string) => boolean,
    redact = (json: string) => json,
  ) {
    this.#find = find;
    this.#mayMatch = mayMatch;
    this.#redact = redact;
  }

  /**
   * Looks for a text, character by character.
   *
   * @param ignoresCase True: letters match in both cases, in every script.
   * @throws {RangeError} If the text is empty.
   */
  static ofText(text: string, ignoresCase: boolean): TextSearch {
    if (text === "") throw new RangeError("Cannot search: the text is empty");
    const find: Finder = ignoresCase
      ? finderOf(new RegExp(quote(text), "giu"))
      : (inside, from) => {
        const at = inside.indexOf(text, from);
        return at < 0 ? null : [at, text.length];
      };
    return new TextSearch(find, prefilter(text, ignoresCase));
  }

  /**
   * Looks for a regular expression of JavaScript.
   *
   * Such an expression can take a time that grows without a bound. Use it only in a process that
   * the user can end.
   *
   * @throws {SyntaxError} If it is none.
   */
  static ofPattern(pattern: string, ignoresCase: boolean): TextSearch {
    const flags = ignoresCase ? "gimv" : "gmv";
    return new TextSearch(finderOf(new RegExp(pattern, flags)), () => true);
  }

  /**
   * Returns the same search of payloads without their secrets: it finds none, and shows no half of
   * one.
   *
   * @param redact Takes the secrets out of JSON.
   */
  redacted(redact: (json: string) => string): TextSearch {
    return new TextSearch(this.#find, this.#mayMatch, redact);
  }

  /** Whether payloads can match, told from their JSON; false is sure. */
  mayMatch(json: string): boolean {
    return this.#mayMatch(json);
  }

  /** Finds the first text of a payload that matches, in the order of the payload; null: none. */
  find(json: string): TextMatch | null {
    if (!this.#mayMatch(json)) return null;
    const found = this.#walk(JSON.parse(json), "", 0);
    const redacted = found === null ? json : this.#redact(json);
    return redacted === json ? found : this.#walk(JSON.parse(redacted), "", 0);
  }

  #walk(value: unknown, where: string, level: number): TextMatch | null {
    if (typeof value === "string") return this.#match(value, where);
    if (typeof value !== "object" || value === null) return null;
    if (level === MOST_LEVELS) return null;
    const isList = Array.isArray(value);
    for (const [key, part] of Object.entries(value)) {
      if (where === "" && key === OUR_KEY) continue;
      const path = isList
        ? `${where}[${key}]`
        : where === ""
        ? key
        : `${where}.${key}`;
      const found = this.#walk(part, path, level + 1);
      if (found !== null) return found;
    }
    return null;
  }

  #match(text: string, where: string): TextMatch | null {
    const first = this.#find(text, 0);
    if (first === null) return null;
    const [at, length] = first;
    const lineStart = at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
    const start = wholeAt(text, Math.max(lineStart, at - BEFORE));
    const matchEnd = at + Math.min(length, WITHIN);
    const feed = text.indexOf("\n", matchEnd);
    const lineEnd = feed < 0 ? text.length : feed;
    const end = wholeAt(text, Math.min(lineEnd, matchEnd + AFTER));
    const matches: SnippetPlace[] = [];
    let from = at;
    while (matches.length < MOST_PLACES) {
      const next = this.#find(text, from);
      if (next === null || next[0] >= end) break;
      const stop = Math.min(next[0] + next[1], end);
      matches.push({
        start: charactersIn(text, start, next[0]),
        end: charactersIn(text, start, stop),
      });
      from = Math.max(stop, next[0] + 1);
    }
    return {
      where: where.length > MOST_PATH
        ? `${where.slice(0, wholeAt(where, MOST_PATH))}…`
        : where,
      snippet: text.slice(start, end),
      matches,
    };
  }
}

function finderOf(expression: RegExp): Finder {
  return (text, from) => {
    expression.lastIndex = from;
    const found = expression.exec(text);
    return found === null ? null : [found.index, found[0].length];
  };
}

/** An offset at which no pair of surrogates is cut. */
function wholeAt(text: string, at: number): number {
  const isInside = /^[\uDC00-\uDFFF]$/.test(text.charAt(at)) &&
    /^[\uD800-\uDBFF]$/.test(text.charAt(at - 1));
  return isInside ? at - 1 : at;
}

function charactersIn(text: string, start: number, end: number): number {
  return [...text.slice(start, end)].length;
}

function quote(text: string): string {
  return text.replaceAll(
    /[\\^$.*+?()[\]{}|/-]/g,
    (it) => `\\u{${it.charCodeAt(0).toString(16)}}`,
  );
}

/** Returns a quick test of JSON that is false only if none of its texts matches. */
function prefilter(
  text: string,
  ignoresCase: boolean,
): (json: string) => boolean {
  const run = ignoresCase ? "" : longestRun(text);
  if (run.length >= LONG_RUN) {
    const end = fromRarest(run);
    return (json) => json.includes(end) && json.includes(run) || isOdd(json);
  }
  const expression = new RegExp(encodings(text), ignoresCase ? "iu" : "u");
  return (json) => expression.test(json) || isOdd(json);
}

/**
 * Characters of payloads, the most frequent one first. A search stops at each place that has the
 * first character of the text: it takes three times as long if that is an "n" as if it is a "z".
 */
const FREQUENT = ` net\\sorailcd",u.mhp)(f;:w=g{}/y*k-bvS0E_[]xTAO`;

/** Returns the end of a text that begins with its rarest character; it has at least three. */
function fromRarest(text: string): string {
  let rarest = 0;
  const rank = (i: number) => {
    const found = FREQUENT.indexOf(text.charAt(i));
    return found < 0 ? FREQUENT.length : found;
  };
  for (let i = 1; i <= text.length - 3; i++) {
    if (rank(i) > rank(rarest)) rarest = i;
  }
  return text.slice(rarest);
}

/** Escapes of letters, digits and other plain characters: no printer writes them, a person may. */
const ODD_ESCAPE = /\\u00(?:2[013-589a-eA-E]|3[0-9abdfABDF]|[4-7])/;

/** Zeros are rarer than the letter "u", so a search for them stops less often. */
function isOdd(json: string): boolean {
  let at = json.indexOf("00");
  for (let left = MOST_ZEROS; at >= 0 && left > 0; left--) {
    if (json.charAt(at - 1) === "u") break;
    at = json.indexOf("00", at + 2);
  }
  return at >= 0 && json.includes("u00", at - 1) && ODD_ESCAPE.test(json);
}

function longestRun(text: string): string {
  let longest = "";
  let run = "";
  for (const character of text) {
    run = PLAIN.test(character) ? run + character : "";
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

/** Returns an expression of all ways in which JSON can write a text. */
function encodings(text: string): string {
  return [...text].map((character) => {
    const plain = quote(character);
    // The Kelvin sign and the long s are k and s when case is ignored.
    if (PLAIN.test(character) && !/[ksKS]/.test(character)) return plain;
    const ways = new Set([character, ...casesOf(character)]);
    return `(?:${[...ways].flatMap(waysOf).join("|")})`;
  }).join("");
}

function casesOf(character: string): string[] {
  const other = { k: "\u212a", s: "\u017f" }[character.toLowerCase()];
  return [
    character.toLowerCase(),
    character.toUpperCase(),
    ...other === undefined ? [] : [other],
  ].filter((it) => [...it].length === 1);
}

function waysOf(character: string): string[] {
  const units = Array.from({ length: character.length }, (_, i) => {
    const hex = character.charCodeAt(i).toString(16).padStart(4, "0");
    return `\\\\u${
      hex.replaceAll(/[a-f]/g, (it) => `[${it}${it.toUpperCase()}]`)
    }`;
  }).join("");
  const short = JSON.stringify(character).slice(1, -1);
  const asIs = /["\\]|[^\u0020-\u{10ffff}]/u.test(character)
    ? []
    : [quote(character)];
  const escaped = short === character ? [] : [quote(short)];
  if (character === "/") escaped.push(quote("\\/"));
  return [...asIs, ...escaped, units];
}

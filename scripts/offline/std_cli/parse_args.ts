// SPDX-License-Identifier: AGPL-3.0-or-later

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions {
  /** Options without a value; false unless given. */
  boolean?: readonly string[];
  /** Options with a value that stays text; `_` for the words that are no options. */
  string?: readonly string[];
  /** Options that gather the values of all occurrences. */
  collect?: readonly string[];
  /** Take the first word that is no option, and all after it, as they are. */
  stopEarly?: boolean;
  /** Called with each word that is not declared; returns false to leave it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Sorts arguments into options by name and, under `_`, all other words. */
export function parseArgs(
  args: readonly string[],
  options: ParseOptions = {},
): { [name: string]: unknown; _: (string | number)[] } {
  const { boolean = [], string = [], collect = [], unknown } = options;
  const lists = new Map(collect.map((name): [string, unknown[]] => [name, []]));
  const found = new Map<string, unknown>([
    ...boolean.map((name): [string, unknown] => [name, false]),
    ...lists,
  ]);
  const declared = new Set([...boolean, ...string, ...collect]);
  const words: (string | number)[] = [];

  /** Sets one option; `arg` is the word it came from. */
  function set(name: string, given: string | boolean, arg: string): void {
    if (!declared.has(name) && unknown?.(arg, name, given) === false) return;
    const isText = typeof given !== "string" || string.includes(name);
    const value = isText ? given : toNumber(given);
    const list = lists.get(name);
    if (list === undefined) found.set(name, value);
    else list.push(value);
  }

  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  for (let i = 0; i < before.length; i++) {
    const arg = before[i] ?? "";
    const next = before[i + 1];
    const isLong = arg.startsWith("--");
    if (!isLong && !/^-./.test(arg)) {
      if (unknown?.(arg) === false) continue;
      words.push(string.includes("_") ? arg : toNumber(arg));
      if (!options.stopEarly) continue;
      words.push(...before.slice(i + 1));
      break;
    }
    const joined =
      (isLong ? /^--([^=]+)=(.*)$/s : /^-(\w)(?:=|(?=[\d\W]))(.*)$/s)
        .exec(arg);
    if (joined !== null) {
      const [, name = "", text = ""] = joined;
      set(name, boolean.includes(name) ? text !== "false" : text, arg);
      continue;
    }
    const letters = isLong ? [arg.slice(2)] : [...arg.slice(1)];
    const name = letters.pop() ?? "";
    for (const letter of letters) {
      set(letter, string.includes(letter) ? "" : true, arg);
    }
    const isSwitch = boolean.includes(name);
    const isValue = next === "true" || next === "false" ||
      !isSwitch && next !== undefined && next !== "" &&
        !(isLong ? /^-/ : /^--?[^-]/).test(next);
    if (isValue) i++;
    if (isSwitch) set(name, !(isValue && next === "false"), arg);
    else if (isValue) set(name, next, arg);
    else set(name, string.includes(name) ? "" : true, arg);
  }
  if (end !== -1) words.push(...args.slice(end + 1));
  return { ...Object.fromEntries(found), _: words };
}

function toNumber(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}

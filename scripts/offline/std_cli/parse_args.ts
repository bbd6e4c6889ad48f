// SPDX-License-Identifier: AGPL-3.0-or-later

/** Names given one by one or as a list. */
type Names<T extends string> = T | readonly T[];
/** What a parsed option can hold when nothing was said about it. */
type Unknown = { [name: string]: unknown };

/**
 * Options of {@linkcode parseArgs}.
 *
 * Left out: `boolean: true`, dotted names.
 */
export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
  N extends string = string,
  D extends Unknown = Unknown,
  M extends boolean = boolean,
> {
  /** Whether what follows `--` goes to `"--"` and not to `_`. */
  "--"?: M;
  /** Other names under which an option is given and returned. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Options without a value; false unless given. */
  boolean?: Names<B>;
  /** Options that gather the values of all occurrences. */
  collect?: Names<C>;
  /** Values of options that were not given. */
  default?: D;
  /** Options that `--no-NAME` sets to false. */
  negatable?: Names<N>;
  /** Whether the first word that is no option ends the options. */
  stopEarly?: boolean;
  /** Options with a value that stays text. */
  string?: Names<S>;
  /** Called with what is declared nowhere; false leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What {@linkcode parseArgs} returns: the options under their names, and the other words. */
export type Args<
  B extends string = never,
  S extends string = never,
  C extends string = never,
  N extends string = never,
  D extends Unknown = Record<never, never>,
  M extends boolean = false,
> =
  & Unknown
  & { [K in Exclude<B, C | keyof D>]: boolean }
  & { [K in B & C]: boolean[] }
  & { [K in Exclude<S, C | keyof D>]?: string | (K extends N ? false : never) }
  & { [K in S & C]: string[] }
  & { [K in Exclude<C, B | S>]: unknown[] }
  & {
    [K in keyof D]:
      | D[K]
      | (K extends C ? never
        : K extends B ? boolean
        : K extends S ? string | (K extends N ? false : never)
        : never);
  }
  & { _: (string | number)[] }
  & (M extends true ? { "--": string[] } : Record<never, never>);

/**
 * Sorts arguments into options and other words.
 *
 * A value that looks like a number becomes one, unless its option is among `string`.
 */
export function parseArgs<
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
  const N extends string = never,
  D extends Unknown = Record<never, never>,
  const M extends boolean = false,
>(
  args: readonly string[],
  options?: ParseOptions<B, S, C, N, D, M>,
): Args<B, S, C, N, D, M>;
export function parseArgs(
  args: readonly string[],
  options: ParseOptions = {},
): Unknown {
  return new Parser(options).parse(args);
}

class Parser {
  readonly #options: ParseOptions;
  readonly #aliases = new Map<string, string[]>();
  readonly #booleans: Set<string>;
  readonly #strings: Set<string>;
  readonly #collected: Set<string>;
  readonly #negatable: Set<string>;
  readonly #found: Unknown = {};
  readonly #words: (string | number)[] = [];

  constructor(options: ParseOptions) {
    this.#options = options;
    for (const [name, value] of Object.entries(options.alias ?? {})) {
      const group = [name, ...list(value)];
      for (const one of group) {
        this.#aliases.set(one, group.filter((other) => other !== one));
      }
    }
    this.#booleans = this.#withAliases(options.boolean);
    this.#strings = this.#withAliases(options.string);
    this.#collected = this.#withAliases(options.collect);
    this.#negatable = this.#withAliases(options.negatable);
  }

  parse(args: readonly string[]): Unknown {
    const end = args.indexOf("--");
    const before = end === -1 ? args : args.slice(0, end);
    const after = end === -1 ? [] : args.slice(end + 1);
    for (let i = 0; i < before.length;) {
      const arg = before[i++] ?? "";
      const next = before[i];
      if (arg.startsWith("--")) {
        if (this.#long(arg, next)) i++;
      } else if (arg.startsWith("-") && arg !== "-") {
        if (this.#short(arg, next)) i++;
      } else if (this.#word(arg)) {
        this.#words.push(...before.slice(i));
        break;
      }
    }
    this.#fillIn();
    const parted = this.#options["--"] === true;
    return {
      ...this.#found,
      _: parted ? this.#words : [...this.#words, ...after],
      ...(parted ? { "--": after } : {}),
    };
  }

  /** Takes `--name`, `--name=value`, `--no-name`; returns whether `next` was its value. */
  #long(arg: string, next: string | undefined): boolean {
    const at = arg.indexOf("=", 3);
    const name = arg.slice(2, at === -1 ? undefined : at);
    if (at !== -1) {
      const text = arg.slice(at + 1);
      const value = this.#booleans.has(name) ? text !== "false" : text;
      this.#set(name, value, arg);
      return false;
    }
    if (name.startsWith("no-") && this.#negatable.has(name.slice(3))) {
      this.#set(name.slice(3), false, arg, false);
      return false;
    }
    return this.#take(name, arg, next, (word) => word.startsWith("-"));
  }

  /** Takes `-a`, `-abc`, `-n5`, `-n=5`; returns whether `next` was the last one's value. */
  #short(arg: string, next: string | undefined): boolean {
    for (let i = 1; i < arg.length - 1; i++) {
      const letter = arg.charAt(i);
      const rest = arg.slice(i + 1);
      const attached = /^[A-Za-z]$/.test(letter)
        ? /^=(.+)$/s.exec(rest)?.[1] ??
          /^-?\d+(\.\d*)?(e-?\d+)?$/.exec(rest)?.[0]
        : undefined;
      if (attached !== undefined || rest === "=" || /^\W/.test(rest)) {
        this.#set(letter, attached ?? (rest === "=" ? "" : rest), arg);
        return false;
      }
      this.#set(letter, this.#strings.has(letter) ? "" : true, arg);
    }
    const isOption = (word: string) => /^--?[^-]/.test(word);
    return this.#take(arg.slice(-1), arg, next, isOption);
  }

  /** Sets an option from the word behind it, if that can be its value; returns whether it was. */
  #take(
    name: string,
    arg: string,
    next: string | undefined,
    isOption: (word: string) => boolean,
  ): boolean {
    if (next && !isOption(next) && !this.#booleans.has(name)) {
      this.#set(name, next, arg);
      return true;
    }
    if (next === "true" || next === "false") {
      this.#set(name, next === "true", arg);
      return true;
    }
    this.#set(name, this.#strings.has(name) ? "" : true, arg);
    return false;
  }

  /** Takes a word that is no option; returns whether it ends the options. */
  #word(arg: string): boolean {
    if (this.#options.unknown?.(arg) !== false) {
      this.#words.push(this.#strings.has("_") ? arg : toNumber(arg));
    }
    return this.#options.stopEarly === true;
  }

  #set(
    name: string,
    given: string | boolean,
    arg: string,
    gather = true,
  ): void {
    const declared = [this.#booleans, this.#strings, this.#collected];
    if (
      !declared.some((names) => names.has(name)) && !this.#aliases.has(name) &&
      this.#options.unknown?.(arg, name, given) === false
    ) return;
    const value = typeof given === "string" && !this.#strings.has(name)
      ? toNumber(given)
      : given;
    for (const key of [name, ...this.#aliases.get(name) ?? []]) {
      const before = this.#found[key];
      const gathered = Array.isArray(before) ? [...before, value] : [value];
      define(
        this.#found,
        key,
        gather && this.#collected.has(name) ? gathered : value,
      );
    }
  }

  #fillIn(): void {
    const missing = (name: string) => !Object.hasOwn(this.#found, name);
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      if (!missing(name)) continue;
      for (const key of [name, ...this.#aliases.get(name) ?? []]) {
        define(this.#found, key, value);
      }
    }
    for (const name of [...this.#booleans].filter(missing)) {
      define(this.#found, name, this.#collected.has(name) ? [] : false);
    }
    for (const name of [...this.#strings].filter(missing)) {
      if (this.#collected.has(name)) define(this.#found, name, []);
    }
  }

  #withAliases(names: Names<string> | undefined): Set<string> {
    return new Set(
      list(names).flatMap((name) => [name, ...this.#aliases.get(name) ?? []]),
    );
  }
}

function list(names: Names<string> | undefined): readonly string[] {
  if (names === undefined) return [];
  return typeof names === "string" ? [names] : names;
}

function toNumber(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Sets an own property, whatever its name. */
function define(target: Unknown, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

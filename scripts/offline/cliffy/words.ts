// SPDX-License-Identifier: AGPL-3.0-or-later
import { dashed, didYouMean, ValidationError } from "./errors.ts";
import { type CommandNode, findType, isNamed } from "./node.ts";
import type { Action, Argument, Option } from "./types.ts";

/** What is known of a command line while it is read. */
export interface ParseState {
  /** What has not been understood yet. */
  words: string[];
  options: Record<string, unknown>;
  /** Names of options whose value is a default. */
  readonly defaults: Set<string>;
  args: unknown[];
  /** The words after `--`. */
  literal: string[];
  /** Whether any option was given. */
  hasOptions: boolean;
  /** Whether reading stopped before the last word. */
  stopped: boolean;
  standalone: Option | null;
  readonly actions: Action[];
}

/** How far to read, and for what. */
export interface ReadOptions {
  options: readonly Option[];
  arguments: readonly Argument[];
  /** Whether the first word that is no option ends the options. */
  stopEarly: boolean;
  /** Whether the first word that is unknown ends the options. */
  stopOnUnknown: boolean;
}

/**
 * Reads the words of a command: what it understands goes to the state's options and arguments, the rest stays.
 *
 * @throws {ValidationError} If they are not what the command takes.
 */
export function readWords(
  node: CommandNode,
  state: ParseState,
  wanted: ReadOptions,
): void {
  new Reader(node, state, wanted).read();
}

class Reader {
  readonly #node: CommandNode;
  readonly #state: ParseState;
  readonly #wanted: ReadOptions;
  readonly #words: string[];
  /** The options of these very words, by property. */
  readonly #seen = new Map<string, Option>();
  #at = 0;
  #argumentIndex = 0;

  constructor(node: CommandNode, state: ParseState, wanted: ReadOptions) {
    this.#node = node;
    this.#state = state;
    this.#wanted = wanted;
    this.#words = state.words;
  }

  read(): void {
    const state = this.#state;
    state.words = [];
    state.stopped = false;
    for (; this.#at < this.#words.length; this.#at++) {
      const word = this.#words[this.#at] ?? "";
      if (word === "--") {
        state.literal.push(...this.#words.slice(this.#at + 1));
        break;
      }
      if (state.stopped) state.words.push(word);
      else this.#readWord(word);
    }
    this.#fillInDefaults();
    this.#checkOptions();
    this.#checkArguments();
  }

  #readWord(word: string): void {
    const { options, stopEarly, stopOnUnknown } = this.#wanted;
    const looksLikeOption = word.length > 1 && word.startsWith("-");
    if (
      !looksLikeOption && (stopEarly || this.#wanted.arguments.length === 0)
    ) {
      this.#state.stopped = stopEarly;
      this.#state.words.push(word);
      return;
    }
    const cluster = /^-[^-][^.]/.test(word) ? splitCluster(word) : [word];
    if (cluster.length > 1) this.#words.splice(this.#at, 1, ...cluster);
    const [, flag = "", value] =
      /^([^=]*)(?:=(.*))?$/s.exec(cluster[0] ?? "") ?? [];
    const option = looksLikeOption
      ? options.find((one) => isNamed(one, flag.replace(/^-+/, "")))
      : undefined;
    if (option !== undefined) return this.#readOption(option, flag, value);
    if (stopOnUnknown) {
      this.#state.stopped = true;
      this.#state.words.push(cluster[0] ?? "");
      return;
    }
    const argument = this.#wanted.arguments[this.#argumentIndex];
    if (argument !== undefined) {
      this.#readArgument(argument, word);
      this.#at += cluster.length - 1;
      return;
    }
    if (!looksLikeOption) throw tooMany([word]);
    const known = options.flatMap((one) => [one.name, ...one.aliases ?? []]);
    throw new ValidationError(
      `Unknown option "${flag}".${
        didYouMean("option", flag, known.map(dashed))
      }`,
    );
  }

  #readArgument(argument: Argument, word: string): void {
    if (argument.optional && word === "") {
      if (argument.variadic) return;
      this.#state.args.push(undefined);
    } else {
      this.#state.args.push(
        this.#toValue("Argument", argument.name, argument.type, word),
      );
    }
    if (!argument.variadic) this.#argumentIndex++;
  }

  #readOption(
    option: Option,
    flag: string,
    attached: string | undefined,
  ): void {
    const state = this.#state;
    state.hasOptions = true;
    if (option.standalone) state.standalone = option;
    const property = propertyOf(option);
    const previous = state.options[property];
    if (
      previous !== undefined && !option.collect &&
      !state.defaults.has(option.name)
    ) {
      const name = flag.replace(/^--no-/, "--");
      throw new ValidationError(
        `Option "${name}" can only occur once, but was found several times.`,
      );
    }
    const argument = option.args[0];
    let value: unknown = !flag.startsWith("--no-");
    if (argument !== undefined) {
      const word = attached ?? this.#words[this.#at + 1];
      if (word === undefined) throw missingValue(option);
      if (attached === undefined) this.#at++;
      if (word === "" && !option.required) return;
      value = this.#toValue("Option", `--${option.name}`, argument.type, word);
      if (value === undefined) throw missingValue(option);
    } else if (attached !== undefined) {
      throw new ValidationError(
        `Option "${
          dashed(option.name)
        }" doesn't take a value, but got "${attached}".`,
      );
    }
    state.defaults.delete(property);
    state.options[property] = option.collect
      ? [...Array.isArray(previous) ? previous : [], value]
      : value;
    this.#seen.set(property, option);
    if (option.action !== undefined) state.actions.push(option.action);
  }

  #toValue(label: string, name: string, type: string, value: string): unknown {
    const handler = findType(this.#node, type);
    if (handler === undefined) throw new Error(`Unknown type "${type}"`);
    return handler({ label, name, type, value });
  }

  #fillInDefaults(): void {
    const { options: values, defaults } = this.#state;
    for (const option of this.#wanted.options) {
      const property = propertyOf(option);
      const value = option.name.startsWith("no-") ? true : option.default;
      if (value === undefined || values[property] !== undefined) continue;
      values[property] = typeof value === "function" ? value() : value;
      defaults.add(option.name);
    }
  }

  #checkOptions(): void {
    const { standalone, options, defaults } = this.#state;
    if (standalone !== null) {
      for (const option of this.#seen.values()) {
        if (option === standalone || defaults.has(option.name)) continue;
        throw new ValidationError(
          `Option "${
            dashed(standalone.name)
          }" cannot be combined with other options.`,
        );
      }
      return;
    }
    for (const option of this.#wanted.options) {
      if (option.required && !Object.hasOwn(options, propertyOf(option))) {
        throw new ValidationError(
          `Missing required option "${dashed(option.name)}".`,
        );
      }
    }
  }

  #checkArguments(): void {
    const { args, words } = this.#state;
    const declared = this.#wanted.arguments;
    if (declared.length === 0) return;
    const required = declared.filter((argument) => !argument.optional);
    if (args.length > 0) {
      const missing = required.find((one) =>
        args[declared.indexOf(one)] === undefined
      );
      if (missing !== undefined) {
        throw new ValidationError(`Missing argument: ${missing.name}`);
      }
      if (words.length > 0) throw tooMany(words);
      return;
    }
    const isExcused = this.#seen.values().some((option) => option.standalone);
    if (required.length === 0 || isExcused) return;
    const names = required.map((argument) => argument.name).join(", ");
    throw new ValidationError(`Missing argument(s): ${names}`);
  }
}

/** Returns the error for words that nothing takes. */
export function tooMany(words: readonly string[]): ValidationError {
  return new ValidationError(`Too many arguments: ${words.join(" ")}`);
}

function missingValue(option: Option): ValidationError {
  return new ValidationError(
    `Missing value for option "${dashed(option.name)}".`,
  );
}

/** `--no-color` sets `color`, `--max-size` sets `maxSize`. */
function propertyOf(option: Option): string {
  return option.name.replace(/^no-/, "")
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Parts `-abc` into `-a -b -c`, but `-n12` into `-n 12`; `=value` stays with the last one. */
function splitCluster(word: string): string[] {
  const at = word.indexOf("=");
  const letters = word.slice(1, at === -1 ? undefined : at);
  const rest = at === -1 ? "" : word.slice(at);
  const parts = Number.isNaN(Number(word.slice(-1)))
    ? [...letters].map((letter) => `-${letter}`)
    : [`-${letters.slice(0, 1)}`, letters.slice(1)].filter((part) =>
      part !== ""
    );
  const last = parts.pop() ?? "";
  return [...parts, last + rest];
}

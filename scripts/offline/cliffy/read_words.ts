// SPDX-License-Identifier: AGPL-3.0-or-later
import { addDashes, didYouMean, ValidationError } from "./errors.ts";
import {
  type Action,
  type Argument,
  type CommandNode,
  findType,
  isNamed,
  type Option,
} from "./node.ts";

/** The state of a command line while it is read. */
export interface ParseState {
  /** The words that have not been understood yet. */
  words: string[];
  readonly options: Record<string, unknown>;
  readonly args: unknown[];
  /** The words after `--`. */
  readonly literal: string[];
  /** Whether reading stopped before the last word. */
  stopped: boolean;
  standalone: Option | null;
  readonly actions: Action[];
}

/** How far to read, and for which options and arguments. */
export interface ReadOptions {
  options: readonly Option[];
  arguments: readonly Argument[];
  /** Whether the first word that is no option ends the options. */
  stopEarly: boolean;
  /** Whether the first word that is unknown ends the options. */
  stopOnUnknown: boolean;
}

/**
 * Moves the words that a command understands to the options and arguments of `state`; the other
 * words stay.
 *
 * @throws {ValidationError} If they are not what the command takes.
 */
export function readWords(
  node: CommandNode,
  state: ParseState,
  wanted: ReadOptions,
): void {
  const words = state.words;
  const seen = new Set<Option>();
  let index = 0;
  state.words = [];
  state.stopped = false;

  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (word === "--") {
      state.literal.push(...words.splice(0));
    } else if (state.stopped) state.words.push(word);
    else readWord(word);
  }
  checkOptions();
  checkArguments();

  function readWord(word: string): void {
    const isOption = word.length > 1 && word.startsWith("-");
    if (
      !isOption && (wanted.stopEarly || wanted.arguments.length === 0)
    ) {
      state.stopped = wanted.stopEarly;
      state.words.push(word);
      return;
    }
    const [first = "", ...others] = /^-[^-][^.]/.test(word)
      ? splitCluster(word)
      : [word];
    const [, flag = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(first) ?? [];
    const option = isOption
      ? wanted.options.find((one) => isNamed(one, flag))
      : undefined;
    const argument = wanted.arguments[index];
    if (option !== undefined) {
      words.unshift(...others);
      readOption(option, flag, value);
    } else if (wanted.stopOnUnknown) {
      words.unshift(...others);
      state.stopped = true;
      state.words.push(first);
    } else if (argument !== undefined) readArgument(argument, word);
    else if (!isOption) throw tooMany([word]);
    else {
      const known = wanted.options.flatMap(({ flags, name }) => [
        addDashes(name),
        ...flags,
      ]);
      throw new ValidationError(
        `Unknown option "${flag}".${didYouMean("option", flag, known)}`,
      );
    }
  }

  function readArgument(argument: Argument, word: string): void {
    if (!argument.variadic) index++;
    else if (word === "") return;
    state.args.push(
      argument.optional && word === ""
        ? undefined
        : toValue("Argument", argument.name, argument.type, word),
    );
  }

  function readOption(
    option: Option,
    flag: string,
    attached: string | undefined,
  ): void {
    if (option.standalone) state.standalone = option;
    const property = propertyOf(option);
    const previous = state.options[property];
    if (previous !== undefined && !option.collect) {
      throw new ValidationError(
        `Option "${flag}" can only occur once, but was found several times.`,
      );
    }
    const [argument] = option.args;
    let value: unknown = true;
    if (argument !== undefined) {
      const word = attached ?? words.shift();
      if (word === undefined) {
        throw new ValidationError(
          `Missing value for option "${addDashes(option.name)}".`,
        );
      }
      if (word === "" && !option.required) return;
      value = toValue("Option", `--${option.name}`, argument.type, word);
    } else if (attached !== undefined) {
      const name = addDashes(option.name);
      throw new ValidationError(
        `Option "${name}" doesn't take a value, but got "${attached}".`,
      );
    }
    state.options[property] = option.collect
      ? [...Array.isArray(previous) ? previous : [], value]
      : value;
    seen.add(option);
    if (option.action !== undefined) state.actions.push(option.action);
  }

  function toValue(
    label: string,
    name: string,
    type: string,
    value: string,
  ): unknown {
    return findType(node, type)({ label, name, type, value });
  }

  function checkOptions(): void {
    const alone = state.standalone;
    if (alone !== null && seen.size > 1) {
      const name = addDashes(alone.name);
      throw new ValidationError(
        `Option "${name}" cannot be combined with other options.`,
      );
    }
    for (const option of wanted.options) {
      if (!option.required || alone !== null) continue;
      if (Object.hasOwn(state.options, propertyOf(option))) continue;
      throw new ValidationError(
        `Missing required option "${addDashes(option.name)}".`,
      );
    }
  }

  function checkArguments(): void {
    if (wanted.arguments.length === 0 || state.standalone !== null) return;
    const missing = wanted.arguments.filter(({ optional }, i) =>
      !optional && state.args[i] === undefined
    ).map(({ name }) => name);
    if (missing.length > 0) {
      throw new ValidationError(
        state.args.length > 0
          ? `Missing argument: ${missing[0]}`
          : `Missing argument(s): ${missing.join(", ")}`,
      );
    }
    if (state.args.length > 0 && state.words.length > 0) {
      throw tooMany(state.words);
    }
  }
}

/** Returns the error for words that nothing takes. */
export function tooMany(words: readonly string[]): ValidationError {
  return new ValidationError(`Too many arguments: ${words.join(" ")}`);
}

/** `--max-size` sets `maxSize`. */
function propertyOf({ name }: Option): string {
  return name.replace(
    /-([a-z])/g,
    (_, letter: string) => letter.toUpperCase(),
  );
}

/** Parts `-abc` into `-a -b -c`, but `-n12` into `-n 12`; `=value` stays with the last one. */
function splitCluster(word: string): string[] {
  const [, letters = "", rest = ""] = /^-([^=]*)(.*)$/s.exec(word) ?? [];
  const parts = Number.isNaN(Number(word.slice(-1)))
    ? [...letters].map((letter) => `-${letter}`)
    : [`-${letters.slice(0, 1)}`, letters.slice(1)].filter((it) => it !== "");
  const last = parts.pop() ?? "";
  return [...parts, last + rest];
}

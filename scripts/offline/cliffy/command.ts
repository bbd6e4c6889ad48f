// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ArgumentValue, unsupported } from "./errors.ts";
import type {
  ArgumentsOf,
  Merge,
  Needs,
  OptionSettings,
  OptionShape,
  Resolve,
  Shape,
} from "./infer.ts";
import {
  type Action,
  type CommandNode,
  isNamed,
  type Option,
  optionsOf,
  pathOf,
  readArguments,
  readOption,
  rootOf,
} from "./node.ts";
import { type CommandResult, runCommand } from "./run.ts";

/**
 * A command: declared by chained calls, run by `parse` on the root.
 *
 * The type parameters have the real class's order: global options and types of the parent, options,
 * arguments, global options, types and global types of its own.
 */
export class Command<
  PG extends Shape = void,
  PT extends Shape = void,
  O extends Shape = void,
  A extends unknown[] = [],
  G extends Shape = void,
  T extends Shape = void,
  GT extends Shape = void,
> {
  /** Only a type: the global options that a parent must have. */
  declare readonly needs?: Resolve<PG>;
  #throwsErrors = false;
  readonly #node: CommandNode = {
    name: "COMMAND",
    aliases: [],
    description: "",
    hidden: false,
    stopEarly: false,
    arguments: [],
    examples: [],
    types: new Map(),
    options: [],
    standalone: {},
    commands: [],
    parent: null,
    action: null,
    help: null,
    face: asCommand(this),
  };

  name(name: string): this {
    this.#open.name = name;
    return this;
  }

  description(description: string): this {
    this.#open.description = description;
    return this;
  }

  example(name: string, description: string): this {
    this.#open.examples.push({ name, description });
    return this;
  }

  /** Leaves the command out of help and suggestions. */
  hidden(): this {
    this.#open.hidden = true;
    return this;
  }

  /** Sets the function that returns the help of this command and those below it. */
  help(handler: (this: Command, command: Command) => string): this {
    this.#open.help = handler;
    return this;
  }

  helpOption(
    flags: string | false,
    description?: string,
    action?: (this: this) => unknown,
  ): this;
  helpOption(flags: string | false, text = "", action?: unknown): this {
    if (flags === false) delete this.#open.standalone.help;
    else {
      const option = standaloneOption(flags, text, action);
      this.#open.standalone.help = { ...option, global: true };
    }
    return this;
  }

  versionOption(
    flags: string,
    description: string,
    action: (this: this) => unknown,
  ): this;
  versionOption(flags: string, text: string, action: unknown): this {
    this.#open.standalone.version = standaloneOption(flags, text, action);
    return this;
  }

  /** Makes errors throw instead of ending the process; the stand-in cannot do without. */
  noExit(): this {
    this.#throwsErrors = true;
    return this;
  }

  /** Makes the first word that is no option end the options. */
  stopEarly(): this {
    this.#open.stopEarly = true;
    return this;
  }

  type<const N extends string, V>(
    name: N,
    handler: (arg: ArgumentValue) => V,
  ): Command<PG, PT, O, A, G, Merge<T, { [K in N]: V }>, GT>;
  type(name: string, handler: (arg: ArgumentValue) => unknown): unknown {
    this.#open.types.set(name, { handler, global: false });
    return this;
  }

  globalType<const N extends string, V>(
    name: N,
    handler: (arg: ArgumentValue) => V,
  ): Command<PG, PT, O, A, G, T, Merge<GT, { [K in N]: V }>>;
  globalType(name: string, handler: (arg: ArgumentValue) => unknown): unknown {
    this.#open.types.set(name, { handler, global: true });
    return this;
  }

  option<
    const F extends string,
    const S extends OptionSettings = OptionSettings,
  >(
    flags: F,
    description: string,
    settings?: S,
  ): Command<PG, PT, Merge<O, OptionShape<F, Merge<GT, T>, S>>, A, G, T, GT>;
  option(flags: string, text: string, settings: OptionSettings = {}): unknown {
    return this.#addOption({ ...readOption(flags, text), ...settings });
  }

  globalOption<
    const F extends string,
    const S extends OptionSettings = OptionSettings,
  >(
    flags: F,
    description: string,
    settings?: S,
  ): Command<PG, PT, O, A, Merge<G, OptionShape<F, Merge<GT, T>, S>>, T, GT>;
  globalOption(
    flags: string,
    text: string,
    settings: OptionSettings = {},
  ): unknown {
    const option = { ...readOption(flags, text), ...settings, global: true };
    return this.#addOption(option);
  }

  arguments<const S extends string>(
    definition: S,
  ): Command<PG, PT, O, ArgumentsOf<S, Merge<GT, T>>, G, T, GT>;
  arguments(definition: string): unknown {
    this.#open.arguments = readArguments(definition);
    return this;
  }

  action(
    handler: (
      this: this,
      options: Resolve<Merge<PG, Merge<G, O>>>,
      ...args: A
    ) => unknown,
  ): this;
  action(handler: unknown): this {
    this.#open.action = asAction(handler);
    return this;
  }

  /** Attaches a child under `name, alias …`. */
  command<C extends { getName(): string }>(
    names: string,
    child: C & (Resolve<Merge<PG, G>> extends Needs<C> ? unknown : never),
  ): void;
  command(names: string, child: unknown): void {
    if (!/^[\w-]+(, [\w-]+)*$/.test(names)) throw unsupported(names);
    const [name = "", ...aliases] = names.split(", ");
    const node = asCommand(child).#node;
    Object.assign(node, { name, aliases, parent: this.#node });
    this.#node.commands.push(node);
  }

  /**
   * Reads a command line and runs the command that it means.
   *
   * @throws {ValidationError} If it is wrong; its `cmd` is the command that refused it.
   */
  parse(args: string[]): Promise<CommandResult> {
    if (!this.#throwsErrors) throw unsupported("parse() without .noExit()");
    return runCommand(this.#node, {
      words: [...args],
      options: {},
      args: [],
      literal: [],
      stopped: false,
      standalone: null,
      actions: [],
    });
  }

  getName(): string {
    return this.#node.name;
  }

  getAliases(): string[] {
    return this.#node.aliases;
  }

  /** Returns the names from the root on. */
  getPath(): string {
    return pathOf(this.#node);
  }

  getDescription(): string {
    return this.#node.description;
  }

  getCommands(hidden = false): Command[] {
    return this.#node.commands.filter((child) => hidden || !child.hidden)
      .map(({ face }) => face);
  }

  getArguments(): CommandNode["arguments"] {
    return this.#node.arguments;
  }

  /** Returns the inherited options, then the command's own. */
  getOptions(hidden = false): Option[] {
    return optionsOf(this.#node).filter((option) => hidden || !option.hidden);
  }

  getExamples(): CommandNode["examples"] {
    return this.#node.examples;
  }

  /** Returns the help that the root's handler makes of this command. */
  getHelp(): string {
    const { face } = this.#node;
    const help = rootOf(this.#node).help;
    if (help === null) throw unsupported("help without .help(handler)");
    return help.call(face, face);
  }

  /** Declarations go here; after a child is attached, the real class gives them to the child. */
  get #open(): CommandNode {
    if (this.#node.commands.length === 0) return this.#node;
    throw unsupported("declarations after .command()");
  }

  #addOption(option: Option): this {
    const { options } = this.#open;
    const isTaken = option.flags.some((flag) =>
      options.some((other) => isNamed(other, flag))
    );
    if (isTaken) throw unsupported(`second ${option.flags}`);
    options.push(option);
    return this;
  }
}

function standaloneOption(
  flags: string,
  description: string,
  action: unknown,
): Option {
  const option = readOption(flags, description);
  return { ...option, standalone: true, action: asAction(action) };
}

function isCommand(value: unknown): value is Command {
  return value instanceof Command;
}

function asCommand(value: unknown): Command {
  if (isCommand(value)) return value;
  throw new TypeError("Cannot attach what is no command");
}

function isAction(value: unknown): value is Action {
  return typeof value === "function";
}

function asAction(value: unknown): Action {
  return isAction(value) ? value : () => {};
}

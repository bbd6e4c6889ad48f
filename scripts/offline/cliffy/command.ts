// SPDX-License-Identifier: AGPL-3.0-or-later
import { readArguments, splitDefinition, unsupported } from "./definitions.ts";
import { dashed } from "./errors.ts";
import type {
  ArgumentsOf,
  Merge,
  OptionShape,
  Resolve,
  Shape,
} from "./infer.ts";
import {
  type CommandNode,
  isNamed,
  optionsOf,
  pathOf,
  rootOf,
} from "./node.ts";
import { helpOf, runCommand } from "./run.ts";
import {
  type Action,
  type Argument,
  type CommandResult,
  type Example,
  type HelpHandler,
  type HelpOptions,
  type Option,
  Type,
  type TypeHandler,
} from "./types.ts";

/** Settings of an option. */
export interface OptionSettings<Required, Collect, Default> {
  required?: Required;
  collect?: Collect;
  default?: Default | (() => Default);
  hidden?: boolean;
}

/** What is inferred of a command; its order is the real one's. */
type Handler<C, PG, G, O, A extends unknown[]> = (
  this: C,
  options: Resolve<Merge<PG, Merge<G, O>>>,
  ...args: A
) => unknown;

/** Any command, as far as it matters to a parent. */
type Child = Pick<Command, "needs" | "getPath">;

/** What a command needs its parent to declare. */
type Needs<C> = C extends { readonly needs?: infer N } ? Lenient<N> : never;

/** Lets what may be missing be undefined too. */
type Lenient<N> = {
  [K in keyof N]: Record<never, never> extends Pick<N, K> ? N[K] | undefined
    : N[K];
};

/**
 * A command: declared by chained calls, run by `parse` on the root.
 *
 * Stands in for the class of the same name in `@cliffy/command`, as far as this project uses it.
 */
export class Command<
  ParentGlobals extends Shape = void,
  ParentTypes extends Shape = void,
  Options extends Shape = void,
  Arguments extends unknown[] = [],
  Globals extends Shape = void,
  Types extends Shape = void,
  GlobalTypes extends Shape = void,
> {
  /** Only a type: the global options that a parent must have. */
  declare readonly needs?: Resolve<ParentGlobals>;
  readonly #node: CommandNode;

  constructor() {
    this.#node = {
      name: "COMMAND",
      aliases: [],
      description: "",
      version: null,
      hidden: false,
      stopEarly: false,
      throwsErrors: false,
      autoHelp: null,
      arguments: [],
      examples: [],
      types: new Map(),
      options: [],
      commands: [],
      parent: null,
      action: null,
      help: null,
      helpOption: null,
      versionOption: null,
      hasDefaults: false,
      rawArgs: [],
      literalArgs: [],
      face: asCommand(this),
    };
  }

  name(name: string): this {
    this.#node.name = name;
    return this;
  }

  version(version: string | (() => string)): this {
    this.#node.version = typeof version === "string" ? () => version : version;
    return this;
  }

  description(description: string): this {
    this.#node.description = description;
    return this;
  }

  example(name: string, description: string): this {
    this.#node.examples.push({ name, description });
    return this;
  }

  /** Leaves the command out of help and suggestions. */
  hidden(): this {
    this.#node.hidden = true;
    return this;
  }

  /** Sets what prints the help of this command and those below it. */
  help(handler: string | HelpHandler, options: { auto?: boolean } = {}): this {
    this.#node.help = typeof handler === "string" ? () => handler : handler;
    this.#node.autoHelp = options.auto ?? null;
    return this;
  }

  helpOption(
    flags: string | false,
    description?: string,
    action?: Handler<this, ParentGlobals, Globals, Options, Arguments>,
  ): this;
  helpOption(flags: string | false, description = "", action?: unknown): this {
    this.#node.helpOption = flags === false ? false : {
      ...standaloneOption(flags, description, action),
      global: true,
    };
    return this;
  }

  versionOption(
    flags: string | false,
    description?: string,
    action?: Handler<this, ParentGlobals, Globals, Options, Arguments>,
  ): this;
  versionOption(
    flags: string | false,
    description = "",
    action?: unknown,
  ): this {
    this.#node.versionOption = flags === false
      ? false
      : standaloneOption(flags, description, action);
    return this;
  }

  /** Makes errors throw instead of ending the process; the stand-in cannot do without. */
  noExit(): this {
    this.#node.throwsErrors = true;
    return this;
  }

  /** Makes the first word that is no option end the options. */
  stopEarly(stopEarly = true): this {
    this.#node.stopEarly = stopEarly;
    return this;
  }

  type<const N extends string, H extends TypeHandler | Type<unknown>>(
    name: N,
    handler: H,
  ): Command<
    ParentGlobals,
    ParentTypes,
    Options,
    Arguments,
    Globals,
    Merge<Types, { [K in N]: H }>,
    GlobalTypes
  >;
  type(name: string, handler: TypeHandler | Type<unknown>): unknown {
    return this.#addType(name, handler, false);
  }

  globalType<const N extends string, H extends TypeHandler | Type<unknown>>(
    name: N,
    handler: H,
  ): Command<
    ParentGlobals,
    ParentTypes,
    Options,
    Arguments,
    Globals,
    Types,
    Merge<GlobalTypes, { [K in N]: H }>
  >;
  globalType(name: string, handler: TypeHandler | Type<unknown>): unknown {
    return this.#addType(name, handler, true);
  }

  option<
    const F extends string,
    const R extends boolean | undefined = undefined,
    const C extends boolean | undefined = undefined,
    const D = undefined,
  >(
    flags: F,
    description: string,
    settings?: OptionSettings<R, C, D>,
  ): Command<
    ParentGlobals,
    ParentTypes,
    Merge<
      Options,
      OptionShape<F, Merge<ParentTypes, Merge<GlobalTypes, Types>>, R, C, D>
    >,
    Arguments,
    Globals,
    Types,
    GlobalTypes
  >;
  option(
    flags: string,
    description: string,
    settings: Partial<Option> = {},
  ): unknown {
    return this.#addOption(flags, description, settings);
  }

  globalOption<
    const F extends string,
    const R extends boolean | undefined = undefined,
    const C extends boolean | undefined = undefined,
    const D = undefined,
  >(
    flags: F,
    description: string,
    settings?: OptionSettings<R, C, D>,
  ): Command<
    ParentGlobals,
    ParentTypes,
    Options,
    Arguments,
    Merge<
      Globals,
      OptionShape<F, Merge<ParentTypes, Merge<GlobalTypes, Types>>, R, C, D>
    >,
    Types,
    GlobalTypes
  >;
  globalOption(
    flags: string,
    description: string,
    settings: Partial<Option> = {},
  ): unknown {
    return this.#addOption(flags, description, { ...settings, global: true });
  }

  arguments<const S extends string>(
    definition: S,
    descriptions?: string[],
  ): Command<
    ParentGlobals,
    ParentTypes,
    Options,
    ArgumentsOf<S, Merge<ParentTypes, Merge<GlobalTypes, Types>>>,
    Globals,
    Types,
    GlobalTypes
  >;
  arguments(definition: string, descriptions: string[] = []): unknown {
    this.#node.arguments = readArguments(definition, descriptions);
    return this;
  }

  action(
    handler: Handler<this, ParentGlobals, Globals, Options, Arguments>,
  ): this;
  action(handler: unknown): this {
    this.#node.action = asAction(handler);
    return this;
  }

  /** Attaches a child under `name, alias …`. */
  command<C extends Child>(
    names: string,
    child:
      & C
      & (Resolve<Merge<ParentGlobals, Globals>> extends Needs<C> ? unknown
        : never),
  ): void;
  command(names: string, child: unknown): void {
    const definition = splitDefinition(names);
    const [name, ...aliases] = definition.names;
    if (name === undefined || name === "" || definition.arguments !== "") {
      throw unsupported(names, "its form");
    }
    if (
      this.#node.commands.some((one) =>
        one.name === name || one.aliases.includes(name)
      )
    ) {
      throw new Error(`Duplicate command name "${name}"`);
    }
    const node = asCommand(child).#node;
    node.name = name;
    node.aliases = aliases;
    node.parent = this.#node;
    this.#node.commands.push(node);
  }

  /**
   * Reads a command line and runs the command that it means.
   *
   * @throws {ValidationError} If it is wrong; its `cmd` is the command that refused it.
   */
  parse(
    args: string[],
  ): Promise<
    CommandResult<
      Resolve<Merge<ParentGlobals, Merge<Globals, Options>>>,
      Arguments
    >
  >;
  parse(args: string[]): Promise<unknown> {
    if (!rootOf(this.#node).throwsErrors) {
      throw new TypeError(
        "Cannot parse with the offline stand-in as it needs .noExit()",
      );
    }
    return runCommand(this.#node, args);
  }

  getName(): string {
    return this.#node.name;
  }

  getAliases(): string[] {
    return this.#node.aliases;
  }

  /** Returns the words that lead here, the program's name first. */
  getPath(): string {
    return pathOf(this.#node);
  }

  getDescription(): string {
    return this.#node.description;
  }

  /** Returns the first line of the description. */
  getShortDescription(): string {
    return this.#node.description.trim().split("\n", 1)[0]?.trim() ?? "";
  }

  getVersion(): string | undefined {
    return rootOf(this.#node).version?.();
  }

  getMainCommand(): Command {
    return rootOf(this.#node).face;
  }

  getParent(): Command | undefined {
    return this.#node.parent?.face;
  }

  getCommands(hidden = false): Command[] {
    return this.#node.commands.filter((child) => hidden || !child.hidden)
      .map((child) => child.face);
  }

  getArguments(): Argument[] {
    return this.#node.arguments;
  }

  /** Returns the inherited options, then the command's own. */
  getOptions(hidden = false): Option[] {
    return optionsOf(this.#node).filter((option) => hidden || !option.hidden);
  }

  getExamples(): Example[] {
    return this.#node.examples;
  }

  getHelp(options: HelpOptions = {}): string {
    return helpOf(this.#node, options);
  }

  /** Returns the words behind the command's name. */
  getRawArgs(): string[] {
    return this.#node.rawArgs;
  }

  /** Returns the words behind `--`. */
  getLiteralArgs(): string[] {
    return this.#node.literalArgs;
  }

  #addType(
    name: string,
    handler: TypeHandler | Type<unknown>,
    global: boolean,
  ): this {
    if (this.#node.types.has(name)) {
      throw new Error(`Type with name "${name}" already exists`);
    }
    this.#node.types.set(name, {
      handler: handler instanceof Type ? (arg) => handler.parse(arg) : handler,
      global,
    });
    return this;
  }

  #addOption(
    flags: string,
    description: string,
    settings: Partial<Option>,
  ): this {
    const option = { ...readOption(flags, description), ...settings };
    for (const name of [option.name, ...option.aliases ?? []]) {
      if (this.#node.options.some((other) => isNamed(other, name))) {
        throw new Error(
          `An option with name "${
            dashed(name)
          }" is already registered on command "${this.getPath()}"`,
        );
      }
    }
    this.#node.options.push(option);
    return this;
  }
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
  if (isAction(value)) return value;
  throw new TypeError("Cannot use an action that is no function");
}

function readOption(flags: string, description: string): Option {
  const definition = splitDefinition(flags);
  const args = readArguments(definition.arguments);
  const long = definition.names.find((name) => name.startsWith("--"));
  if (long === undefined) {
    throw unsupported(flags, "options without a long name");
  }
  if (args.length > 1 || args[0]?.optional || args[0]?.variadic) {
    throw unsupported(flags, "optional and several values");
  }
  return {
    name: long.slice(2),
    aliases: definition.names.filter((name) => name !== long).map((name) =>
      name.replace(/^--?/, "")
    ),
    flags: definition.names,
    description,
    typeDefinition: definition.arguments,
    args,
  };
}

function standaloneOption(
  flags: string,
  description: string,
  action: unknown,
): Option {
  return {
    ...readOption(flags, description),
    standalone: true,
    action: action === undefined ? () => {} : asAction(action),
  };
}

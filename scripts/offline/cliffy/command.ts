// SPDX-License-Identifier: AGPL-3.0-or-later
import { readArguments, splitDefinition, unsupported } from "./definitions.ts";
import { DescribedCommand } from "./described.ts";
import type {
  ArgumentsOf,
  Handler,
  Kind,
  Known,
  Merge,
  Needs,
  OptionSettings,
  OptionShape,
  Resolve,
  Shape,
} from "./infer.ts";
import { type CommandNode, rootOf } from "./node.ts";
import { readOption, refuseDoubtful, standaloneOption } from "./options.ts";
import { runCommand } from "./run.ts";
import {
  type Action,
  type CommandResult,
  type HelpHandler,
  type Option,
  Type,
  type TypeHandler,
} from "./types.ts";

/**
 * A command: declared by chained calls, run by `parse` on the root.
 *
 * Stands in for the class of the same name in `@cliffy/command`, as far as this project uses it.
 * Its types are, in the real one's order: global options and types of the parent, options, arguments,
 * global options, types and global types of its own.
 */
export class Command<
  PG extends Shape = void,
  PT extends Shape = void,
  O extends Shape = void,
  A extends unknown[] = [],
  G extends Shape = void,
  T extends Shape = void,
  GT extends Shape = void,
> extends DescribedCommand {
  /** Only a type: the global options that a parent must have. */
  declare readonly needs?: Resolve<PG>;
  /** Only a type: tells commands apart that the real class does not take for one another. */
  declare readonly kind?: Kind<PG, G, O>;

  constructor() {
    super(asCommand);
  }

  name(name: string): this {
    this.#open.name = name;
    return this;
  }

  version(version: string | (() => string)): this {
    this.#open.version = typeof version === "string" ? () => version : version;
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

  /** Sets what prints the help of this command and those below it. */
  help(handler: string | HelpHandler, options: { auto?: boolean } = {}): this {
    this.#open.help = typeof handler === "string" ? () => handler : handler;
    this.#open.autoHelp = options.auto ?? null;
    return this;
  }

  helpOption(
    flags: string | false,
    description?: string,
    action?: Handler<this, PG, G, O, A>,
  ): this;
  helpOption(flags: string | false, description = "", action?: unknown): this {
    this.#open.helpOption = flags === false ? false : {
      ...standaloneOption(flags, description, asAction(action)),
      global: true,
    };
    return this;
  }

  versionOption(
    flags: string | false,
    description?: string,
    action?: Handler<this, PG, G, O, A>,
  ): this;
  versionOption(
    flags: string | false,
    description = "",
    action?: unknown,
  ): this {
    this.#open.versionOption = flags === false
      ? false
      : standaloneOption(flags, description, asAction(action));
    return this;
  }

  /** Makes errors throw instead of ending the process; the stand-in cannot do without. */
  noExit(): this {
    this.#open.throwsErrors = true;
    return this;
  }

  /** Makes the first word that is no option end the options. */
  stopEarly(stopEarly = true): this {
    this.#open.stopEarly = stopEarly;
    return this;
  }

  type<const N extends string, H extends TypeHandler | Type<unknown>>(
    name: N,
    handler: H,
  ): Command<PG, PT, O, A, G, Merge<T, { [K in N]: H }>, GT>;
  type(name: string, handler: TypeHandler | Type<unknown>): unknown {
    return this.#addType(name, handler, false);
  }

  globalType<const N extends string, H extends TypeHandler | Type<unknown>>(
    name: N,
    handler: H,
  ): Command<PG, PT, O, A, G, T, Merge<GT, { [K in N]: H }>>;
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
    PG,
    PT,
    Merge<O, OptionShape<F, Known<PT, GT, T>, R, C, D>>,
    A,
    G,
    T,
    GT
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
    PG,
    PT,
    O,
    A,
    Merge<G, OptionShape<F, Known<PT, GT, T>, R, C, D>>,
    T,
    GT
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
  ): Command<PG, PT, O, ArgumentsOf<S, Known<PT, GT, T>>, G, T, GT>;
  arguments(definition: string, descriptions: string[] = []): unknown {
    this.#open.arguments = readArguments(definition, descriptions);
    return this;
  }

  action(handler: Handler<this, PG, G, O, A>): this;
  action(handler: unknown): this {
    this.#open.action = asAction(handler);
    return this;
  }

  /** Attaches a child under `name, alias …`. */
  command<C extends DescribedCommand>(
    names: string,
    child: C & (Resolve<Merge<PG, G>> extends Needs<C> ? unknown : never),
  ): void;
  command(names: string, child: unknown): void {
    const definition = splitDefinition(names);
    const [name, ...aliases] = definition.names;
    if (name === undefined || name === "" || definition.arguments !== "") {
      throw unsupported(names, "its form");
    }
    if (
      this.node.commands.some((one) =>
        one.name === name || one.aliases.includes(name)
      )
    ) {
      throw new Error(`Duplicate command name "${name}"`);
    }
    const node = asCommand(child).node;
    node.name = name;
    node.aliases = aliases;
    node.parent = this.node;
    this.node.commands.push(node);
  }

  /**
   * Reads a command line and runs the command that it means.
   *
   * @throws {ValidationError} If it is wrong; its `cmd` is the command that refused it.
   */
  parse(
    args: string[],
  ): Promise<CommandResult<Resolve<Merge<PG, Merge<G, O>>>, A, this>>;
  parse(args: string[]): Promise<unknown> {
    if (!rootOf(this.node).throwsErrors) {
      throw new TypeError(
        "Cannot parse with the offline stand-in as it needs .noExit()",
      );
    }
    return runCommand(this.node, args);
  }

  /** What declarations go to; once a child is attached, the real class would give them to the child. */
  get #open(): CommandNode {
    if (this.node.commands.length === 0) return this.node;
    throw unsupported(this.getPath(), "declarations behind .command()");
  }

  #addType(
    name: string,
    handler: TypeHandler | Type<unknown>,
    global: boolean,
  ): this {
    if (this.#open.types.has(name)) {
      throw new Error(`Type with name "${name}" already exists`);
    }
    this.node.types.set(name, {
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
    refuseDoubtful(option, this.#open.options);
    this.node.options.push(option);
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
  return isAction(value) ? value : () => {};
}

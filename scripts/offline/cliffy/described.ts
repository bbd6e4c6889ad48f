// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Command } from "./command.ts";
import {
  type CommandNode,
  newNode,
  optionsOf,
  pathOf,
  rootOf,
} from "./node.ts";
import { helpOf } from "./run.ts";
import type { Argument, Example, HelpOptions, Option } from "./types.ts";

/** What a command tells about itself. */
export class DescribedCommand {
  protected readonly node: CommandNode;

  constructor(asCommand: (self: unknown) => Command) {
    this.node = newNode(asCommand(this));
  }

  getName(): string {
    return this.node.name;
  }

  getAliases(): string[] {
    return this.node.aliases;
  }

  /** Returns the words that lead here, the program's name first. */
  getPath(): string {
    return pathOf(this.node);
  }

  getDescription(): string {
    return this.node.description;
  }

  /** Returns the first line of the description. */
  getShortDescription(): string {
    return this.node.description.trim().split("\n", 1)[0]?.trim() ?? "";
  }

  getVersion(): string | undefined {
    return rootOf(this.node).version?.();
  }

  getMainCommand(): Command {
    return rootOf(this.node).face;
  }

  getParent(): Command | undefined {
    return this.node.parent?.face;
  }

  getCommands(hidden = false): Command[] {
    return this.node.commands.filter((child) => hidden || !child.hidden)
      .map((child) => child.face);
  }

  getArguments(): Argument[] {
    return this.node.arguments;
  }

  /** Returns the inherited options, then the command's own. */
  getOptions(hidden = false): Option[] {
    return optionsOf(this.node).filter((option) => hidden || !option.hidden);
  }

  getExamples(): Example[] {
    return this.node.examples;
  }

  getHelp(options: HelpOptions = {}): string {
    return helpOf(this.node, options);
  }

  /** Returns the words behind the command's name. */
  getRawArgs(): string[] {
    return this.node.rawArgs;
  }

  /** Returns the words behind `--`. */
  getLiteralArgs(): string[] {
    return this.node.literalArgs;
  }
}

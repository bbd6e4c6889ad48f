// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds and prints help pages.
 * @module
 */
import type { Run } from "../shell/cli.ts";
import type { CommandNode } from "../shell/command_node.ts";
import { CommandLineError } from "../shell/errors.ts";
import type { HelpOptions } from "./options.ts";
import { renderTopic } from "./topic_pages.ts";
import { HELP_TOPICS } from "./topics.ts";
import { renderHelp } from "./print.ts";
import { printText } from "../shell/print.ts";
import { guessCommand } from "../shell/usage.ts";

/**
 * Prints a help page.
 *
 * @throws {CommandLineError} If the words do not name a command or a topic.
 */
export async function runHelp(
  { words, root }: HelpOptions,
  run: Run,
): Promise<void> {
  const topic = HELP_TOPICS.find((topic) => topic === words[0]);
  await printText(
    run,
    topic !== undefined && words.length === 1
      ? renderTopic(topic)
      : renderHelp(findCommand(root, words), run.context.stdout.columns()),
  );
}

function findCommand(root: CommandNode, words: readonly string[]): CommandNode {
  let command = root;
  for (const word of words) {
    const children = command.getCommands(true);
    const child = children.find((it) =>
      it.getName() === word || it.getAliases().includes(word)
    );
    if (child === undefined) {
      const known = children.map((it) => it.getName());
      if (command === root) known.push(...HELP_TOPICS);
      throw new CommandLineError(
        `There is no help for "${words.join(" ")}"` +
          guessCommand(word, known, root),
        command.getPath(),
      );
    }
    command = child;
  }
  return command;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen help` and `kaizen completions`.
 * @module
 */
import type { CommandNode } from "../shell/command_node.ts";
import type { Shell } from "./shells.ts";

/** What help is wanted about. */
export interface HelpOptions {
  /** A topic, or the words of a command. */
  words: readonly string[];
  root: CommandNode;
}

/** Which script. */
export interface CompletionsOptions {
  shell: Shell;
  root: CommandNode;
}

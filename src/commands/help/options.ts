// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen help` and `kaizen completions`.
 * @module
 */
import type { CommandNode } from "../shell/command_node.ts";
import type { Shell } from "./shells.ts";

/** Options of `kaizen help`. */
export interface HelpOptions {
  /** A topic, or the names of a command. */
  words: readonly string[];
  root: CommandNode;
}

/** Options of `kaizen completions`. */
export interface CompletionsOptions {
  shell: Shell;
  root: CommandNode;
}

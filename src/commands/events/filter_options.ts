// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The options that say which events are meant, as `events` and `grep` declare them.
 * @module
 */
import type { Command } from "@cliffy/command";
import type { GlobalFlags } from "../shell/settings.ts";
import type { Since } from "../shell/since.ts";

/** Adds the options to a command that knows the types `word` and `since`. */
// deno-lint-ignore explicit-module-boundary-types -- the written type would be as long as the function
export function addFilterOptions<
  Options extends Record<string, unknown> | void,
  Words extends unknown[],
  Types extends { word: string; since: Since },
>(command: Command<GlobalFlags, void, Options, Words, void, Types>) {
  return command
    .option(
      "--workspace <dir:word>",
      "Only the workspace of DIR (default: all)",
    )
    .option(
      "--project <name:word>",
      "Only the known workspace whose directory is called NAME (default: all)",
    )
    .option("--all-workspaces", "All workspaces, which is the default")
    .option(
      "--session <id:word>",
      "Only the session ID, a unique prefix of one, or @latest (default: all)",
    )
    .option(
      "--agent <prefix:word>",
      "Only agents whose name starts with PREFIX (case-insensitive; default: all)",
    )
    .option(
      "--tool <name:word>",
      "Only events of the tool NAME (case-insensitive; default: all)",
    )
    .option(
      "--event <name:word>",
      "Only events of this kind, such as ToolCall, or with this name, such as PreToolUse (case-insensitive; default: all)",
    )
    .option(
      "--path <glob:word>",
      "Only tool calls with a path that matches GLOB: the full path, the path in the workspace, or the file name (default: all)",
    )
    .option("--errors", "Only tool calls and turns that failed")
    .option(
      "--since <when:since>",
      "Only events since WHEN: today, 7d, 24h, 90m, an RFC 3339 time, or epoch milliseconds (default: all)",
    )
    .option("--until <when:since>", "Only events before WHEN (default: all)");
}

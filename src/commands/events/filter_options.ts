// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The options that say which events are meant, as `events` and `grep` declare them.
 * @module
 */

/** Each option as its words and its description. */
export const FILTER_OPTIONS = {
  workspace: [
    "--workspace <dir:word>",
    "Only the workspace of DIR (default: all)",
  ],
  project: [
    "--project <name:word>",
    "Only the known workspace whose directory is called NAME (default: all)",
  ],
  allWorkspaces: ["--all-workspaces", "All workspaces, which is the default"],
  session: [
    "--session <id:word>",
    "Only the session ID, a unique prefix of one, or @latest (default: all)",
  ],
  agent: [
    "--agent <prefix:word>",
    "Only agents whose name starts with PREFIX (case-insensitive; default: all)",
  ],
  tool: [
    "--tool <name:word>",
    "Only events of the tool NAME (case-insensitive; default: all)",
  ],
  event: [
    "--event <name:word>",
    "Only events of this kind, such as ToolCall, or with this name, such as PreToolUse (case-insensitive; default: all)",
  ],
  path: [
    "--path <glob:word>",
    "Only tool calls with a path that matches GLOB: the full path, the path in the workspace, or the file name (default: all)",
  ],
  errors: ["--errors", "Only tool calls and turns that failed"],
  since: [
    "--since <when:since>",
    "Only events since WHEN: today, 7d, 24h, 90m, an RFC 3339 time, or epoch milliseconds (default: all)",
  ],
  until: ["--until <when:since>", "Only events before WHEN (default: all)"],
} as const;

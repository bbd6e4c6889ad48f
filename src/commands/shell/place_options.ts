// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The options that name a workspace, as several commands declare them.
 * @module
 */

/** The workspace in which a session is looked for. Each option as its words and its description. */
export const LOOK_OPTIONS = {
  workspace: [
    "--workspace <dir:word>",
    "Look only in the workspace of DIR (default: the current workspace, then all; env: KAIZEN_WORKSPACE)",
  ],
  project: [
    "--project <name:word>",
    "Look only in the known workspace whose directory is called NAME (default: none)",
  ],
} as const;

/** The workspaces to list. Each option as its words and its description. */
export const LIST_OPTIONS = {
  workspace: [
    "--workspace <dir:word>",
    "List the workspace of DIR (default: the current workspace; env: KAIZEN_WORKSPACE)",
  ],
  project: [
    "--project <name:word>",
    "List the known workspace whose directory is called NAME (default: none)",
  ],
  allWorkspaces: [
    "--all-workspaces",
    "List all workspaces that the daemon knows",
  ],
} as const;

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen hooks`.
 * @module
 */

/** Selects the hooks. */
export interface HooksOptions {
  /** Names of agents, or `git`; none means all agents that are found. */
  names: readonly string[];
  /** The hooks of the repository of the current directory, not the user's. */
  isProject: boolean;
}

/** How to change them. */
export interface HooksChangeOptions extends HooksOptions {
  isDry: boolean;
  /** True: do not ask for confirmation. */
  isSure: boolean;
}

/** How to install them. */
export interface HooksInstallOptions extends HooksChangeOptions {
  keepsOthers: boolean;
  /** Add the server of `kaizen mcp`, too. */
  addsMcp: boolean;
  /** The program to write; null means this one. */
  program: string | null;
}

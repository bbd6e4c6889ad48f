// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one way to run git.
 * @module
 */
export { askGit, type GitContext, type GitOutput } from "./ask_git.ts";

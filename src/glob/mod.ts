// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Globs over paths. They are apart from `src/context/`, which each command loads before it starts.
 * @module
 */
export { compilePathGlob, type PathGlobOptions } from "./path_glob.ts";

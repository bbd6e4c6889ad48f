// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The part of this folder that every hook loads: its bundle holds all that these files import, and each KiB of it costs 20 µs.
 * @module
 */
export { UsageError } from "./errors.ts";
export { isOn } from "./is_on.ts";
export { pause } from "./pause.ts";
export { resolvePaths } from "./paths.ts";
export { silentContext } from "./silent_context.ts";
export { findWorkspace } from "./workspace.ts";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stand-in for the part of `@std/cli` that this project uses.
 * @module
 */
export {
  type Args,
  parseArgs,
  type ParseOptions,
} from "./std_cli/parse_args.ts";
export { unicodeWidth } from "./std_cli/unicode_width.ts";

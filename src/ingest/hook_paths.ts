// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The paths of a hook. A hook prints no errors, so a path that cannot be used must not cost the
 * event.
 * @module
 */
import { resolvePaths, UsageError } from "../context/mod.ts";
import type { HookPaths, PathWords } from "./pass_over.ts";

/**
 * Finds the home and the socket. A path from the command line or the environment that cannot be
 * used is ignored.
 *
 * @throws {HomeError} If no home is known at all.
 */
export async function findHookPaths(
  { words, context }: PathWords,
): Promise<HookPaths> {
  try {
    return { paths: resolvePaths(context, words), faults: [] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
  context.meanwhile?.();
  const { passOver } = await import("./pass_over.ts");
  return passOver({ words, context });
}

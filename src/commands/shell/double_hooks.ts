// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells which repositories have hooks beside the user's.
 * @module
 */
import { findWorkspace, HomeError } from "../../context/mod.ts";
import { type DoubleHooks, Journal } from "../../hooks/mod.ts";
import { formatNumberOf } from "../../output/mod.ts";
import type { Run } from "./cli.ts";
import { quoteWord } from "./quote_word.ts";

/** Returns the repositories in which hooks were installed; none if that cannot be read. */
export function listHookedRepositories({ settings }: Run): string[] {
  try {
    return Journal.read(settings.paths().home).repositories();
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
    return [];
  }
}

/** Returns the repository of the current directory, and those in which hooks were installed. */
export function listHookPlaces(run: Run): string[] {
  const here = findWorkspace(run.context.cwd());
  return [...new Set([here, ...listHookedRepositories(run)])];
}

/** Says in words what is double, and how to keep the user's hooks alone. */
export function describeDoubleHooks(
  agent: string,
  { repository, path, events }: DoubleHooks,
  { context }: Run,
): { message: string; repair: string } {
  const remove = `kaizen hooks uninstall ${agent} --project`;
  const isHere = repository === findWorkspace(context.cwd());
  return {
    message: `${formatNumberOf(events.length, "event")} of the user's hooks ${
      events.length === 1 ? "has" : "have"
    } a second hook in ${path}, so that they may arrive twice`,
    repair: isHere ? remove : `cd ${quoteWord(repository)} && ${remove}`,
  };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells which repositories have hooks beside the user's.
 * @module
 */
import type { AgentName } from "../../agents/mod.ts";
import { findWorkspace, HomeError } from "../../context/mod.ts";
import { type DoubleHooks, findDoubleHooks, Journal } from "../../hooks/mod.ts";
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

/**
 * Finds the double hooks of an agent in the repository of the current directory, and in those in
 * which hooks were installed.
 *
 * @throws {UsageError} If the agent's folder is unknown.
 */
export function listDoubleHooks(agent: AgentName, run: Run): DoubleHooks[] {
  const { context } = run;
  const here = findWorkspace(context.cwd());
  const repositories = [...new Set([here, ...listHookedRepositories(run)])];
  return findDoubleHooks(agent, { context, repositories });
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

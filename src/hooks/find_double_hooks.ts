// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds events that have a hook of the user and one of a repository: both deliver them.
 * @module
 */
import type { AgentName } from "../agents/mod.ts";
import { type Context, realPath } from "../context/mod.ts";
import type { PlaceOptions } from "./agent_place.ts";
import { setupOf } from "./agent_setups.ts";
import { AgentFileError } from "./errors.ts";
import { findHooks, type FoundHooks } from "./find_hooks.ts";

/** The hooks of a repository that report what the user's hooks report. */
export interface DoubleHooks {
  repository: string;
  /** The file or the folder with its hooks. */
  path: string;
  /** Events with hooks in both places. */
  events: string[];
}

/** Where hooks are looked for. */
export interface DoubleHooksOptions {
  context: Pick<Context, "env">;
  repositories: readonly string[];
  /** Events that the repositories are about to get hooks for. */
  planned?: readonly string[];
}

/**
 * Finds the repositories whose hooks of one agent report events that the user's hooks report as
 * well. A file that cannot be read counts as one without hooks.
 *
 * @throws {UsageError} If the agent's folder is unknown.
 */
export function findDoubleHooks(
  agent: AgentName,
  { context, repositories, planned = [] }: DoubleHooksOptions,
): DoubleHooks[] {
  if (setupOf(agent).projectFile === null) return [];
  const user = findReadable(agent, { context, project: null });
  if (user === null || user.events.length === 0) return [];
  return repositories.flatMap((repository) => {
    const own = findReadable(agent, { context, project: repository });
    // In the user's home directory both are one file.
    if (own === null || isSameFile(own.path, user.path)) return [];
    const events = [...new Set([...own.events, ...planned])]
      .filter((event) => user.events.includes(event));
    return events.length === 0 ? [] : [{ repository, path: own.path, events }];
  });
}

function findReadable(
  agent: AgentName,
  place: PlaceOptions,
): FoundHooks | null {
  try {
    return findHooks(agent, place);
  } catch (error) {
    if (error instanceof AgentFileError) return null;
    throw error;
  }
}

function isSameFile(a: string, b: string): boolean {
  return (realPath(a) ?? a) === (realPath(b) ?? b);
}

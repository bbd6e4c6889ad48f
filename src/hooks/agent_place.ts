// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the folders and files of agents.
 * @module
 */
import { type AgentName, listAgents } from "../agents/mod.ts";
import { type Context, UsageError } from "../context/mod.ts";
import { setupOf } from "./agent_setups.ts";
import { UnsupportedHooksError } from "./errors.ts";

/** Environment variables, and the repository whose hooks are meant; null means the user's. */
export interface PlaceOptions {
  context: Pick<Context, "env">;
  project: string | null;
}

/**
 * Returns the folder of an agent.
 *
 * @throws {UsageError} If neither its variable nor HOME names one.
 */
export function agentFolder(
  agent: AgentName,
  context: Pick<Context, "env">,
): string {
  const { variable, folder, below } = setupOf(agent);
  const moved = variable === null ? undefined : context.env(variable);
  if (moved !== undefined) return absolute(moved, variable ?? "") + below;
  return `${userHome(context)}/${folder}`;
}

/**
 * Returns the user's home directory.
 *
 * @throws {UsageError} If HOME is unset or relative.
 */
export function userHome(context: Pick<Context, "env">): string {
  return absolute(context.env("HOME") ?? "", "HOME");
}

function absolute(path: string, variable: string): string {
  if (path.startsWith("/")) return path.replace(/(?<=.)\/+$/, "");
  throw new UsageError(
    `Cannot find the settings of agents as ${variable} must be absolute: current value is "${path}"`,
  );
}

/** Lists the agents whose folders exist. */
export function findAgents(context: Pick<Context, "env">): AgentName[] {
  return listAgents().filter((agent) => isFolder(agentFolder(agent, context)));
}

/**
 * Returns the file with an agent's hooks.
 *
 * @throws {UnsupportedHooksError} If the agent reads no hooks from repositories.
 */
export function hookFile(
  agent: AgentName,
  { context, project }: PlaceOptions,
): string {
  const { title, file, projectFile } = setupOf(agent);
  if (project === null) return `${agentFolder(agent, context)}/${file}`;
  if (projectFile !== null) return `${project}/${projectFile}`;
  throw new UnsupportedHooksError(
    `${title} has no hooks of a repository: leave out --project`,
  );
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

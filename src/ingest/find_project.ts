// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds a workspace by the last part of its path, for an option of the reference's hooks.
 * @module
 */
import { ask, HELLO } from "../client/mod.ts";
import { clientWithin } from "./route.ts";

/** The daemon to ask, and a callback for failures. */
export interface FindProjectOptions {
  route: Parameters<typeof clientWithin>[0];
  onFailure: (reason: string) => Promise<void>;
}

/**
 * Finds the known workspace whose path ends with the name of a project.
 *
 * @returns Undefined if there is not exactly one.
 */
export async function findProject(
  project: string,
  { route, onFailure }: FindProjectOptions,
): Promise<string | undefined> {
  const client = clientWithin(route);
  if (client === null) return undefined;
  try {
    const { workspaces } = await ask(HELLO, client);
    const found = workspaces.filter((path) => path.endsWith(`/${project}`));
    if (found.length === 1) return found[0];
    await onFailure(`no single project is called ${project}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await onFailure(`cannot find project ${project}: ${why}`);
  }
  return undefined;
}

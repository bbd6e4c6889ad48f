// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the workspace of an event.
 * @module
 */
import { type AgentName, hooksOf } from "../agents/mod.ts";
import {
  type Context,
  currentDirectory,
  findWorkspace,
} from "../context/mod.ts";

/** Sources of the directory, besides the environment. */
export interface EventPlace {
  /** From the command line. */
  workspace?: string | undefined;
  /** From the payload. */
  workspaceHint: string | null;
  /** The agent whose event it is. */
  agent: AgentName;
}

/**
 * Finds the workspace of an event: from the command line, the environment, the payload, or the
 * current directory, in this order.
 *
 * An agent that another agent started inherits its variables. So only the variable that the event's
 * own agent sets is read.
 */
export function eventWorkspace(
  { workspace, workspaceHint, agent }: EventPlace,
  context: Pick<Context, "env" | "cwd">,
): string {
  const { directoryVariable } = hooksOf(agent);
  const named = workspace || context.env("KAIZEN_WORKSPACE") ||
    directoryVariable !== null && context.env(directoryVariable) ||
    workspaceHint;
  if (named?.startsWith("/")) return findWorkspace(named);
  const cwd = currentDirectory(context) ?? "/";
  return findWorkspace(named || cwd, cwd);
}

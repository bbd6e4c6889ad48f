// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The targets of a command: the agents, and git.
 * @module
 */
import { isAgentName, listAgents } from "../../agents/mod.ts";
import { findWorkspace, UsageError } from "../../context/mod.ts";
import {
  AgentFileError,
  demandChangeable,
  type FileChange,
  type HookPlan,
  UnsupportedHooksError,
} from "../../hooks/mod.ts";
import type { Run } from "../shell/cli.ts";
import { findNearest } from "../shell/nearest.ts";
import type { HooksOptions } from "./options.ts";

/** An agent, or git. */
export type Target = ReturnType<typeof listAgents>[number] | "git";

/** A target whose hooks could not be changed. */
export interface HookFailure {
  /** Name of an agent, or `git`. */
  agent: string;
  message: string;
}

/** A fault of one target. */
interface TargetFault {
  message: string;
  /** There are no such hooks, as opposed to a file that cannot be changed. */
  isUsage: boolean;
}

/** The plans of several targets. */
export interface JointPlan {
  changes: FileChange[];
  notes: string[];
  failures: HookFailure[];
  /** Whether a failure is one of what was asked for. */
  isUsage: boolean;
}

/**
 * Reads the names of agents.
 *
 * @param fallback The targets if no name is given.
 * @throws {UsageError} If a name is unknown.
 */
export function readTargets(
  names: readonly string[],
  fallback: () => readonly Target[],
): Target[] {
  if (names.length === 0) return [...fallback()];
  const found = names.map((name): Target => {
    if (name === "git" || isAgentName(name)) return name;
    const known = [...listAgents(), "git"];
    const near = findNearest(name, known);
    throw new UsageError(
      near === null
        ? `There is no agent "${name}": use one of ${known.join(", ")}`
        : `There is no agent "${name}". Did you mean "${near}"?`,
    );
  });
  return [...new Set(found)];
}

/** Returns the repository of the current directory, or null if the user's hooks are meant. */
export function readProject(
  { isProject }: HooksOptions,
  { context }: Run,
): string | null {
  return isProject ? findWorkspace(context.cwd()) : null;
}

/** Plans each target; one that cannot be changed does not keep the others from it. */
export async function planEach<T extends Target>(
  targets: readonly T[],
  plan: (target: T) => HookPlan | Promise<HookPlan>,
): Promise<JointPlan> {
  const joint: JointPlan = {
    changes: [],
    notes: [],
    failures: [],
    isUsage: false,
  };
  for (const target of targets) {
    try {
      const { changes, notes } = await plan(target);
      for (const { owner, file, after, project } of changes) {
        // Hooks of git have a rule of their own: those of a worktree are outside of it.
        const within = owner === "git" ? null : project;
        if (file.text !== after) demandChangeable(file, after, within);
      }
      joint.changes.push(...changes);
      joint.notes.push(...notes.map((note) => `${target}: ${note}`));
    } catch (error) {
      const { message, isUsage } = describeFault(error);
      joint.failures.push({ agent: target, message });
      joint.isUsage ||= isUsage;
    }
  }
  return joint;
}

/** Returns several plans as one. */
export function joinPlans(plans: readonly JointPlan[]): JointPlan {
  return {
    changes: plans.flatMap(({ changes }) => changes),
    notes: plans.flatMap(({ notes }) => notes),
    failures: plans.flatMap(({ failures }) => failures),
    isUsage: plans.some(({ isUsage }) => isUsage),
  };
}

/** Describes the fault of one target; throws every other error. */
export function describeFault(error: unknown): TargetFault {
  if (error instanceof AgentFileError) {
    return { message: error.message, isUsage: false };
  }
  if (error instanceof UnsupportedHooksError) {
    return { message: error.message, isUsage: true };
  }
  throw error;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Takes hooks back, those of repositories, too.
 * @module
 */
import { type AgentName, listAgents } from "../../agents/mod.ts";
import {
  applyUndo,
  type HookPlan,
  Journal,
  type PlaceOptions,
  planGitUninstall,
  planUninstall,
  setupOf,
  UnsupportedHooksError,
} from "../../hooks/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { ExitCode } from "../shell/exit_codes.ts";
import type { HooksChangeOptions } from "./options.ts";
import { settlePlan } from "./settle_plan.ts";
import {
  joinPlans,
  type JointPlan,
  planEach,
  readProject,
  readTargets,
  type Target,
} from "./targets.ts";

/**
 * Plans what to take back, shows the changes, and makes them after confirmation.
 *
 * @throws {UsageError} If a name is unknown, or confirmation is needed and stdin is not a terminal.
 */
export async function runHooksUninstall(
  options: HooksChangeOptions,
  run: Run,
): Promise<ExitCode> {
  const { context } = run;
  const project = readProject(options, run);
  const journal = Journal.read(run.settings.paths().home);
  const hasPlace = (agent: AgentName) =>
    project === null || setupOf(agent).projectFile !== null;
  const all = (): Target[] => [...listAgents().filter(hasPlace), "git"];
  const targets = readTargets(options.names, all);
  const repositories = project === null ? journal.repositories() : [];
  const hasGit = repositories.some((at) => journal.of("git", at).length > 0);
  const planGit = async (place: PlaceOptions): Promise<HookPlan> => {
    try {
      return await planGitUninstall(place, journal);
    } catch (error) {
      // An old git has hooks in repositories only, and those are taken back.
      const isDone = hasGit && place.project === null;
      if (!isDone || !(error instanceof UnsupportedHooksError)) throw error;
      return { changes: [], notes: [] };
    }
  };
  const planIn = (at: string | null) => {
    const place = { context, project: at };
    return planEach(
      at === project
        ? targets
        : targets.filter((target) => journal.of(target, at).length > 0),
      (target) =>
        target === "git"
          ? planGit(place)
          : planUninstall(target, place, journal),
    );
  };
  const plans: JointPlan[] = [];
  for (const at of [project, ...repositories]) plans.push(await planIn(at));
  const plan = joinPlans(plans);
  // Without a name, git is included where it has hooks.
  if (options.names.length === 0) {
    plan.failures = plan.failures.filter(({ agent }) => agent !== "git");
    plan.isUsage = false;
  }
  return await settlePlan(
    plan,
    { ...options, apply: applyUndo, listNext: () => [] },
    run,
  );
}

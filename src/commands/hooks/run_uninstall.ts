// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Takes hooks back.
 * @module
 */
import { type AgentName, listAgents } from "../../agents/mod.ts";
import {
  applyUndo,
  Journal,
  planGitUninstall,
  planUninstall,
  setupOf,
} from "../../hooks/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { ExitCode } from "../shell/exit_codes.ts";
import type { HooksChangeOptions } from "./options.ts";
import { settlePlan } from "./settle_plan.ts";
import { planEach, readProject, readTargets, type Target } from "./targets.ts";

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
  const place = { context, project };
  const plan = planEach(
    targets,
    (target) =>
      target === "git"
        ? planGitUninstall(place, journal)
        : planUninstall(target, place, journal),
  );
  // Without a name, git is included where it has hooks.
  if (options.names.length === 0) {
    plan.failures = plan.failures.filter(({ agent }) => agent !== "git");
    plan.isUsage = false;
  }
  return await settlePlan(
    plan,
    { ...options, apply: applyUndo, next: [] },
    run,
  );
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Installs hooks.
 * @module
 */
import { realPath, UsageError } from "../../context/mod.ts";
import {
  applyChanges,
  findAgents,
  hasMcpPlace,
  planGitInstall,
  planInstall,
  planMcpInstall,
  setupOf,
} from "../../hooks/mod.ts";
import { selfCommand } from "../../launch/mod.ts";
import type { Run } from "../shell/cli.ts";
import { NotFoundError } from "../shell/errors.ts";
import type { ExitCode } from "../shell/exit_codes.ts";
import type { HooksInstallOptions } from "./options.ts";
import { settlePlan } from "./settle_plan.ts";
import { planEach, readProject, readTargets } from "./targets.ts";

/**
 * Plans the hooks, shows the changes, and makes them after confirmation.
 *
 * @throws {UsageError} If a name is unknown, or confirmation is needed and stdin is not a terminal.
 * @throws {NotFoundError} If no agent is found.
 */
export async function runHooksInstall(
  options: HooksInstallOptions,
  run: Run,
): Promise<ExitCode> {
  const { context } = run;
  const targets = readTargets(options.names, () => findAgents(context));
  if (targets.length === 0) {
    throw new NotFoundError(
      "No agent was found in HOME: name the agents to set up, such as claude",
      "help hooks install",
    );
  }
  const program = findProgram(options.program, run);
  const install = {
    context,
    project: readProject(options, run),
    program,
    // A link to the binary, such as one on PATH, is as bare as the binary.
    isBare: Deno.build.standalone &&
      realPath(program) === realPath(Deno.execPath()),
    keepsOthers: options.keepsOthers,
  };
  const isNamed = options.names.length > 0;
  const supported = targets.filter((target) =>
    isNamed || install.project === null || target === "git" ||
    setupOf(target).projectFile !== null
  );
  const plan = planEach(
    supported,
    (target) =>
      target === "git" ? planGitInstall(install) : planInstall(target, install),
  );
  const agents = supported.filter((target) => target !== "git");
  const asking = agents.filter((agent) =>
    options.addsMcp && hasMcpPlace(agent, install.project)
  );
  const servers = planEach(asking, (agent) => planMcpInstall(agent, install));
  const changed = new Set(plan.changes.map(({ owner }) => owner));
  plan.changes.push(...servers.changes);
  plan.notes.push(...servers.notes);
  plan.failures.push(...servers.failures);
  if (run.settings.pathFlags.length > 0) {
    plan.notes.push(
      "Hooks record into the home that the agent's environment names, not into that of these options.",
    );
  }
  const next = agents.filter((agent) => changed.has(agent))
    .map((agent) => `${agent}: ${setupOf(agent).next}`);
  if (servers.changes.length > 0) {
    next.push(
      "New sessions can ask kaizen: see docs/mcp.md for what it tells.",
    );
  }
  if (install.project !== null && [...changed].some((it) => it !== "git")) {
    next.push(
      "The files name a path of this machine: keep them out of commits.",
    );
  }
  return await settlePlan(plan, { ...options, apply: applyChanges, next }, run);
}

/**
 * Finds the program that hooks run: as it is named on PATH if it is there, because that name stays
 * when kaizen is updated.
 */
function findProgram(given: string | null, { context }: Run): string {
  if (given !== null) {
    if (given.startsWith("/") && realPath(given) !== null) {
      return checkPath(given);
    }
    throw new UsageError(
      `--program must be the absolute path of a program: "${given}"`,
    );
  }
  const program = checkPath(selfCommand().program);
  if (program.includes("/_npx/")) {
    throw new UsageError(
      "npx keeps this program only for a while: install it (npm install -g), and run that",
    );
  }
  const real = realPath(program);
  for (const folder of (context.env("PATH") ?? "").split(":")) {
    const named = `${folder}/kaizen`;
    if (folder.startsWith("/") && real !== null && realPath(named) === real) {
      return named;
    }
  }
  return program;
}

/** @throws {UsageError} If no quotes that all shells agree on can hold the path. */
function checkPath(program: string): string {
  if (!/['\\\n\r]/.test(program)) return program;
  throw new UsageError(
    `Cannot write "${program}" into settings: move it to a path without quotes, backslashes and line feeds`,
  );
}

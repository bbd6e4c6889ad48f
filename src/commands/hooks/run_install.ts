// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Installs hooks.
 * @module
 */
import { realPath, UsageError } from "../../context/mod.ts";
import type { AgentName } from "../../agents/mod.ts";
import {
  applyChanges,
  type FileChange,
  findAgents,
  findDoubleHooks,
  hasMcpPlace,
  type PlaceOptions,
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
import {
  joinPlans,
  planEach,
  readProject,
  readTargets,
  type Target,
} from "./targets.ts";

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
  const hooks = await planEach(
    supported,
    (target) =>
      target === "git"
        ? planGitInstall(install)
        : addAdvice(planInstall(target, install), target, install),
  );
  const agents = supported.filter((target) => target !== "git");
  const asking = agents.filter((agent) =>
    options.addsMcp && hasMcpPlace(agent, install.project)
  );
  const servers = await planEach(
    asking,
    (agent) => planMcpInstall(agent, install),
  );
  const plan = joinPlans([hooks, servers]);
  if (run.settings.pathFlags.length > 0) {
    plan.notes.push(
      "Hooks record into the home that the agent's environment names, not into that of these options.",
    );
  }
  const listNext = (written: readonly FileChange[]): string[] => {
    const isHooked = (agent: Target) =>
      hooks.changes.some((it) => it.owner === agent && written.includes(it));
    return [
      ...agents.filter(isHooked)
        .map((agent) => `${agent}: ${setupOf(agent).next}`),
      ...servers.changes.some((it) => written.includes(it))
        ? ["New sessions can ask kaizen: kaizen help mcp says what they see."]
        : [],
      ...install.project !== null &&
          written.some(({ owner }) => owner !== "git")
        ? ["The files name a path of this machine: keep them out of commits."]
        : [],
    ];
  };
  return await settlePlan(
    plan,
    { ...options, apply: applyChanges, listNext },
    run,
  );
}

/** Advises against hooks of a repository beside those of the user: both deliver each event. */
function addAdvice<P extends { notes: string[] }>(
  plan: P,
  agent: AgentName,
  { context, project }: PlaceOptions,
): P {
  if (project === null) return plan;
  try {
    const double = findDoubleHooks(agent, {
      context,
      repositories: [project],
      planned: setupOf(agent).events.map(({ name }) => name),
    });
    if (double.length > 0) {
      plan.notes.push(
        `The hooks of the user record this repository as well. To keep only those: kaizen hooks uninstall ${agent} --project`,
      );
    }
  } catch (error) {
    // The user's settings are not what is installed.
    if (!(error instanceof UsageError)) throw error;
  }
  return plan;
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

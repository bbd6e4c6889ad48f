// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the hooks of the agents that are there, and of the repository of the current directory.
 * @module
 */
import type { AgentName } from "../../agents/mod.ts";
import { findWorkspace } from "../../context/mod.ts";
import {
  AgentFileError,
  findAgents,
  findGitHooks,
  findHooks,
  type FoundGitHooks,
} from "../../hooks/mod.ts";
import { formatNumberOf } from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { Report } from "./finding.ts";

const STATUS = "kaizen hooks status -v";

/**
 * Checks the user's hooks of each agent whose folder exists, and the hooks of git: those for all
 * repositories if there are any, else those of the current one.
 */
export function checkHooks(report: Report, run: Run): void {
  const agents = findAgents(run.context);
  if (agents.length === 0) {
    report.note("No coding agent was found for this user");
  }
  for (const agent of agents) checkAgent(report, agent, run);
  checkGit(report, run);
}

function checkGit(report: Report, { context }: Run): void {
  const user = "kaizen hooks install git";
  try {
    const all = findGitHooks({ context, project: null });
    if (all !== null && all.program !== null) {
      return tellGit(report, all, user);
    }
    const project = findWorkspace(context.cwd());
    const own = findGitHooks({ context, project });
    if (own === null) return;
    tellGit(report, own, all === null ? `${user} --project` : user);
  } catch (error) {
    if (!(error instanceof AgentFileError)) throw error;
    report.fault(`git: ${error.message}`, STATUS);
  }
}

function tellGit(
  report: Report,
  found: FoundGitHooks,
  install: string,
): void {
  const { path, program, isProgramThere, events, missing, manager } = found;
  if (program === null && found.runsOther) {
    return report.ok(
      manager === null
        ? `git: hooks of your own in ${path} run kaizen`
        : `git: ${manager.words}; they run kaizen`,
    );
  }
  if (program === null && manager !== null) {
    return report.note(
      `git: ${manager.words}; they do not run kaizen`,
      manager.step,
    );
  }
  if (program === null) {
    return report.note(
      `git: has no hooks in ${path}, so its commits are not recorded`,
      install,
    );
  }
  if (!isProgramThere) {
    return report.fault(
      `git: its hooks run ${program}, which is not there`,
      install,
    );
  }
  if (missing.length > 0) {
    return report.note(
      `git: ${
        formatNumberOf(missing.length, "event")
      } without a hook in ${path}: ${missing.join(", ")}`,
      install,
    );
  }
  report.ok(`git: ${formatNumberOf(events.length, "event")} in ${path}`);
}

function checkAgent(report: Report, agent: AgentName, { context }: Run): void {
  const install = `kaizen hooks install ${agent}`;
  try {
    const {
      path,
      program,
      isProgramThere,
      events,
      missing,
      others,
      isTrusted,
    } = findHooks(agent, { context, project: null });
    if (program === null) {
      return others.length > 0
        ? report.note(`${agent}: its hooks run kaizen in another way`, install)
        : report.note(`${agent}: has no hooks, so it is not recorded`, install);
    }
    if (!isProgramThere) {
      return report.fault(
        `${agent}: its hooks run ${program}, which is not there`,
        install,
      );
    }
    if (isTrusted === false) {
      return report.fault(
        `${agent}: does not run its hooks until they are trusted`,
        `start ${agent}, and confirm them with /hooks`,
      );
    }
    if (missing.length > 0) {
      return report.note(
        `${agent}: ${formatNumberOf(missing.length, "event")} without a hook: ${
          missing.join(", ")
        }`,
        install,
      );
    }
    report.ok(`${agent}: ${formatNumberOf(events.length, "event")} in ${path}`);
  } catch (error) {
    if (!(error instanceof AgentFileError)) throw error;
    report.fault(`${agent}: ${error.message}`, STATUS);
  }
}

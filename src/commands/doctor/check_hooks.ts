// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the hooks of the agents that are there, and of the repository of the current directory.
 * @module
 */
import type { AgentName } from "../../agents/mod.ts";
import { AgentFileError, findAgents, findHooks } from "../../hooks/mod.ts";
import { formatNumberOf } from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { Report } from "./finding.ts";

const STATUS = "kaizen hooks status -v";

/** Checks the user's hooks of each agent whose folder exists. */
export function checkHooks(report: Report, run: Run): void {
  const agents = findAgents(run.context);
  if (agents.length === 0) {
    return report.note("No coding agent was found for this user");
  }
  for (const agent of agents) checkAgent(report, agent, run);
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the hooks of the agents that are there, and of the repository of the current directory.
 * @module
 */
import type { AgentName } from "../../agents/mod.ts";
import { findWorkspace, isOn } from "../../context/mod.ts";
import { askGit } from "../../git/mod.ts";
import {
  AgentFileError,
  findAgents,
  findDoubleHooks,
  findHooks,
  setupOf,
} from "../../hooks/mod.ts";
import { formatNumberOf } from "../../output/mod.ts";
import { describeDoubleHooks, listHookPlaces } from "../shell/double_hooks.ts";
import { readGitHooksNews } from "../shell/git_hooks.ts";
import type { Run } from "../shell/cli.ts";
import type { Report } from "./finding.ts";

/** What repairs settings that cannot be used, before the name of their agent. */
const CORRECT = "correct that, then kaizen hooks install";

/** Timeout of git's version, in milliseconds. */
const GIT_MS = 5_000;

/**
 * Checks the user's hooks of each agent whose folder exists, and the hooks of git: those for all
 * repositories if there are any, else those of the current one.
 */
export async function checkHooks(report: Report, run: Run): Promise<void> {
  const agents = findAgents(run.context);
  if (agents.length === 0) {
    report.note("No coding agent was found for this user");
  }
  const bare = agents.filter((agent) => !checkAgent(report, agent, run));
  const repositories = listHookPlaces(run);
  for (const agent of agents) checkDouble(report, agent, { run, repositories });
  const hasGit = await checkGit(report, run);
  if (isOn(run.context, "KAIZEN_OFF")) {
    report.fault(
      "Nothing is recorded of what is started from here, as KAIZEN_OFF is set",
      "unset KAIZEN_OFF",
    );
  }
  if (bare.length === 0) return;
  const names = bare.join(", ");
  const install = `kaizen hooks install ${bare.join(" ")}`;
  if (bare.length === agents.length && !hasGit) {
    report.fault(
      `Nothing is recorded, as there are no hooks: ${names}`,
      install,
    );
  } else if (bare.length === 1) {
    report.note(`${names}: has no hooks, so it is not recorded`, install);
  } else {
    report.note(`${names}: have no hooks, so they are not recorded`, install);
  }
}

/** Notes hooks of repositories beside the user's. */
function checkDouble(
  report: Report,
  agent: AgentName,
  { run, repositories }: { run: Run; repositories: readonly string[] },
): void {
  const { context } = run;
  for (const double of findDoubleHooks(agent, { context, repositories })) {
    const { message, repair } = describeDoubleHooks(agent, double, run);
    report.note(`${agent}: ${message}`, repair);
  }
}

/** @returns Whether git runs kaizen. */
async function checkGit(report: Report, run: Run): Promise<boolean> {
  const news = await readGitHooksNews(findWorkspace(run.context.cwd()), run);
  if (news === null) {
    await noteMissingGit(report, run);
    return false;
  }
  report.add(news.level, `git: ${news.message}`, news.repair);
  return news.isHooked;
}

async function noteMissingGit(report: Report, { context }: Run): Promise<void> {
  const { stdout, stderr } = await askGit(["--version"], context, GIT_MS);
  if (stdout !== null) return;
  const [why = ""] = stderr.split("\n");
  report.note(
    `git: ${why}, so no commit is found or recorded`,
    "install git, or add its folder to PATH",
  );
}

/** @returns False, and no finding, if the agent has no hooks. */
function checkAgent(
  report: Report,
  agent: AgentName,
  { context }: Run,
): boolean {
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
    const { untrusted } = setupOf(agent);
    if (program === null) {
      if (others.length === 0) return false;
      report.note(`${agent}: its hooks run kaizen in another way`, install);
    } else if (!isProgramThere) {
      report.fault(
        `${agent}: its hooks run ${program}, which is not there`,
        install,
      );
    } else if (isTrusted === false && untrusted !== null) {
      report.fault(
        `${agent}: does not run its hooks, which are ${untrusted.reason}`,
        untrusted.step,
      );
    } else if (missing.length > 0) {
      report.note(
        `${agent}: ${formatNumberOf(missing.length, "event")} without a hook: ${
          missing.join(", ")
        }`,
        install,
      );
    } else {
      report.ok(
        `${agent}: hooks for ${
          formatNumberOf(events.length, "event")
        } in ${path}`,
      );
    }
  } catch (error) {
    if (!(error instanceof AgentFileError)) throw error;
    report.fault(`${agent}: ${error.message}`, `${CORRECT} ${agent}`);
  }
  return true;
}

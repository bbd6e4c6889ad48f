// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shows which hooks are set up.
 * @module
 */
import { type AgentName, listAgents } from "../../agents/mod.ts";
import {
  ask,
  HELLO,
  NotRunningError,
  ProtocolError,
  RemoteError,
  SocketError,
  TimedOutError,
} from "../../client/mod.ts";
import { findWorkspace, HomeError } from "../../context/mod.ts";
import {
  findActiveGitHooks,
  findAgents,
  findDoubleHooks,
  findGitHooks,
  findHooks,
  findMcpServer,
  type PlaceOptions,
  setupOf,
} from "../../hooks/mod.ts";
import type { Int } from "../../proto/mod.ts";
import { clientOptions, STATUS_TIMEOUT_MS } from "../ask/ask.ts";
import { collectSessions } from "../ask/session_rows.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines, printNote } from "../shell/print.ts";
import {
  listHookedRepositories,
  listHookPlaces,
} from "../shell/double_hooks.ts";
import type { HooksOptions } from "./options.ts";
import { type HooksRow, renderHooks } from "./print.ts";
import {
  describeFault,
  readProject,
  readTargets,
  type Target,
} from "./targets.ts";

/**
 * Prints the hooks of each agent. Starts no daemon: without one, nothing is known of the last
 * event.
 *
 * @throws {UsageError} If a name is unknown.
 */
export async function runHooksStatus(
  options: HooksOptions,
  run: Run,
): Promise<void> {
  const project = readProject(options, run);
  const hasPlace = (agent: AgentName) =>
    project === null || setupOf(agent).projectFile !== null;
  const all = (): Target[] => [...listAgents().filter(hasPlace), "git"];
  const targets = readTargets(options.names, all);
  const found = findAgents(run.context);
  const lasts = await readLastEvents(targets, run);
  const repositories = project === null ? listHookPlaces(run) : [project];
  const rows: HooksRow[] = [];
  for (const agent of targets) {
    rows.push({
      ...await describeHooks(agent, { project, repositories }, run),
      found: agent === "git" || found.includes(agent),
      last_event_at_ms: lasts.get(agent) ?? null,
    });
  }
  if (run.settings.format !== "text") {
    return await printJson(run, { hooks: rows });
  }
  await printLines(run, renderHooks(rows, run));
  if (project === null && hasOwnHooks(run)) {
    await printNote(
      run,
      "this repository has hooks of its own: kaizen hooks status --project",
    );
  }
}

/** Whether hooks were installed in the repository of the current directory. */
function hasOwnHooks(run: Run): boolean {
  return listHookedRepositories(run).includes(findWorkspace(run.context.cwd()));
}

type DescribedHooks = Omit<HooksRow, "found" | "last_event_at_ms">;

async function describeHooks(
  agent: Target,
  { project, repositories }: {
    project: string | null;
    repositories: readonly string[];
  },
  { context }: Run,
): Promise<DescribedHooks> {
  const place = { context, project };
  const none: DescribedHooks = {
    agent,
    path: null,
    program: null,
    events: [],
    missing: [],
    others: [],
    double: [],
    trusted: null,
    mcp: null,
    fault: null,
  };
  try {
    if (agent === "git") {
      return { ...none, ...await describeGit(project, context) };
    }
    const double = findDoubleHooks(agent, { context, repositories });
    const { isTrusted, isProgramThere, program, ...rest } = findHooks(
      agent,
      place,
    );
    return {
      ...none,
      ...describeServer(agent, place),
      ...rest,
      double,
      program: isProgramThere ? program : null,
      trusted: isTrusted,
    };
  } catch (error) {
    return { ...none, fault: describeFault(error).message };
  }
}

function describeServer(
  agent: AgentName,
  place: PlaceOptions,
): Pick<DescribedHooks, "mcp" | "fault"> {
  try {
    const server = findMcpServer(agent, place);
    if (server === null) return { mcp: null, fault: null };
    const { path, program, isProgramThere } = server;
    return {
      mcp: { path, program: isProgramThere ? program : null },
      fault: null,
    };
  } catch (error) {
    return { mcp: null, fault: describeFault(error).message };
  }
}

/** Describes the hooks that git runs here, or only those of a repository. */
async function describeGit(
  project: string | null,
  context: Run["context"],
): Promise<Partial<DescribedHooks>> {
  const found = project === null
    ? (await findActiveGitHooks(context, findWorkspace(context.cwd()))).found
    : await findGitHooks({ context, project });
  if (found === null) return {};
  const { path, program, isProgramThere, events, missing, others } = found;
  return {
    path,
    program: isProgramThere ? program : null,
    events,
    missing,
    others,
  };
}

/** Asks the daemon when an event of each agent last came. */
async function readLastEvents(
  targets: readonly Target[],
  run: Run,
): Promise<Map<Target, Int>> {
  const lasts = new Map<Target, Int>();
  const patient: Run = {
    ...run,
    settings: { ...run.settings, mayStart: false },
  };
  try {
    const { workspaces } = await ask(
      HELLO,
      clientOptions(patient, STATUS_TIMEOUT_MS),
    );
    for (const target of workspaces.length === 0 ? [] : targets) {
      const { rows: [row] } = await collectSessions(workspaces, {
        filter: { agent_prefix: target, status: null, since_ms: null },
        limit: 1,
        offset: 0,
      }, patient);
      const last = row?.record.last_event_at_ms ?? row?.record.started_at_ms;
      if (last !== undefined) lasts.set(target, last);
    }
  } catch (error) {
    if (!isUnknown(error)) throw error;
  }
  return lasts;
}

/** Whether an error only means that the last events are unknown. */
function isUnknown(error: unknown): boolean {
  return [
    NotRunningError,
    TimedOutError,
    RemoteError,
    ProtocolError,
    SocketError,
    HomeError,
  ].some((kind) => error instanceof kind);
}

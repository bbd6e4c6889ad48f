// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Where sessions are looked for.
 * @module
 */
import { ask, HELLO } from "../../client/mod.ts";
import { findWorkspace, UsageError } from "../../context/mod.ts";
import {
  askOrStart,
  clientOptions,
  READ_TIMEOUT_MS,
  STATUS_TIMEOUT_MS,
} from "./ask.ts";
import type { Run } from "../shell/cli.ts";
import { NotFoundError } from "../shell/errors.ts";
import { findNearest } from "../shell/nearest.ts";

/** One workspace by its path, a known one by its name, or all. */
export type Place =
  /** `isGiven`: named in words, so that nowhere else is looked. */
  | { kind: "workspace"; path: string; isGiven: boolean }
  | { kind: "project"; name: string }
  | { kind: "all" };

/** What the command line says about it. */
export interface PlaceFlags {
  workspace?: string | undefined;
  project?: string | undefined;
  allWorkspaces?: true | undefined;
}

/**
 * Finds the place that is meant: the option, else `KAIZEN_WORKSPACE`, else the current directory.
 *
 * @throws {UsageError} If the options contradict each other.
 */
export function readPlace(flags: PlaceFlags, run: Run): Place {
  const { workspace, project, allWorkspaces } = flags;
  const given = [
    ...workspace === undefined ? [] : ["--workspace"],
    ...project === undefined ? [] : ["--project"],
    ...allWorkspaces ? ["--all-workspaces"] : [],
  ];
  if (given.length > 1) {
    throw new UsageError(`Cannot use ${given.join(" and ")} together`);
  }
  if (project !== undefined) return { kind: "project", name: project };
  if (allWorkspaces) return { kind: "all" };
  const { context } = run;
  const start = workspace ?? context.env("KAIZEN_WORKSPACE") ?? context.cwd();
  return {
    kind: "workspace",
    path: findWorkspace(start, context.cwd()),
    isGiven: workspace !== undefined,
  };
}

/** Paths of the workspaces that a place means. @throws {NotFoundError} If no workspace, or more than one, has the name. */
export async function resolvePlace(place: Place, run: Run): Promise<string[]> {
  if (place.kind === "workspace") return [place.path];
  const known = await listWorkspaces(run);
  return place.kind === "all" ? known : [pickProject(place.name, known)];
}

/** All workspaces that the daemon knows, newest first; starts a daemon if none runs. */
async function listWorkspaces(run: Run): Promise<string[]> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  const { workspaces } = await askOrStart(run, () => ask(HELLO, client));
  return workspaces;
}

/** The same for a hint beside the result: none if asking fails, or no daemon runs. */
export async function askHelloQuietly(run: Run): Promise<string[]> {
  try {
    return (await ask(HELLO, clientOptions(run, STATUS_TIMEOUT_MS))).workspaces;
  } catch {
    return [];
  }
}

function pickProject(name: string, known: readonly string[]): string {
  const matching = known.filter((path) => lastPart(path) === name);
  const [only] = matching;
  if (matching.length === 1 && only !== undefined) return only;
  if (only !== undefined) {
    throw new NotFoundError(
      `Several projects are called "${name}"`,
      "sessions --workspace DIR",
      matching.map((word) => ({ word, about: "" })),
    );
  }
  const near = findNearest(name, known.map(lastPart));
  throw new NotFoundError(
    `There is no project "${name}"` +
      (near === null ? "" : `; did you mean "${near}"?`),
    "sessions --all-workspaces",
  );
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

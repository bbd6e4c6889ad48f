// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The workspaces that a command queries.
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
import { guessWord } from "../shell/nearest.ts";
import { printNote } from "../shell/print.ts";

/** One workspace by its path, a known workspace by its name, or all workspaces. */
export type Place =
  /** `isGiven`: a flag named the workspace, so no other one is searched. */
  | { kind: "workspace"; path: string; isGiven: boolean }
  | { kind: "project"; name: string }
  | { kind: "all" };

/** Flags that select a place. */
export interface PlaceFlags {
  workspace?: string | undefined;
  project?: string | undefined;
  allWorkspaces?: true | undefined;
}

/**
 * Returns the place from the flags, then from `KAIZEN_WORKSPACE`, then from the current directory.
 *
 * @throws {UsageError} If the flags contradict each other.
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
  return workspace === undefined
    ? { kind: "workspace", path: currentWorkspace(run), isGiven: false }
    : {
      kind: "workspace",
      path: findWorkspace(workspace, run.context.cwd()),
      isGiven: true,
    };
}

/**
 * Returns the path of the workspace if no flag names one: that of `KAIZEN_WORKSPACE`, then that of
 * the current directory.
 */
export function currentWorkspace({ context }: Pick<Run, "context">): string {
  const start = context.env("KAIZEN_WORKSPACE") ?? context.cwd();
  return findWorkspace(start, context.cwd());
}

/**
 * Returns the paths of the workspaces of a place. Starts a daemon if it must be asked and none is
 * running.
 *
 * @throws {NotFoundError} If no workspace has the name, or more than one.
 */
export async function resolvePlace(place: Place, run: Run): Promise<string[]> {
  if (place.kind === "workspace") return [place.path];
  const known = await listWorkspaces(run);
  return place.kind === "all"
    ? known
    : [await pickProject(place.name, known, run)];
}

/**
 * Returns all workspaces that the daemon knows, newest first; starts a daemon if none is running.
 */
async function listWorkspaces(run: Run): Promise<string[]> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  const { workspaces } = await askOrStart(run, () => ask(HELLO, client));
  return workspaces;
}

/** Returns the workspaces for a hint: null if no daemon is running or the request fails. */
async function askHelloQuietly(run: Run): Promise<string[] | null> {
  try {
    return (await ask(HELLO, clientOptions(run, STATUS_TIMEOUT_MS))).workspaces;
  } catch {
    return null;
  }
}

/**
 * Says where a question looked if there is no session at all: the path may be mistyped.
 *
 * @param workspaces All that have sessions; null if that is not known.
 * @returns Null if there are sessions, or if that cannot be found out.
 */
function explainEmpty(
  workspaces: readonly string[] | null,
  run: Run,
): string | null {
  if (workspaces === null || workspaces.length > 0) return null;
  const { home, socket } = run.settings.paths();
  return socket.startsWith(`${home}/`)
    ? `nothing is stored yet in ${home}${nameSetting("HOME", run)}`
    : `the daemon of ${socket}${
      nameSetting("SOCK", run)
    } has nothing stored yet`;
}

/** Names the flag or the variable that sets a path, in parentheses; nothing if neither does. */
function nameSetting(
  name: "HOME" | "SOCK",
  { context, settings }: Run,
): string {
  const flag = name === "HOME" ? "--home" : "--socket";
  const variable = `KAIZEN_${name}`;
  if (settings.pathFlags.includes(flag)) return ` (${flag})`;
  return context.env(variable) ? ` (${variable})` : "";
}

/**
 * Prints a note that nothing was found, and where a question looked if there is nothing at all.
 *
 * @returns The workspaces that have sessions: none if no daemon is running or the request fails.
 */
export async function noteNothing(
  message: string,
  run: Run,
): Promise<string[]> {
  await printNote(run, message);
  const workspaces = await askHelloQuietly(run);
  const why = explainEmpty(workspaces, run);
  if (why !== null) await printNote(run, why);
  return workspaces ?? [];
}

/**
 * Makes the error that something is not there.
 *
 * @param hint The next command to run.
 */
export async function notFound(
  message: string,
  hint: string,
  run: Run,
): Promise<NotFoundError> {
  const why = explainEmpty(await askHelloQuietly(run), run);
  return new NotFoundError(why === null ? message : `${message}: ${why}`, hint);
}

/** Finds out which of these directories no longer exist. */
export async function findGone(
  paths: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const all = [...new Set(paths)];
  const exist = await Promise.all(all.map(isDirectory));
  return new Set(all.filter((_, i) => !exist[i]));
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    // A directory that may not be looked at, such as another user's, may well be there.
    return error instanceof Deno.errors.PermissionDenied;
  }
}

async function pickProject(
  name: string,
  known: readonly string[],
  run: Run,
): Promise<string> {
  const matching = known.filter((path) => lastPart(path) === name);
  const [only] = matching;
  if (matching.length === 1 && only !== undefined) return only;
  if (only !== undefined) {
    throw new NotFoundError(
      `The project name "${name}" is ambiguous`,
      "sessions --workspace DIR",
      matching.map((word) => ({ word, about: "" })),
    );
  }
  throw await notFound(
    `There is no project "${name}"${guessWord(name, known.map(lastPart))}`,
    "sessions --all-workspaces",
    run,
  );
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

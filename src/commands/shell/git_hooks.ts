// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells whether git's hooks record the commits of a repository.
 * @module
 */
import {
  AgentFileError,
  findActiveGitHooks,
  type FoundGitHooks,
} from "../../hooks/mod.ts";
import { formatNumberOf } from "../../output/mod.ts";
import type { Run } from "./cli.ts";

const INSTALL = "kaizen hooks install git";

/** The hooks of git in words. */
export interface GitHooksNews {
  /** `ok`: as it should be; `note`: worth knowing; `fault`: needs repair. */
  level: "ok" | "note" | "fault";
  message: string;
  /** The command or the step that repairs it; null if there is nothing to do. */
  repair: string | null;
  /** False if git runs nothing of kaizen's. */
  isHooked: boolean;
}

/**
 * Looks at the hooks that git runs in a repository.
 *
 * @param project Absolute path of the repository.
 * @returns Null if there is no repository, or no git.
 */
export async function readGitHooksNews(
  project: string,
  { context }: Run,
): Promise<GitHooksNews | null> {
  try {
    const { found, hasUserPlace } = await findActiveGitHooks(context, project);
    if (found === null) return null;
    return describeGitHooks(
      found,
      hasUserPlace ? INSTALL : `${INSTALL} --project`,
    );
  } catch (error) {
    if (!(error instanceof AgentFileError)) throw error;
    return {
      level: "fault",
      message: error.message,
      repair: `correct that, then ${INSTALL}`,
      isHooked: true,
    };
  }
}

function describeGitHooks(
  found: FoundGitHooks,
  install: string,
): GitHooksNews {
  const { path, program, isProgramThere, events, missing } = found;
  const { others, manager } = found;
  if (program === null && others.length > 0) {
    return {
      level: "ok",
      message: manager === null
        ? `hooks of your own in ${path} run kaizen`
        : `${manager.words}; they run kaizen`,
      repair: null,
      isHooked: true,
    };
  }
  if (program === null) {
    return {
      level: "note",
      message: manager === null
        ? `has no hooks in ${path}, so its commits are not recorded`
        : `${manager.words}; they do not run kaizen`,
      repair: manager === null ? install : manager.step,
      isHooked: false,
    };
  }
  const [level, message] = !isProgramThere
    ? ["fault", `its hooks run ${program}, which is not there`] as const
    : missing.length > 0
    ? [
      "note",
      `${formatNumberOf(missing.length, "event")} without a hook in ${path}: ${
        missing.join(", ")
      }`,
    ] as const
    : [
      "ok",
      `hooks for ${formatNumberOf(events.length, "event")} in ${path}`,
    ] as const;
  const repair = level === "ok" ? null : install;
  return { level, message, repair, isHooked: true };
}

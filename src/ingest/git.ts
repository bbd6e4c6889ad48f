// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asks git about a repository from inside one of its hooks, within a deadline.
 * @module
 */
import { currentDirectory, findWorkspace, realPath } from "../context/mod.ts";
import { askGit, type GitContext } from "../git/mod.ts";
import { type Commit, readHead } from "./git_head.ts";

/** Timeout of git in milliseconds; both calls run at once. */
const GIT_MS = 120;
/**
 * Value of `KAIZEN_FAULT` in a test that needs git's answer even on a busy machine, and its timeout
 * in milliseconds.
 */
const PATIENT = "patient git";
const PATIENT_MS = 30_000;
/** Maximum number of changed files to name. */
const MAX_NAMED_FILES = 200;

/** The changes of a commit, a merge or a checkout; null if git did not answer in time. */
export interface Changes {
  files_changed: number | null;
  lines_added: number | null;
  lines_deleted: number | null;
  /** The first changed files. */
  files: string[] | null;
}

/** `HEAD` as one line: its id, its decoration, its subject. */
const HEAD = [
  "log",
  "-1",
  "--no-patch",
  "--no-show-signature",
  "--no-color",
  "--encoding=UTF-8",
  "--decorate=full",
  "--decorate-refs=HEAD",
  "--decorate-refs=refs/heads/*",
  "--format=%H%x00%D%x00%s",
];
/**
 * Counts of changed lines for each file. A repository's configuration cannot turn any of these
 * options into a program.
 */
const COUNTS = [
  "--numstat",
  "-z",
  "--no-renames",
  "--no-ext-diff",
  "--no-textconv",
];

/**
 * Finds the top of the repository by git's own rules, without asking git. A hook runs at the top;
 * if `GIT_DIR` is set without `GIT_WORK_TREE`, the current directory is the top.
 */
export function repositoryTop(context: GitContext): string {
  const cwd = currentDirectory(context) ?? "/";
  const tree = context.env("GIT_WORK_TREE");
  const isTop = tree !== undefined || context.env("GIT_DIR") !== undefined;
  if (!isTop) return findWorkspace(cwd);
  const top = tree?.startsWith("/") ? tree : `${cwd}/${tree ?? "."}`;
  return realPath(top) ?? cwd;
}

/**
 * Finds the newest commit in the repository's files, and asks git only for values that are not
 * there.
 */
export async function readCommit(context: GitContext): Promise<Commit> {
  const head = await readHead({ top: repositoryTop(context), context });
  if (head.commit !== null && head.subject !== null) return head;
  const output = await runGit(HEAD, context);
  const [commit, refs, ...subject] = (output ?? "").trimEnd().split("\0");
  if (!commit || refs === undefined) return head;
  // A shallow clone's first commit is "grafted" before that; a name may hold a comma, but no space.
  const branch =
    /(?:^|, )HEAD -> refs\/heads\/(\S+?)(?:, |$)/.exec(refs)?.[1] ??
      null;
  return { commit, branch, subject: subject.join("\0") };
}

/** Asks git for the changes of a hook's event. */
export async function readChanges(
  hook: string,
  args: readonly string[],
  context: GitContext,
): Promise<Changes> {
  const range = changedRange(hook, args);
  const output = range === null ? null : await runGit(range, context);
  return output === null
    ? {
      files_changed: null,
      lines_added: null,
      lines_deleted: null,
      files: null,
    }
    : countChanges(output);
}

/** Returns the git command whose output has the changes; null for a hook without any. */
function changedRange(hook: string, args: readonly string[]): string[] | null {
  const [first = "", second = "", flag] = args;
  switch (hook) {
    case "post-commit":
    case "post-rewrite":
      return [
        "-c",
        "log.showRoot=true",
        "-c",
        "log.diffMerges=separate", // the meaning of -m
        "log",
        "-1",
        "-m",
        "--first-parent",
        "--no-show-signature",
        "--no-color",
        "--format=",
        ...COUNTS,
      ];
    case "post-merge":
      // "1" means a squash, which has not been committed yet.
      return first === "1" ? null : between("ORIG_HEAD", "HEAD");
    case "post-checkout":
      return flag === "1" && isCommit(first) && isCommit(second)
        ? between(first, second)
        : null;
    default:
      return null;
  }
}

function between(from: string, to: string): string[] {
  return ["diff-tree", "-r", ...COUNTS, from, to];
}

function isCommit(id: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(id) && !/^0+$/.test(id);
}

function countChanges(output: string): Changes {
  const changes = { files_changed: 0, lines_added: 0, lines_deleted: 0 };
  const files: string[] = [];
  for (const line of output.split("\0")) {
    // A binary file has "-" for its counts.
    const found = /^\n?(\d+|-)\t(\d+|-)\t(.+)$/s.exec(line);
    if (found === null) continue;
    const [, added, deleted, path = ""] = found;
    changes.files_changed++;
    changes.lines_added += Number(added) || 0;
    changes.lines_deleted += Number(deleted) || 0;
    if (files.length < MAX_NAMED_FILES) files.push(path);
  }
  return { ...changes, files };
}

/** Runs git for a hook. @returns Null if git fails, does not exist, or takes too long. */
async function runGit(
  args: readonly string[],
  context: GitContext,
): Promise<string | null> {
  const isPatient = context.env("KAIZEN_FAULT") === PATIENT;
  const ms = isPatient ? PATIENT_MS : GIT_MS;
  return (await askGit(args, context, ms)).stdout;
}

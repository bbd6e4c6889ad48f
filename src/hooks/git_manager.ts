// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Other programs that write the hooks of a repository, in which the user can let them run kaizen.
 * @module
 */
import { lookAt } from "../context/mod.ts";
import { type AgentFile, readAgentFile } from "./agent_file.ts";

/** A program that writes the hooks of a repository. */
export interface GitManager {
  /** Its name and place, such as `husky manages these hooks`. */
  words: string;
  /** The step that lets it run kaizen. */
  step: string;
  /** The files that say what it runs. */
  files: string[];
}

/** The folders of a repository, as absolute paths. */
export interface GitFolders {
  /** Folder in which git looks for hooks. */
  folder: string;
  /** The `.git` of the repository and all its worktrees. */
  common: string;
  project: string;
  /** Names of the hooks that are recorded. */
  names: readonly string[];
}

const LINE = `kaizen ingest git NAME "$@"`;
/** How a hook of another program runs kaizen. */
const RUNS_KAIZEN = /kaizen\S*['"]?\s+ingest\s+git\b/;
const LEFTHOOK_FILES = ["lefthook", ".lefthook", "lefthook-local"]
  .flatMap((name) =>
    ["yml", "yaml", "toml", "json"].map((it) => `${name}.${it}`)
  );

/**
 * Finds out who else manages the hooks.
 *
 * @returns Null if they are ours to write.
 * @throws {AgentFileError} If a hook cannot be read.
 */
export function findGitManager(
  { folder, common, project, names }: GitFolders,
): GitManager | null {
  const hooks = names.map((name) => `${folder}/${name}`);
  const each = `for each of ${names.join(", ")}`;
  if (/\/\.husky(\/_)?$/.test(folder)) {
    const scripts = folder.replace(/\/_$/, "");
    return {
      words: "husky manages these hooks",
      step: `add the line ${LINE} to .husky/NAME, ${each}`,
      files: names.map((name) => `${scripts}/${name}`),
    };
  }
  const found = hooks.map((path) => readAgentFile(path));
  const texts = found.map(({ text }) => text ?? "");
  if (texts.some((text) => /lefthook/i.test(text))) {
    return {
      words: "lefthook manages these hooks",
      step: "add kaizen to lefthook.yml, as docs/hooks.md shows",
      files: LEFTHOOK_FILES.map((name) => `${project}/${name}`),
    };
  }
  if (texts.some((text) => /pre-commit\.com|pre_commit/.test(text))) {
    return {
      words: "pre-commit manages these hooks",
      step: "add kaizen to .pre-commit-config.yaml, as docs/hooks.md shows",
      files: [`${project}/.pre-commit-config.yaml`],
    };
  }
  const step = `add the line ${LINE} to NAME there, ${each}`;
  if (folder !== `${common}/hooks`) {
    return {
      words:
        `git runs the hooks in "${folder}" (core.hooksPath), which may be others' too`,
      step,
      files: hooks,
    };
  }
  const link = findLink({ folder, common }, found);
  return link === null ? null : {
    words: `"${link.path}" leads to "${link.target}", which may be others' too`,
    step,
    files: hooks,
  };
}

/** Finds a link to another place: the folder of hooks, or a file in it. */
function findLink(
  { folder, common }: Pick<GitFolders, "folder" | "common">,
  files: readonly AgentFile[],
): { path: string; target: string } | null {
  if (lookAt(folder) === null) return null;
  const target = Deno.realPathSync(folder);
  if (target !== `${Deno.realPathSync(common)}/hooks`) {
    return { path: folder, target };
  }
  const isLink = (it: AgentFile) =>
    it.target !== it.path &&
    it.target !== `${target}${it.path.slice(folder.length)}`;
  return files.find(isLink) ?? null;
}

/**
 * Finds the hooks that run kaizen from files that kaizen did not write.
 *
 * @param files Absolute paths, which need not exist: one for each hook, or of a manager's settings.
 * @returns Some of the names.
 * @throws {AgentFileError} If a file cannot be read.
 */
export function findOtherHooks(
  files: readonly string[],
  names: readonly string[],
): string[] {
  const runs = files.flatMap((file) => {
    const text = readAgentFile(file).text ?? "";
    return RUNS_KAIZEN.test(text) ? [{ file, text }] : [];
  });
  const isOf = (file: string, name: string) => file.endsWith(`/${name}`);
  return names.filter((name) =>
    runs.some(({ file, text }) =>
      isOf(file, name) ||
      !names.some((it) => isOf(file, it)) && text.includes(name)
    )
  );
}

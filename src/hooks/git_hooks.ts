// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Hooks of git: entries of its configuration from git 2.54 on, else scripts in the folder of hooks,
 * which run what was there before.
 * @module
 */
import type { Context } from "../context/mod.ts";
import { askGit, type GitOutput } from "../git/mod.ts";
import { explainFault, readAgentFile } from "./agent_file.ts";
import type { InstallOptions } from "./plan_agent.ts";
import { type PlaceOptions, userHome } from "./agent_place.ts";
import { canRun } from "./can_run.ts";
import { AgentFileError, UnsupportedHooksError } from "./errors.ts";
import {
  findGitManager,
  findOtherHooks,
  type GitManager,
} from "./git_manager.ts";
import { type HookProgram, readCommand, writeCommand } from "./hook_command.ts";
import type { Journal } from "./journal.ts";
import {
  putMarkedPart,
  readMarkedPart,
  removeMarkedPart,
} from "./marked_part.ts";
import { type FileChange, type HookPlan, planUndo } from "./plan.ts";

/**
 * The hooks that are recorded. None can stop git, but for `pre-push`, whose command ends with 0.
 */
const GIT_HOOKS = [
  "post-commit",
  "post-checkout",
  "post-merge",
  "post-rewrite",
  "pre-push",
] as const;

/** The hooks of git as its files have them. */
export interface FoundGitHooks {
  path: string;
  program: string | null;
  isProgramThere: boolean;
  events: string[];
  missing: string[];
  /** Hooks that kaizen did not write, but that run it; looked for if there are none of ours. */
  others: string[];
  /** Another program that writes the hooks; null if kaizen may write its own. */
  manager: GitManager | null;
}

/** What {@linkcode findActiveGitHooks} finds. */
export interface ActiveGitHooks {
  found: FoundGitHooks | null;
  /** Whether this git has a place for hooks of all repositories. */
  hasUserPlace: boolean;
}

/** Config hooks exist from this version on. */
const CONFIG_HOOKS_SINCE = [2, 54] as const;
/** Hooks that git writes to. */
const READS_INPUT = /^(post-rewrite|pre-push)$/;
const BEFORE = ".before-kaizen";
/** Timeout of one call of git in milliseconds. */
const GIT_MS = 5000;
/** Variables that git sees. */
const PASSED_ON = ["PATH", "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"];
const EXECUTABLE = 0o755;

/** The places in which git looks for hooks. */
interface GitPlace {
  /** The configuration; null if this git has no hooks in it. */
  config: string | null;
  /** The folder of hooks of the repository. */
  folder: string | null;
  /** Whose the folder is if it is not ours to write to. */
  manager: GitManager | null;
}

/**
 * Plans to install the hooks of git.
 *
 * @throws {UnsupportedHooksError} If git is older than config hooks, or another program manages the
 * hooks of the repository.
 * @throws {AgentFileError} If a file cannot be changed.
 */
export async function planGitInstall(
  options: InstallOptions,
): Promise<HookPlan> {
  const place = await findPlace(options);
  const { config, folder, manager } = place;
  if (config !== null) return await planConfig(config, place, options);
  if (manager !== null) {
    throw new UnsupportedHooksError(`${manager.words}: ${manager.step}`);
  }
  return { changes: planScripts(folder ?? "", options), notes: [] };
}

/**
 * Plans to remove the hooks of git.
 *
 * @throws {AgentFileError} If a file cannot be changed.
 */
export async function planGitUninstall(
  options: PlaceOptions,
  journal: Journal,
): Promise<HookPlan> {
  const { project } = options;
  const known = planUndo("git", project, journal);
  if (known.length > 0) return { changes: known, notes: [] };
  const place = await findPlace(options);
  const { config, folder } = place;
  return {
    changes: [
      ...config === null ? [] : planConfigCut(config, project),
      ...folder === null ? [] : planScriptCut(folder, project),
    ],
    notes: [],
  };
}

/** Plans to remove entries of a configuration that the journal does not know. */
function planConfigCut(config: string, project: string | null): FileChange[] {
  const file = readAgentFile(config);
  const after = file.text === null ? null : removeMarkedPart(file.text, "git");
  return after === file.text
    ? []
    : [{ owner: "git", project, file, kept: "part", after, mode: file.mode }];
}

/**
 * Reads which hooks git has; null if git is missing or this git has no such place.
 *
 * @throws {AgentFileError} If a file cannot be read, or git does not answer in time.
 */
export async function findGitHooks(
  options: PlaceOptions,
): Promise<FoundGitHooks | null> {
  try {
    return readPlace(await findPlace(options));
  } catch (error) {
    if (error instanceof UnsupportedHooksError) return null;
    throw error;
  }
}

/**
 * Reads the hooks that git runs in a repository: those for all repositories if there are any, else
 * its own, or null if there is no repository.
 *
 * @throws {AgentFileError} If a file cannot be read, or git does not answer in time.
 */
export async function findActiveGitHooks(
  context: PlaceOptions["context"],
  project: string,
): Promise<ActiveGitHooks> {
  const all = await findGitHooks({ context, project: null });
  const found = all !== null && all.program !== null
    ? all
    : await findGitHooks({ context, project });
  return { found, hasUserPlace: all !== null };
}

/** A git from 2.54 on runs the hooks of its configuration, and those of the folder after them. */
function readPlace({ config, folder, manager }: GitPlace): FoundGitHooks {
  const configured = config === null
    ? new Map<string, string>()
    : readConfigPrograms(config);
  const programs = configured.size > 0 || folder === null
    ? configured
    : readScriptPrograms(folder);
  const [program = null] = programs.values();
  const others = folder === null || program !== null ? [] : findOtherHooks(
    manager?.files ?? GIT_HOOKS.map((name) => `${folder}/${name}`),
    GIT_HOOKS,
  );
  const isInFolder = config === null ||
    configured.size === 0 && (program !== null || others.length > 0);
  return {
    path: (isInFolder ? folder : config) ?? "",
    program,
    isProgramThere: program !== null && canRun(program),
    events: GIT_HOOKS.filter((name) => programs.has(name)),
    missing: GIT_HOOKS.filter((name) => !programs.has(name)),
    others,
    manager: isInFolder ? manager : null,
  };
}

function readConfigPrograms(config: string): Map<string, string> {
  const programs = new Map<string, string>();
  const part = readMarkedPart(readAgentFile(config).text ?? "", "git") ?? "";
  for (const [, event = "", line = ""] of part.matchAll(ENTRY)) {
    const written = readCommand(unquote(line));
    if (written !== null) programs.set(event, written.program);
  }
  return programs;
}

function readScriptPrograms(folder: string): Map<string, string> {
  const programs = new Map<string, string>();
  for (const event of GIT_HOOKS) {
    const program = readScriptProgram(`${folder}/${event}`);
    if (program !== null) programs.set(event, program);
  }
  return programs;
}

const ENTRY = /^\tevent = (.*)\n\tcommand = "(.*)"$/gm;

async function planConfig(
  path: string,
  place: GitPlace,
  options: InstallOptions,
): Promise<HookPlan> {
  const file = readAgentFile(path);
  const text = file.text ?? "";
  try {
    if (file.text !== null) await checkConfig(file.target, options);
    const { missing, isProgramThere } = readPlace(place);
    const body = GIT_HOOKS.map((name) => {
      const command = writeCommand(options, `git ${name} "$@"`);
      return `[hook "kaizen-${name}"]\n\tevent = ${name}\n\tcommand = "${
        quote(command)
      }"\n`;
    }).join("");
    const after = missing.length === 0 && isProgramThere
      ? text
      : putMarkedPart(text, body, "git");
    return {
      changes: after === text ? [] : [{
        owner: "git",
        project: options.project,
        file,
        kept: "part",
        after,
        mode: file.mode,
      }],
      notes: [],
    };
  } catch (error) {
    throw explainFault(path, error);
  }
}

/** Lets git read the configuration, as a broken one must not get longer. */
async function checkConfig(
  path: string,
  { context }: PlaceOptions,
): Promise<void> {
  const args = ["config", "-f", path, "--list"];
  const { stdout, stderr } = await runGit(context, args);
  if (stdout !== null) return;
  throw new AgentFileError(`git cannot read it: ${stderr.split("\n")[0]}`);
}

function planScripts(
  folder: string,
  options: InstallOptions,
): FileChange[] {
  const { project } = options;
  return GIT_HOOKS.flatMap((name) => {
    const path = `${folder}/${name}`;
    const file = readAgentFile(path);
    const known = readScriptProgram(path);
    if (known !== null && canRun(known)) return [];
    const change: FileChange = {
      owner: "git",
      project,
      file,
      kept: "whole",
      after: makeScript(name, options),
      mode: EXECUTABLE,
    };
    if (file.text === null || known !== null) return [change];
    const saved = readAgentFile(path + BEFORE);
    if (saved.text !== null) {
      throw new AgentFileError(
        `Cannot use "${path}" as "${path}${BEFORE}" exists`,
      );
    }
    const keep: FileChange = {
      owner: "git",
      project,
      file: saved,
      kept: "whole",
      after: file.text,
      mode: file.mode,
    };
    return [keep, change];
  });
}

/** Plans to remove scripts that the journal does not know. */
function planScriptCut(folder: string, project: string | null): FileChange[] {
  return GIT_HOOKS.flatMap((name): FileChange[] => {
    const path = `${folder}/${name}`;
    if (readScriptProgram(path) === null) return [];
    const file = readAgentFile(path);
    const saved = readAgentFile(path + BEFORE);
    const { text, mode } = saved;
    const back: FileChange = {
      owner: "git",
      project,
      file,
      kept: "whole",
      after: text,
      mode,
    };
    return text === null
      ? [back]
      : [back, { ...back, file: saved, after: null }];
  });
}

/** No other script begins with it; one of the user's may hold ours as a text. */
const BEGINNING = "#!/bin/sh\n# Written by kaizen hooks install git.";

/** Makes the script of a hook. Its exit code is that of the hook that was there before. */
function makeScript(name: string, program: HookProgram): string {
  const command = writeCommand(program, `git ${name} "$@"`);
  const start =
    `${BEGINNING} Records the event, and then runs the hook that was here before.
`;
  return READS_INPUT.test(name)
    ? `${start}input=$(cat; echo x)
printf %s "\${input%x}" | ${command} "$@"
[ -x "$0${BEFORE}" ] || exit 0
printf %s "\${input%x}" | "$0${BEFORE}" "$@"
`
    : `${start}${command} "$@" </dev/null
[ -x "$0${BEFORE}" ] || exit 0
exec "$0${BEFORE}" "$@"
`;
}

/** Returns the program that a script of ours runs; null if the file is no such script. */
function readScriptProgram(path: string): string | null {
  const text = readAgentFile(path).text ?? "";
  if (!text.startsWith(BEGINNING)) return null;
  const [, line = ""] =
    /^(?:printf .*? \| )?(\/bin\/sh -c .*) "\$@"(?: <\/dev\/null)?$/m
      .exec(text) ?? [];
  return readCommand(line)?.program ?? null;
}

async function findPlace(options: PlaceOptions): Promise<GitPlace> {
  const { context, project } = options;
  const version = await readVersion(context);
  const hasConfigHooks = version[0] > CONFIG_HOOKS_SINCE[0] ||
    version[0] === CONFIG_HOOKS_SINCE[0] && version[1] >= CONFIG_HOOKS_SINCE[1];
  if (project === null) {
    if (hasConfigHooks) {
      return { config: findUserConfig(context), folder: null, manager: null };
    }
    throw new UnsupportedHooksError(
      `git ${
        version.join(".")
      } has hooks in repositories only (2.54 has them for all at once): use kaizen hooks install git --project in a repository`,
    );
  }
  const common = await askPath(context, project, "--git-common-dir");
  const folder = await askPath(context, project, "--git-path", "hooks");
  const names = GIT_HOOKS;
  const manager = findGitManager({ folder, common, project, names });
  const config = hasConfigHooks ? `${common}/config` : null;
  return { config, folder, manager };
}

function findUserConfig(context: Pick<Context, "env">): string {
  const named = context.env("GIT_CONFIG_GLOBAL");
  if (named !== undefined) return named;
  const home = userHome(context);
  const plain = `${home}/.gitconfig`;
  const other = `${
    context.env("XDG_CONFIG_HOME") ?? `${home}/.config`
  }/git/config`;
  return !isFile(plain) && isFile(other) ? other : plain;
}

async function readVersion(
  context: Pick<Context, "env">,
): Promise<[number, number]> {
  const { stdout } = await runGit(context, ["--version"]);
  const [, major = "", minor = ""] = /(\d+)\.(\d+)/.exec(stdout ?? "") ?? [];
  if (major === "") {
    throw new UnsupportedHooksError("Cannot run git: it is not on PATH");
  }
  return [Number(major), Number(minor)];
}

/** Asks git for an absolute path in a repository. */
async function askPath(
  context: Pick<Context, "env">,
  project: string,
  ...words: string[]
): Promise<string> {
  const { stdout, stderr } = await runGit(context, [
    "-C",
    project,
    "rev-parse",
    ...words,
  ]);
  if (stdout === null) {
    throw new UnsupportedHooksError(
      `Cannot find a git repository at "${project}": ${stderr.split("\n")[0]}`,
    );
  }
  const path = stdout.replace(/\n$/, "");
  return path.startsWith("/") ? path : `${project}/${path}`;
}

/**
 * Runs git with those variables alone that say where the user's configuration is.
 *
 * @throws {AgentFileError} If it does not answer in time, as with a named pipe for a configuration.
 */
async function runGit(
  { env }: Pick<Context, "env">,
  args: readonly string[],
): Promise<GitOutput> {
  const context = {
    env: (name: string) => PASSED_ON.includes(name) ? env(name) : undefined,
    cwd: () => "/",
  };
  const output = await askGit(args, context, GIT_MS);
  if (!output.isLate) return output;
  throw new AgentFileError(
    `Cannot look for git's hooks as ${output.stderr}: git ${args.join(" ")}`,
  );
}

function quote(command: string): string {
  return command.replaceAll(/["\\]/g, "\\$&");
}

function unquote(text: string): string {
  return text.replaceAll(/\\(["\\])/g, "$1");
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs git within a deadline.
 * @module
 */
import {
  type Context,
  currentDirectory,
  lookAt,
  programPath,
  systemReason,
} from "../context/mod.ts";

/** The surroundings of git: its directory, and the environment that it needs. */
export type GitContext = Pick<Context, "env" | "cwd">;

/** The output of git. */
export interface GitOutput {
  /** Null if git failed, does not exist, or took too long. */
  stdout: string | null;
  /** Says why as well if git does not exist or took too long. */
  stderr: string;
  /** Whether it took too long. */
  isLate: boolean;
}

/** No pager and no file system monitor is run: both are programs that a configuration names. */
const NO_PROGRAM = ["--no-pager", "-c", "core.fsmonitor=false"];

/**
 * Runs git, without a program that a repository's configuration names and without the network, in a
 * process group of its own. If it takes too long, the whole group is killed and not waited for: the
 * program called git may be a script that waits for the real one.
 *
 * @param ms Timeout in milliseconds.
 */
export async function askGit(
  args: readonly string[],
  context: GitContext,
  ms: number,
): Promise<GitOutput> {
  const late = AbortSignal.timeout(ms);
  const killed = Promise.withResolvers<null>();
  const cwd = currentDirectory(context);
  try {
    const child = new Deno.Command("git", {
      args: [...NO_PROGRAM, ...args],
      ...cwd !== null && { cwd },
      clearEnv: true,
      env: environment(context),
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const kill = () => {
      killGroup(child.pid);
      killed.resolve(null);
    };
    late.addEventListener("abort", kill, { once: true });
    const output = await Promise.race([child.output(), killed.promise]);
    late.removeEventListener("abort", kill);
    if (output === null) {
      const stderr = `git did not answer within ${ms} ms`;
      return { stdout: null, stderr, isLate: true };
    }
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return {
      stdout: output.success ? decode(output.stdout) : null,
      stderr: decode(output.stderr),
      isLate: false,
    };
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound &&
      (cwd === null || lookAt(cwd) !== null);
    const why = isMissing ? "it is not on PATH" : systemReason(error);
    return { stdout: null, stderr: `Cannot run git: ${why}`, isLate: false };
  }
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // it has just ended
  }
}

/**
 * Variables that lead to the repository, and those that decide which repositories git may read: the
 * trusted owner may be named there alone.
 */
const PASSED_ON = [
  "HOME",
  "XDG_CONFIG_HOME",
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_CONFIG_COUNT",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CONFIG_PARAMETERS",
  "GIT_CONFIG_SYSTEM",
];
/** Maximum number of pairs of `GIT_CONFIG_KEY_n` and `GIT_CONFIG_VALUE_n` to pass on. */
const MAX_PAIRS = 1000;

/**
 * Returns the environment of git, without the index and the objects of the git command that is
 * running.
 */
function environment(context: GitContext): Record<string, string> {
  const env: Record<string, string> = {
    PATH: programPath(context.env("PATH")),
    GIT_OPTIONAL_LOCKS: "0",
    // Objects that a partial clone lacks are not fetched; a git before 2.44 knows only the second
    // variable.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
  };
  const pairs = Math.min(
    Number(context.env("GIT_CONFIG_COUNT")) || 0,
    MAX_PAIRS,
  );
  const names = Array.from({ length: Math.max(pairs, 0) }, (_, n) => [
    `GIT_CONFIG_KEY_${n}`,
    `GIT_CONFIG_VALUE_${n}`,
  ]).flat();
  for (const name of [...PASSED_ON, ...names]) {
    const value = context.env(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

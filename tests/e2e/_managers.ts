// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Managers of git hooks, got from npm and pip into `.deno/` of the clone, once, where a registry can be reached; else those on PATH.
 */
import { isInstalled } from "./_terminal.ts";

const HUSKY = "husky@9.1.7";
const LEFTHOOK = "lefthook@2.1.10";
const PRE_COMMIT = "pre-commit==4.6.2";
/** Longest that a registry is waited for, in milliseconds; far more than 15 MB take, and short where nothing answers. */
const INSTALL_MS = 45_000;

const STATE = decodeURIComponent(
  new URL("../../.deno", import.meta.url).pathname,
);

/** Where managers are. */
export interface Managers {
  /** A PATH with the managers before everything else. */
  path: string;
  /** Where python finds the one that is written in it; null if it is none of ours. */
  pythonPath: string | null;
  /** Why a program is not there; null if it is. */
  missing(program: string): string | null;
}

/** Gets the managers, or finds out why not. */
export async function findManagers(): Promise<Managers> {
  const [node, python] = await Promise.all([
    install(`npm-${HUSKY}-${LEFTHOOK}`, npmLine),
    install(`pip-${PRE_COMMIT}`, pipLine),
  ]);
  const path = [
    `${node.folder}/node_modules/.bin`,
    `${python.folder}/bin`,
    Deno.env.get("PATH") ?? "",
  ].join(":");
  return {
    path,
    pythonPath: python.failure === null ? python.folder : null,
    missing(program) {
      if (isInstalled(program, path)) return null;
      return (program === "pre-commit" ? python : node).failure;
    },
  };
}

/** A folder that was installed, or why not. */
interface Installed {
  folder: string;
  failure: string | null;
}

function npmLine(folder: string): string[] {
  return [
    "npm",
    "install",
    "--prefix",
    folder,
    "--cache",
    `${folder}/cache`,
    "--global=false",
    "--include=optional",
    "--ignore-scripts",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
    "--fetch-retries=0",
    HUSKY,
    LEFTHOOK,
  ];
}

function pipLine(folder: string): string[] {
  return [
    "python3",
    "-m",
    "pip",
    "install",
    "--target",
    folder,
    "--quiet",
    "--no-cache-dir",
    "--no-compile",
    "--retries=0",
    "--disable-pip-version-check",
    PRE_COMMIT,
  ];
}

/** Installs into a folder of its own and renames that into place, so that a half-made one is never used. */
async function install(
  name: string,
  line: (folder: string) => string[],
): Promise<Installed> {
  const folder = `${STATE}/hook-managers/${name.replaceAll("=", "")}`;
  if (await exists(folder)) return { folder, failure: null };
  const made = `${folder}.${Deno.pid}`;
  try {
    await Deno.mkdir(made, { recursive: true });
    await Deno.writeTextFile(`${made}/package.json`, '{"private":true}\n');
    const [program = "", ...args] = line(made);
    const { success, stderr } = await new Deno.Command(program, {
      args,
      cwd: made,
      // The tests have a HOME of their own; the user's says where the registry is. pip names the version of rustc to the registry, and a
      // rustc of rustup makes its folder when it is asked.
      env: {
        HOME: Deno.env.get("KAIZEN_TEST_USER_HOME") ?? Deno.env.get("HOME") ??
          "/",
        RUSTUP_HOME: `${made}/rustup`,
      },
      stdin: "null",
      stdout: "null",
      signal: AbortSignal.timeout(INSTALL_MS),
    }).output();
    if (!success) {
      const [why = ""] = new TextDecoder().decode(stderr).trim().split("\n");
      return { folder, failure: `${program} could not install it: ${why}` };
    }
    for (const name of ["cache", "rustup"]) {
      if (!await exists(`${made}/${name}`)) continue;
      await Deno.remove(`${made}/${name}`, { recursive: true });
    }
    await Deno.rename(made, folder);
    return { folder, failure: null };
  } catch (error) {
    if (await exists(folder)) return { folder, failure: null }; // another run was faster
    return { folder, failure: `not installed: ${String(error)}` };
  } finally {
    if (await exists(made)) await Deno.remove(made, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Managers of git hooks: installed once from npm and pip into `.deno/` of the clone if a registry
 * can be reached, otherwise those on PATH.
 */
import { isInstalled } from "./_terminal.ts";

const HUSKY = "husky@9.1.7";
const LEFTHOOK = "lefthook@2.1.10";
const PRE_COMMIT = "pre-commit==4.6.2";
/**
 * Maximum time to wait for a registry, in milliseconds: far more than 15 MB take, but short if no
 * registry answers.
 */
const INSTALL_MS = 45_000;

const STATE = decodeURIComponent(
  new URL("../../.deno", import.meta.url).pathname,
);

/** The installed managers. */
export interface Managers {
  /** A PATH that begins with the folders of the managers. */
  path: string;
  /**
   * The folder in which Python finds the manager that is written in it; null if we did not install
   * it.
   */
  pythonPath: string | null;
  /** Why a program is not there; null if it is there. */
  missing(program: string): string | null;
}

/** Installs the managers, or returns why that failed. */
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

/** An installed folder, or why there is none. */
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

/** Installs into a temporary folder and renames it, so that an incomplete one is never used. */
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
      // The tests have a HOME of their own; the one of the user has the address of the registry.
      // pip asks rustc for its version, and a rustc of rustup would make its folder.
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

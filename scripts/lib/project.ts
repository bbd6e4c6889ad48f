// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Facts about the clone that the tools of this folder work on.
 * @module
 */

/** The folder of the clone, without a trailing slash. */
export const ROOT = decodeURIComponent(
  new URL("../..", import.meta.url).pathname,
).replace(/\/$/, "");

/** The set of packages that the bare names stand for; a build prints its own with `--version`. */
export type PackageSet = "jsr" | "offline" | "custom";

/**
 * Returns the set of packages that this process runs with, which follows from the address of one of
 * them.
 */
export function packageSet(): PackageSet {
  return nameSet(import.meta.resolve("@cliffy/command"));
}

/** Returns the set of packages that a resolved address of `@cliffy/command` belongs to. */
export function nameSet(resolved: string): PackageSet {
  // Once loaded, a package of JSR has the address of its file.
  if (/^(?:jsr|https?):/.test(resolved)) return "jsr";
  return resolved.endsWith("/scripts/offline/cliffy_command.ts")
    ? "offline"
    : "custom";
}

/** Returns the version in `deno.json`. */
export async function readVersion(): Promise<string> {
  const config: unknown = JSON.parse(
    await Deno.readTextFile(`${ROOT}/deno.json`),
  );
  if (
    typeof config === "object" && config !== null && "version" in config &&
    typeof config.version === "string"
  ) return config.version;
  throw new TypeError("Cannot read version: deno.json has none");
}

/**
 * Returns the short id of the commit that is checked out, with a `+` if files differ from it; null
 * outside a git repository.
 */
export async function readCommit(): Promise<string | null> {
  const id = await git(["rev-parse", "--short=12", "HEAD"]);
  if (id === null) return null;
  const changes = await git(["status", "--porcelain", "--untracked-files=no"]);
  return changes === "" ? id : `${id}+`;
}

async function git(args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", ROOT, ...args],
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Returns the permission flags of `scripts/permissions`, in order. */
export async function readPermissions(): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}/scripts/permissions`);
  return text.split("\n").filter((line) => line.startsWith("--"));
}

/** Runs `scripts/deno` with the output of this process, and returns its exit code. */
export async function runDeno(
  args: string[],
  env: Record<string, string> = {},
): Promise<number> {
  const { code } = await new Deno.Command(`${ROOT}/scripts/deno`, {
    args,
    env,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return code;
}

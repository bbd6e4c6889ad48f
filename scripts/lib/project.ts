// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the tools of this folder need to know about the clone that they work on.
 * @module
 */

/** The folder of the clone, without a slash at its end. */
export const ROOT = decodeURIComponent(
  new URL("../..", import.meta.url).pathname,
).replace(/\/$/, "");

/** Which packages stand behind the bare names; a build carries its own in `--version`. */
export type PackageSet = "jsr" | "offline" | "custom";

/** Tells the set of packages that this very process runs with, by where the import map sends one of them. */
export function packageSet(): PackageSet {
  return nameSet(import.meta.resolve("@cliffy/command"));
}

/** Tells the set of packages by the resolved address of `@cliffy/command`. */
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

/** Returns the short id of the commit that is checked out, with a `+` if files differ from it; null outside of git. */
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

/** Runs `scripts/deno`, its output going where ours goes; returns its exit code. */
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

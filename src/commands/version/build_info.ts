// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How this program was built.
 * @module
 */

/** The origin of the code. */
export interface BuildInfo {
  /** Commit of the source, or null if it is unknown. */
  commit: string | null;
  /** The package set: `jsr`, `offline` (the stand-ins) or `custom` (an import map of the user). */
  packages: string;
}

/**
 * Returns what `scripts/build` wrote into the bundle. From source, reads the clone and the import
 * map.
 */
export function describeBuild(): BuildInfo {
  const built: unknown = Reflect.get(globalThis, "KAIZEN_BUILD");
  if (isBuildInfo(built)) return built;
  return { commit: readCommit(), packages: findPackages() };
}

function isBuildInfo(value: unknown): value is BuildInfo {
  if (typeof value !== "object" || value === null) return false;
  const { commit, packages }: { commit?: unknown; packages?: unknown } = value;
  return (commit === null || typeof commit === "string") &&
    typeof packages === "string";
}

function findPackages(): string {
  const resolved = import.meta.resolve("@cliffy/command");
  // A JSR package that is already loaded resolves to the address of its file.
  if (/^(?:jsr|https?):/.test(resolved)) return "jsr";
  return resolved.includes("/scripts/offline/") ? "offline" : "custom";
}

/** Reads the commit that is checked out, without git; null outside of a clone. */
function readCommit(): string | null {
  const git = new URL("../../../.git/", import.meta.url).pathname;
  const head = readLine(`${git}HEAD`);
  const [, ref] = /^ref: (.*)$/.exec(head ?? "") ?? [];
  const commit = ref === undefined
    ? head
    : readLine(`${git}${ref}`) ?? readPacked(git, ref);
  return commit !== null && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
}

function readPacked(git: string, ref: string): string | null {
  const line = readText(`${git}packed-refs`)?.split("\n")
    .find((line) => line.endsWith(` ${ref}`));
  return line?.split(" ")[0] ?? null;
}

function readLine(path: string): string | null {
  return readText(path)?.trim() ?? null;
}

function readText(path: string): string | null {
  try {
    return Deno.readTextFileSync(decodeURIComponent(path));
  } catch {
    return null; // not a clone, or a linked worktree, whose .git is a file
  }
}

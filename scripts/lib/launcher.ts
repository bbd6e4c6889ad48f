// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The launcher of the bundle, made from the launcher of the source.
 * @module
 */

/** Facts that are known when the bundle is built, so that no run needs to look them up. */
export interface LauncherOptions {
  /** The Deno that made the bundle; if it is gone, the launcher uses the one on PATH. */
  runtime: string;
  /** Deno's cache, if its folder can be written. */
  cache: string;
  /** Permission flags. */
  permissions: readonly string[];
  /**
   * The file that runs all commands but hooks, relative to `kaizen.js`. `kaizen.js` could run them
   * too, but holds the part of a hook as well.
   */
  commands: string;
}

/**
 * Replaces the two parts of `scripts/kaizen` between the marks `#[` and `#]`: the first looks up
 * the runtime and the packages, the second sets the arguments.
 *
 * @throws {SyntaxError} If there are not two pairs of marks.
 */
export function makeLauncher(
  source: string,
  { runtime, cache, permissions, commands }: LauncherOptions,
): string {
  const parts = source.split(/^ *#\[.*\n(?:.*\n)*? *#\]\n/m);
  const [head, middle, tail] = parts;
  if (
    head === undefined || middle === undefined || tail === undefined ||
    parts.length !== 3
  ) {
    throw new SyntaxError(
      "Cannot make launcher: scripts/kaizen must have the marks #[ and #] twice",
    );
  }
  const flags = permissions.map(quote).join(" ");
  return describe(head) + middle +
    `  runtime=${quote(runtime)}
  [ -x "$runtime" ] || runtime=$(command -v deno) || fail 70 "needs Deno: the one it was built with is gone, and there is none on PATH"
  cache=${quote(cache)}
  script=$here/${commands}
  [ -z "$hook" ] && [ -f "$script" ] || script=$here/kaizen.js
  v8=${V8_FLAGS}
  [ -z "$daemon" ] || v8=${DAEMON_V8_FLAGS}
  set -- "$v8" ${flags} "$script" "$@"
` + tail;
}

/**
 * Finds the file that a bundle's launcher runs.
 *
 * @param folder Folder of the launcher and the bundle.
 * @throws {TypeError} If the launcher names no file.
 */
export async function startFile(
  folder: string,
  { isHook }: { isHook: boolean },
): Promise<string> {
  if (isHook) return `${folder}/kaizen.js`;
  const launcher = await Deno.readTextFile(`${folder}/kaizen.sh`);
  const [, path] = /^ *script=\$here\/(\S+)$/m.exec(launcher) ?? [];
  if (path !== undefined) return `${folder}/${path}`;
  throw new TypeError(`Cannot find what ${folder}/kaizen.sh runs`);
}

/**
 * Flags that tell V8 how to compile.
 *
 * `--no-lazy`: Deno caches the code that V8 has compiled by the time a module is loaded, which
 * without this flag are a few of its functions; each run would compile the others anew when it
 * first calls them. With this flag all functions are compiled once and cached.
 *
 * `--no-sparkplug`: without this flag, V8 compiles a first batch of functions to faster code in the
 * midst of a hook, which takes a third of a millisecond and calls none of them again.
 */
export const V8_FLAGS = "--v8-flags=--no-lazy,--no-sparkplug";

/**
 * The flags of a daemon, which calls its functions again and again: without the baseline compiler a
 * detail takes a third longer.
 */
export const DAEMON_V8_FLAGS = "--v8-flags=--no-lazy";

/** Words that `sh` reads literally. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The head comment of a bundle's launcher. */
function describe(head: string): string {
  return head
    .replace(
      "# Runs kaizen from its source: scripts/kaizen ARGS…,",
      "# Runs kaizen from the bundle next to this file: kaizen.sh ARGS…,",
    )
    .replace(
      /^# scripts\/build makes .*\n/m,
      "# scripts/build made this file of scripts/kaizen.\n",
    );
}

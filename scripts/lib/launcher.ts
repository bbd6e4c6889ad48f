// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The launcher of the bundle, made from the launcher of the source.
 * @module
 */

/** What is known when the bundle is built, and need not be looked up by every run. */
export interface LauncherOptions {
  /** The Deno that the bundle was built with; where it is gone, the one on PATH is used. */
  runtime: string;
  /** Deno's cache, where its folder can be written. */
  cache: string;
  /** Permission flags. */
  permissions: readonly string[];
  /** What to run for anything but a hook, relative to `kaizen.js`, which could also do it: without the hook's part. */
  commands: string;
}

/**
 * Replaces what `scripts/kaizen` holds between its marks `#[` and `#]`: first the look-up of runtime and packages, then
 * the setting of the arguments.
 *
 * @throws {SyntaxError} If the marks are not there twice.
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
 * @param folder Holds both.
 * @throws {TypeError} If there is no launcher that names one.
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
 * How V8 compiles.
 *
 * `--no-lazy`: Deno keeps the code that V8 has compiled when a module is loaded, which by itself are few of its functions; the
 * rest is compiled anew by every run, when it is first called. With this all of it is compiled once, and kept.
 *
 * `--no-sparkplug`: its first batch of functions, to make them faster, would take a third of a millisecond in the midst of a hook that
 * calls them no more.
 */
export const V8_FLAGS = "--v8-flags=--no-lazy,--no-sparkplug";

/** The same for a daemon, which calls its functions again and again: without that compiler a detail takes a third longer. */
export const DAEMON_V8_FLAGS = "--v8-flags=--no-lazy";

/** Words that `sh` reads as they are. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The head comment, with the words of a bundle. */
function describe(head: string): string {
  return head
    .replace(
      "# Runs kaizen: from its source as scripts/kaizen ARGS…,",
      "# Runs kaizen: the bundle kaizen.js beside this file, as kaizen.sh ARGS…,",
    )
    .replace(
      /^# scripts\/build writes .*\n/m,
      "# Written by scripts/build from scripts/kaizen.\n",
    );
}

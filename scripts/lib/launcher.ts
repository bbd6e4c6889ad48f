// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The launchers of the bundle and of the binary, made from the launcher of the source.
 * @module
 */

/** Facts that are known when the launcher is made, so that no run needs to look them up. */
export interface LauncherOptions {
  runtime: RuntimePlace;
  /** Permission flags. */
  permissions: readonly string[];
  /**
   * The file that runs all commands but hooks, relative to `kaizen.js`. `kaizen.js` could run them
   * too, but holds the part of a hook as well.
   */
  commands: string;
}

/** Finds the program that the launcher runs. */
export type RuntimePlace =
  /** The Deno at `path`; if it is gone, the one on PATH. It keeps compiled code in `cache`. */
  | { kind: "path"; path: string; cache: string }
  /** The Deno beside the launcher, as `scripts/install` and a package of a system put it. */
  | { kind: "beside" }
  /** The Deno of npm's package `deno`, on which the npm package depends. */
  | { kind: "npm" }
  /** The binary `kaizen` beside the launcher, which holds the runtime. */
  | { kind: "binary" };

/**
 * Replaces the two parts of `scripts/kaizen` between the marks `#[` and `#]`: the first looks up
 * the runtime and the packages, the second sets the arguments.
 *
 * @throws {SyntaxError} If there are not two pairs of marks.
 */
export function makeLauncher(source: string, options: LauncherOptions): string {
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
  const { runtime } = options;
  return describe(head, runtime) + middle + findRuntime(runtime) +
    (runtime.kind === "binary" ? "" : setArguments(options)) + tail;
}

/**
 * Lines that set `runtime`, the program to run, and `cache`, Deno's cache if its folder can be
 * written.
 */
function findRuntime(place: RuntimePlace): string {
  switch (place.kind) {
    case "path":
      return `  runtime=${quote(place.path)}
  [ -x "$runtime" ] || runtime=$(command -v deno) || runtime=
  case $runtime in /*) ;; *) fail 70 "needs Deno: the one it was built with is gone, and there is none on PATH" ;; esac
  cache=${quote(place.cache)}
`;
    case "beside":
      return `  runtime=$here/deno
  [ -x "$runtime" ] || fail 70 "this installation is incomplete: $runtime is missing. Install it again"
  cache=$here/cache
`;
    case "npm":
      // npm, pnpm and Yarn lay packages out differently, and some run no script of a package, such
      // as the one that would make the runtime executable.
      return `  for runtime in "$here"/node_modules/deno/deno "$here"/../deno/deno \
    "$here"/node_modules/@deno/*/deno "$here"/../@deno/*/deno "$here"/../deno/../@deno/*/deno; do
    [ -f "$runtime" ] && break
  done
  [ -x "$runtime" ] || chmod +x "$runtime" 2>/dev/null ||
    fail 70 "needs npm's package deno, with its optional dependencies: install it again"
  cache=$here/cache
`;
    case "binary":
      // A binary makes a path of TMPDIR before any code of ours runs, and dies of a relative one.
      return `  case \${TMPDIR-} in /*) ;; *) unset TMPDIR ;; esac
  runtime=$here/kaizen
  [ -x "$runtime" ] || fail 70 "this installation is incomplete: $runtime is missing. Install it again"
  cache=
`;
  }
}

/** Lines that put the arguments of Deno before those of the program. */
function setArguments({ permissions, commands }: LauncherOptions): string {
  return `  script=$here/${commands}
  [ -z "$hook" ] && [ -s "$script" ] || script=$here/kaizen.js
  # Deno runs an empty file, which a full disk may leave, without an error.
  [ -s "$script" ] || fail 70 "this installation is incomplete: $script is missing or empty. Install it again"
  v8=${V8_FLAGS}
  [ -z "$daemon" ] || v8=${DAEMON_V8_FLAGS}
  set -- run -q --no-config --no-lock "$v8" ${
    permissions.map(quote).join(" ")
  } "$script" "$@"
`;
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

/** The head comment of a launcher. */
function describe(head: string, { kind }: RuntimePlace): string {
  const what = kind === "binary" ? "the binary" : "the bundle";
  return head
    .replace(
      "# Runs kaizen from its source: scripts/kaizen ARGS…,",
      `# Runs kaizen from ${what} next to this file: kaizen.sh ARGS…,`,
    )
    .replace(
      /^# scripts\/build makes .*\n/m,
      "# scripts/build made this file of scripts/kaizen.\n",
    );
}

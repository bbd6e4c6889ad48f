// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Spawns our daemon in the background, in a new session that keeps none of its parent's files open.
 * @module
 */
import { FOLDER_MODE, openOwnFile, type Paths } from "../context/mod.ts";
import { noteSpawn } from "./claim_spawn.ts";
import { lastWordsPath } from "./last_words.ts";
import { type SelfCommand, selfCommand } from "./self_command.ts";

/**
 * Runs between the parent and the daemon, and closes the descriptors that the parent was given,
 * such as a hook runner's pipes or the `9>lock` or `200>lock` of a script. Left open, they would
 * stay so for as long as the daemon lives: readers would wait for an end that never comes, and
 * locks would never be free. The runtime closes its own descriptors on exec. A plain `sh` can name
 * descriptors of one digit only, so bash is preferred. Standard error goes to a file, which stays
 * empty unless the daemon dies.
 *
 * The flags keep V8's generations small. They grow to their limits under load and are not given
 * back; with the flags a daemon holds a third less (`docs/daemon.md`). The thresholds make glibc
 * give back what a long request took: without them it keeps blocks of any size once one was freed.
 */
const SCRIPT = `umask 077
if { true >>"$1"; } 2>/dev/null; then exec 2>>"$1"; fi
shift
export MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=1048576
export DENO_V8_FLAGS=--max-semi-space-size=2,--heap-growing-percent=30,--expose-gc
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
[ -z "$BASH_VERSION" ] || for fd in /dev/fd/*; do
  fd=\${fd##*/}
  case $fd in *[!0-9]* | ?) ;; *) eval "exec $fd>&-" ;; esac
done
exec "$@"`;

/** `-p`: no BASH_ENV, no functions from the environment. */
const SHELLS = [["/bin/bash", "-p"], ["/bin/sh"]] as const;

/** Which daemon to spawn. */
export interface SpawnDaemonOptions {
  paths: Pick<Paths, "home" | "socket">;
  /** Destination of its ready line. */
  stdout: "piped" | "null";
  /** The program; by default this one. */
  command?: SelfCommand;
}

/**
 * Spawns `daemon run --detached` in a session of its own, and does not wait for it.
 *
 * @returns The child, which keeps this process alive until it is unreferenced.
 * @throws {Error} If the home cannot be made or entered, or no shell can be started.
 */
export function spawnDaemon(options: SpawnDaemonOptions): Deno.ChildProcess {
  const { home, socket } = options.paths;
  const { program, args } = options.command ?? selfCommand();
  Deno.mkdirSync(home, { recursive: true, mode: FOLDER_MODE });
  noteSpawn(home);
  const line = [placeOfWords(home), program, ...args, "daemon", "run"];
  line.push("--detached", "--home", home, "--socket", socket);
  return spawnShell(line, home, options.stdout);
}

/** Returns where the daemon's standard error goes: nowhere if its file cannot be used. */
function placeOfWords(home: string): string {
  const path = lastWordsPath(home);
  try {
    openOwnFile(path, { append: true, heal: true }).close();
    return path;
  } catch {
    return "/dev/null";
  }
}

/**
 * Spawns this program with arguments of the caller's, as {@linkcode spawnDaemon} does. Its standard
 * error goes nowhere.
 *
 * @param words The arguments.
 * @returns The child, which keeps this process alive until it is unreferenced.
 * @throws {Error} If the home cannot be entered, or no shell can be started.
 */
export function spawnSelf(
  words: readonly string[],
  { home, command = selfCommand() }: { home: string; command?: SelfCommand },
): Deno.ChildProcess {
  const line = ["/dev/null", command.program, ...command.args, ...words];
  return spawnShell(line, home, "null");
}

function spawnShell(
  line: string[],
  cwd: string,
  stdout: "piped" | "null",
): Deno.ChildProcess {
  let failure: unknown;
  for (const [shell, ...flags] of SHELLS) {
    try {
      return new Deno.Command(shell, {
        args: [...flags, "-c", SCRIPT, "kaizen-daemon", ...line],
        cwd,
        // A launcher sets this if its own directory is deleted; the daemon runs in another one.
        env: { KAIZEN_CWD: "" },
        detached: true,
        stdin: "null",
        stdout,
        stderr: "null",
      }).spawn();
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

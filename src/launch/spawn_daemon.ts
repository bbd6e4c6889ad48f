// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Starting our daemon in the background: a new session that keeps nothing of its starter open.
 * @module
 */
import type { Paths } from "../context/mod.ts";
import { lastWordsPath } from "./last_words.ts";
import { type SelfCommand, selfCommand } from "./self_command.ts";

/**
 * What runs between the starter and the daemon. Descriptors that the starter itself was given (a hook runner's pipes, the
 * `9>lock` or `200>lock` of a script around it) would stay open for as long as the daemon lives: readers would wait for an
 * end that never comes and locks would never be free. What the runtime opened is closed on exec anyway. A plain `sh` can name
 * descriptors of one digit only, so bash is preferred. Standard error goes to a file: it has words only if the daemon dies.
 *
 * The flag keeps V8's young generation small: it grows to its limit under load and is not given back. A daemon holds a third less
 * with it (`docs/daemon.md`), for the same processor time.
 */
const SCRIPT = `umask 077
if { true >>"$1"; } 2>/dev/null; then exec 2>>"$1"; fi
shift
: "\${DENO_V8_FLAGS:=--max-semi-space-size=2}"
export DENO_V8_FLAGS
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
if [ -n "$BASH_VERSION" ]; then
  for fd in /dev/fd/*; do
    fd=\${fd##*/}
    case $fd in *[!0-9]* | ?) ;; *) eval "exec $fd>&-" ;; esac
  done
fi
exec "$@"`;

/** `-p`: no BASH_ENV, no functions from the environment. */
const SHELLS = [["/bin/bash", "-p"], ["/bin/sh"]] as const;

/** Which daemon to start. */
export interface SpawnDaemonOptions {
  paths: Pick<Paths, "home" | "socket">;
  /** Where its one line about being ready goes. */
  stdout: "piped" | "null";
  /** The program; by default this one. */
  command?: SelfCommand;
}

/**
 * Starts `daemon run --detached` in a session of its own, and does not wait for it.
 *
 * @returns The child, which keeps this process alive until it is unreferenced.
 * @throws {Error} If the home cannot be made or entered, or no shell can be started.
 */
export function spawnDaemon(options: SpawnDaemonOptions): Deno.ChildProcess {
  const { home, socket } = options.paths;
  const { program, args } = options.command ?? selfCommand();
  Deno.mkdirSync(home, { recursive: true, mode: 0o700 });
  const line = [lastWordsPath(home), program, ...args, "daemon", "run"];
  line.push("--detached", "--home", home, "--socket", socket);
  return spawnShell(line, home, options.stdout);
}

/**
 * Spawns this program with other words than the daemon's, as {@linkcode spawnDaemon} does; its standard error goes nowhere.
 *
 * @param words Its arguments.
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
        // The launchers' note about a deleted directory is about theirs, not the daemon's.
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

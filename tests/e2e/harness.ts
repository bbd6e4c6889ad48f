// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs the real program as a process in a temporary home, for the program tests. Reads and writes
 * no file of the user, and ends a daemon that a test has left.
 * @module
 */

import { Process } from "./_process.ts";

/** Maximum time of a run of the program; far more than any run needs. */
export const RUN_PATIENCE_MS = 60_000;
/** The same for a daemon, which must live longer than the other runs of its test. */
const DAEMON_PATIENCE_MS = 300_000;

const ROOT = decodeURIComponent(
  new URL("../../", import.meta.url).pathname,
);

/** The result of a process. */
export interface Finished {
  code: number;
  signal: Deno.Signal | null;
  stdout: string;
  /** The bytes of stdout. */
  stdoutBytes: Uint8Array;
  stderr: string;
}

/** How to start the program. */
export interface RunOptions {
  /** The text on stdin (default: empty for `run`, and open for `spawn`). */
  stdin?: string | Uint8Array | undefined;
  /** Additions to the environment of the home; `undefined` removes a variable. */
  env?: Record<string, string | undefined> | undefined;
  /** Working directory (default: `workspace` of the home). */
  cwd?: string | undefined;
  /** Longest time that it runs, in milliseconds (default: a minute). */
  patienceMs?: number | undefined;
  /** Program and first arguments (default: {@linkcode programCommand}). */
  program?: readonly string[] | undefined;
}

/** A running daemon. */
export interface RunningDaemon extends AsyncDisposable {
  readonly pid: number;
  /** Its first line on stdout. */
  readonly readyLine: string;
  /** Sends a signal, SIGTERM by default, and waits for the end. */
  stop(signal?: Deno.Signal): Promise<Finished>;
  /** Sends a signal without waiting. */
  signal(signal: Deno.Signal): void;
  readonly ended: Promise<Finished>;
}

/** A temporary home below a short path. */
export interface Home extends AsyncDisposable {
  /** The folder with all files of the test; removed after it. */
  readonly root: string;
  /** `KAIZEN_HOME` of every process. */
  readonly home: string;
  readonly socket: string;
  /** The default working directory: it exists, its path is real, and no repository contains it. */
  readonly workspace: string;
  /** Runs the program to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Starts the program. It is killed when the home is disposed of. */
  spawn(args: readonly string[], options?: RunOptions): Spawned;
  /** Starts `daemon run` and waits until it says that it is ready. */
  startDaemon(options?: RunOptions & { args?: string[] }): Promise<
    RunningDaemon
  >;
}

/** A running process of the program. */
export interface Spawned {
  readonly pid: number;
  /** The next line of stdout without its line feed, or null at the end. */
  nextLine(): Promise<string | null>;
  write(text: string): Promise<void>;
  closeStdin(): Promise<void>;
  signal(signal: Deno.Signal): void;
  /** Its result, when it has ended; `stdout` includes the lines of `nextLine()`. */
  readonly ended: Promise<Finished>;
}

/** The program under test and its first arguments: `KAIZEN_BIN`, or else the source. */
export function programCommand(): string[] {
  const named = Deno.env.get("KAIZEN_BIN");
  if (named === undefined || named === "") return [`${ROOT}scripts/kaizen`];
  if (named.endsWith(".js")) return [named.replace(/\.js$/, ".sh")];
  return [named];
}

/** Whether the program under test is a binary without a launcher. */
export const IS_BINARY = !programCommand()[0]?.match(
  /\.sh$|\/scripts\/kaizen$/,
);

/**
 * Makes a home for one test.
 *
 * @example Usage
 * ```ts ignore
 * await using home = await tempHome();
 * const { code } = await home.run(["status"]);
 * ```
 */
export async function tempHome(): Promise<Home> {
  // Not TMPDIR, which is long on some systems: the path of a socket has at most 103 bytes.
  const root = `${await Deno.realPath("/tmp")}/kz${randomHex()}`;
  await Deno.mkdir(root, { mode: 0o700 });
  const home = `${root}/h`;
  const workspace = `${root}/w`;
  await Deno.mkdir(workspace);
  await Deno.mkdir(`${root}/user`);
  const spawned = new Set<Process>();

  function start(
    args: readonly string[],
    options: RunOptions = {},
    patienceMs = options.patienceMs ?? RUN_PATIENCE_MS,
  ): Process {
    const process = new Process({
      line: [...options.program ?? programCommand(), ...args],
      cwd: options.cwd ?? workspace,
      stdin: options.stdin,
      env: environment(root, home, options.env),
      patienceMs,
    });
    spawned.add(process);
    process.ended.then(() => spawned.delete(process));
    return process;
  }

  return {
    root,
    home,
    socket: `${home}/daemon.sock`,
    workspace,
    async run(args, options) {
      const process = start(args, { stdin: "", ...options });
      return await process.ended;
    },
    spawn: (args, options) => start(args, options),
    async startDaemon(options = {}) {
      const process = start(
        ["daemon", "run", ...options.args ?? []],
        { stdin: "", ...options },
        options.patienceMs ?? DAEMON_PATIENCE_MS,
      );
      const readyLine = await process.nextLine();
      if (readyLine === null || !/"ready":true|^daemon ready/.test(readyLine)) {
        const { code, stderr } = await process.ended;
        throw new Error(`Cannot start the daemon: exit ${code}: ${stderr}`);
      }
      const stop = async (signal: Deno.Signal = "SIGTERM") => {
        process.signal(signal);
        return await process.ended;
      };
      return {
        pid: await lockHolder(home) ?? process.pid,
        readyLine,
        stop,
        signal: (signal) => process.signal(signal),
        ended: process.ended,
        [Symbol.asyncDispose]: async () => void await stop(),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const process of spawned) process.signal("SIGKILL");
      await Promise.all([...spawned].map((process) => process.ended));
      endStragglers(root);
      await endDaemon(home);
      await Deno.remove(root, { recursive: true });
    },
  };
}

/**
 * Has a fixed length, unlike names of `Deno.makeTempDir`, so that lines always wrap at the same
 * place.
 */
function randomHex(): string {
  return crypto.getRandomValues(new Uint8Array(8)).toHex();
}

function environment(
  root: string,
  home: string,
  extra: RunOptions["env"] = {},
): Record<string, string> {
  const kept = ["PATH", "DENO_DIR", "KAIZEN_DEPS", "LANG", "TMPDIR"];
  const env: Record<string, string | undefined> = {
    HOME: `${root}/user`,
    KAIZEN_HOME: home,
    TERM: "dumb",
  };
  for (const name of kept) env[name] = Deno.env.get(name);
  // Without this, the HOME of the test would make the launcher download its cache again.
  env["DENO_DIR"] ??= `${Deno.env.get("HOME") ?? root}/.cache/deno`;
  const all = { ...env, ...extra };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]]
    ),
  );
}

/** Returns the pid in the lock file, or null if there is none. */
async function lockHolder(home: string): Promise<number | null> {
  try {
    const pid = Number(await Deno.readTextFile(`${home}/daemon.pid`));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Ends a daemon that a command of the test has started, and waits until it has exited. */
async function endDaemon(home: string): Promise<void> {
  let lock: Deno.FsFile;
  try {
    lock = await Deno.open(`${home}/daemon.pid`, { read: true, write: true });
  } catch (error) {
    // A home that is unreadable or does not exist has no daemon.
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotADirectory
    ) return;
    throw error;
  }
  using _ = lock;
  if (await lock.tryLock(true)) return;
  const pid = await lockHolder(home);
  if (pid !== null) kill(pid);
  await lock.lock(true);
}

/**
 * Ends all other processes of a home, such as the hooks of a host that was killed, until none is
 * left: a hook that is still running would make the home again.
 */
function endStragglers(root: string): void {
  if (Deno.build.os !== "linux") return;
  let found: number[];
  do {
    found = findStragglers(root);
    found.forEach(kill);
  } while (found.length > 0);
}

/**
 * Lists the processes with a path below the folder in their arguments or environment. A process
 * that has ended has neither.
 */
function findStragglers(root: string): number[] {
  const pids = Array.from(Deno.readDirSync("/proc"), ({ name }) => name)
    .filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) =>
    ["cmdline", "environ"].some((name) => {
      try {
        return Deno.readTextFileSync(`/proc/${pid}/${name}`)
          .includes(`${root}/`);
      } catch (error) {
        // It has ended, or belongs to another user.
        const reason = error instanceof Error ? error.message : "";
        if (!/ \(os error \d+\)/.test(reason)) throw error;
        return false;
      }
    })
  ).map(Number);
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs the real program, as a process, in a temporary home of its own: what the program tests stand on. Nothing of the
 * user's is read or written, and whatever daemon a test leaves behind ends with its home.
 * @module
 */

import { Process } from "./_process.ts";

/** No run of the program may take longer; far above what any of them needs. */
const RUN_PATIENCE_MS = 60_000;
/** The same for a daemon, which has to outlive the runs of its test. */
const DAEMON_PATIENCE_MS = 300_000;

const ROOT = decodeURIComponent(
  new URL("../../", import.meta.url).pathname,
);

/** What a finished process left. */
export interface Finished {
  code: number;
  signal: Deno.Signal | null;
  stdout: string;
  /** The same, byte for byte. */
  stdoutBytes: Uint8Array;
  stderr: string;
}

/** How to start the program. */
export interface RunOptions {
  /** What the program reads; without it `run` gives it an empty stdin and `spawn` an open one. */
  stdin?: string | Uint8Array | undefined;
  /** Set on top of the home's environment; `undefined` takes a name out. */
  env?: Record<string, string | undefined> | undefined;
  /** Working directory; the home's `workspace` when left out. */
  cwd?: string | undefined;
  /** How the program is started, words before its own; {@linkcode programCommand} when left out. */
  program?: readonly string[] | undefined;
}

/** A daemon that runs for a test. */
export interface RunningDaemon extends AsyncDisposable {
  readonly pid: number;
  /** Its first line on stdout. */
  readonly readyLine: string;
  /** Sends a signal, SIGTERM by default, and waits for the end. */
  stop(signal?: Deno.Signal): Promise<Finished>;
  /** Sends a signal and goes on. */
  signal(signal: Deno.Signal): void;
  readonly ended: Promise<Finished>;
}

/** A temporary home with everything below one short path. */
export interface Home extends AsyncDisposable {
  /** The folder that holds all of it; made for this test, removed with it. */
  readonly root: string;
  /** `KAIZEN_HOME` of every process. */
  readonly home: string;
  readonly socket: string;
  /** An existing directory that belongs to no repository, as a real path; the default working directory. */
  readonly workspace: string;
  /** Runs the program to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Starts the program and leaves it running; ends with the home at the latest. */
  spawn(args: readonly string[], options?: RunOptions): Spawned;
  /** Starts `daemon run` and waits until it says that it is ready. */
  startDaemon(options?: RunOptions & { args?: string[] }): Promise<
    RunningDaemon
  >;
}

/** A process of the program that runs. */
export interface Spawned {
  readonly pid: number;
  /** The next line of stdout without its line feed, or null at the end. */
  nextLine(): Promise<string | null>;
  write(text: string): Promise<void>;
  closeStdin(): Promise<void>;
  signal(signal: Deno.Signal): void;
  /** What it left, once it has ended; its `stdout` has the lines handed out, too. */
  readonly ended: Promise<Finished>;
}

/** The command line (program, then arguments) of the program under test: `KAIZEN_BIN`, else the one from source. */
export function programCommand(): string[] {
  const named = Deno.env.get("KAIZEN_BIN");
  if (named === undefined || named === "") return [`${ROOT}scripts/kaizen`];
  if (named.endsWith(".js")) return [named.replace(/\.js$/, ".sh")];
  return [named];
}

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
  // Not TMPDIR, which is long on some systems: a socket's path has 103 bytes.
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
    patienceMs = RUN_PATIENCE_MS,
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
        DAEMON_PATIENCE_MS,
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
      await endStragglers(root);
      await endDaemon(home);
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** Always as long: `Deno.makeTempDir` makes names of different lengths, after which lines are broken elsewhere. */
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
  // The launcher keeps its runtime in the checkout; a HOME of its own must not make it fetch another.
  env["DENO_DIR"] ??= `${Deno.env.get("HOME") ?? root}/.cache/deno`;
  const all = { ...env, ...extra };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]]
    ),
  );
}

/** The process that the lock file names, or null if there is none. */
async function lockHolder(home: string): Promise<number | null> {
  try {
    const pid = Number(await Deno.readTextFile(`${home}/daemon.pid`));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Ends the daemon that a command of the test has started by itself, if there is one, and waits until it is gone. */
async function endDaemon(home: string): Promise<void> {
  let lock: Deno.FsFile;
  try {
    lock = await Deno.open(`${home}/daemon.pid`, { read: true, write: true });
  } catch (error) {
    // Neither a home that a test made unreadable nor one that was never made holds a daemon.
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
 * Ends the processes that something else has started below a home, such as the hooks of a host that was killed, and looks again until there are
 * none: a hook that lives on would make the home anew.
 */
async function endStragglers(root: string): Promise<void> {
  if (Deno.build.os !== "linux") return;
  let found: number[];
  do {
    found = await findStragglers(root);
    found.forEach(kill);
  } while (found.length > 0);
}

/** Ids of the processes that have a path below the folder among their words or variables; a process that has ended has neither. */
async function findStragglers(root: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = await Deno.readTextFile(`/proc/${name}/cmdline`);
      const variables = await Deno.readTextFile(`/proc/${name}/environ`);
      if (`${words}${variables}`.includes(`${root}/`)) found.push(Number(name));
    } catch (error) {
      // Gone meanwhile, or another user's.
      const reason = error instanceof Error ? error.message : "";
      if (!/ \(os error \d+\)/.test(reason)) throw error;
    }
  }
  return found;
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

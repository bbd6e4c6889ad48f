// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Daemons to measure: ours from a bundle, and the reference's.
 * @module
 */
import type { FillOptions } from "../fill_store.ts";
import { type Bench, type Bundle, cleanEnv, runTool } from "./bench.ts";

const START_PATIENCE_MS = 60_000;
const TRY_AGAIN_MS = 10;
/** Number of events in each session, and length of each event in bytes, of a filled store. */
const EVENTS_EACH = 500;
const FILLED_BYTES = 300;

/** A running daemon. */
export interface Daemon extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly socket: string;
  readonly home: string;
  /** An existing directory outside the home. */
  readonly workspace: string;
  readonly env: Record<string, string>;
}

/** The home: a new one of this name, or the existing one. */
export interface HomeOptions {
  name: string;
}

/** Starts our daemon. */
export async function startOurs(
  bench: Bench,
  bundle: Bundle,
  options: HomeOptions,
): Promise<Daemon> {
  return await start("our daemon", bench, options, [
    `${bundle.folder}/kaizen.sh`,
    "daemon",
    "run",
  ]);
}

/** Starts our daemon on a store that already holds a number of events, in sessions of 500. */
export async function startFilled(
  bench: Bench,
  bundle: Bundle,
  { name, events }: HomeOptions & { events: number },
): Promise<Daemon> {
  const home = homePath(bench, name);
  await Deno.mkdir(home, { recursive: true, mode: 0o700 });
  const options: FillOptions = {
    path: `${home}/store.db`,
    sessions: events / EVENTS_EACH,
    eventsEach: EVENTS_EACH,
    payloadBytes: FILLED_BYTES,
    workspace: `${bench.folder}/workspace`,
    prefix: "filled",
  };
  const { seconds } = await runTool<{ seconds: number }>(
    "fill_store.ts",
    options,
  );
  bench.board.note(`filled a store: ${events} events, ${seconds.toFixed(1)} s`);
  return await startOurs(bench, bundle, { name });
}

/** Starts the reference's daemon, whose program must exist. */
export async function startReference(
  bench: Bench,
  program: string,
  options: HomeOptions,
): Promise<Daemon> {
  return await start("the reference", bench, options, [
    program,
    "daemon",
    "start",
  ]);
}

/** Returns the path of a home. */
export function homePath(bench: Pick<Bench, "folder">, name: string): string {
  return `${bench.folder}/${name}`;
}

/** Returns the memory that a process holds now, in MiB; NaN if the system does not tell. */
export async function residentMib(pid: number): Promise<number> {
  try {
    const text = await Deno.readTextFile(`/proc/${pid}/status`);
    const [, kib] = /^VmRSS:\s*(\d+) kB/m.exec(text) ?? [];
    return Number(kib) / 1024;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NaN;
    throw error;
  }
}

async function start(
  name: string,
  bench: Bench,
  options: HomeOptions,
  line: readonly string[],
): Promise<Daemon> {
  const home = homePath(bench, options.name);
  const workspace = `${bench.folder}/workspace`;
  await Deno.mkdir(home, { recursive: true, mode: 0o700 });
  await Deno.mkdir(`${workspace}/.git`, { recursive: true });
  const env = cleanEnv(bench, { KAIZEN_HOME: home });
  const [program = "", ...args] = line;
  const child = new Deno.Command(program, {
    args,
    cwd: workspace,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let code: number | null = null;
  child.status.then((status) => code = status.code);
  const socket = `${home}/daemon.sock`;
  const deadline = performance.now() + START_PATIENCE_MS;
  while (!await answers(socket)) {
    if (code !== null || performance.now() > deadline) {
      throw new Error(`Cannot start ${name}: ${code ?? "it does not answer"}`);
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
  }
  const pid = await lockHolder(home) ?? child.pid;
  return {
    name,
    pid,
    socket,
    home,
    workspace,
    env,
    async [Symbol.asyncDispose]() {
      if (code === null) Deno.kill(pid, "SIGTERM");
      await child.status;
    },
  };
}

async function answers(socket: string): Promise<boolean> {
  try {
    using _ = await Deno.connect({ transport: "unix", path: socket });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

async function lockHolder(home: string): Promise<number | null> {
  try {
    const pid = Number(await Deno.readTextFile(`${home}/daemon.pid`));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

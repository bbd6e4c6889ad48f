// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How long a hook takes from the end of its input to its own end, by its own clock, for each state
 * of the daemon and of the spool, with one and with two hooks at once, against a hook's budget.
 * @module
 */
import {
  type Bench,
  type Bundle,
  cleanEnv,
  runtimeWords,
} from "../lib/bench.ts";
import { type Daemon, homePath, startOurs } from "../lib/daemons.ts";
import { quantile } from "../lib/statistics.ts";
import { ROOT } from "../../scripts/lib/project.ts";
import { HOOK_WORDS, hookText } from "./fixtures.ts";

/** The time that a hook may take in all, in milliseconds. */
const BUDGET_MS = 200;
/** The spool is almost full with this number of events. */
const MANY = 9_990;
/** Numbers of rounds; there are fewer if each of them starts and stops a daemon. */
const TURNS = { usual: 100, starting: 20, quick: 3 } as const;

/** The state of daemon and spool that a hook finds. */
interface Scene {
  name: string;
  /** The socket that the hook asks. */
  socket: string;
  /** Number of events that wait in its spool. */
  waiting: number;
  /** Prepares the state before a round. */
  prepare?: () => Promise<void>;
  /** Cleans up after a round in which the hook starts a daemon. */
  stop?: () => Promise<void>;
}

/** Measures every state. The hooks have their own home, so that no daemon empties their spool. */
export async function measureHookTimes(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  await using running = await startOurs(bench, bundle, { name: "h0" });
  await using stopped = await startOurs(bench, bundle, { name: "h1" });
  using silent = new Toy(`${bench.folder}/silent.sock`, "silent");
  using closing = new Toy(`${bench.folder}/closing.sock`, "closing");
  const home = homePath(bench, "h2");
  const clock = new Clock(bench, bundle, home);
  const halt = () => haltAfresh(stopped, bundle);
  const unused = `${home}/daemon.sock`;
  const scenes: Scene[] = [
    { name: "running", socket: running.socket, waiting: 0 },
    { name: "running, one waits", socket: running.socket, waiting: 1 },
    { name: "running, 9,990 wait", socket: running.socket, waiting: MANY },
    { name: "not running", socket: unused, waiting: 0 },
    { name: "not running, one waits", socket: unused, waiting: 1 },
    { name: "not running, 9,990 wait", socket: unused, waiting: MANY },
    {
      name: "not running, is started",
      socket: unused,
      waiting: 0,
      prepare: () => forgetStart(home),
      stop: () => stopStarted(bench, bundle, home),
    },
    { name: "SIGSTOP", socket: stopped.socket, waiting: 0, prepare: halt },
    {
      name: "SIGSTOP, one waits",
      socket: stopped.socket,
      waiting: 1,
      prepare: halt,
    },
    { name: "accepts, is silent", socket: silent.socket, waiting: 0 },
    {
      name: "accepts, is silent, one waits",
      socket: silent.socket,
      waiting: 1,
    },
    { name: "closes at once", socket: closing.socket, waiting: 0 },
  ];
  try {
    await clock.time(scenes[0], 2); // compiles, so that the first turn is like the others
    for (const scene of scenes) {
      for (const crowd of [1, 2]) {
        await measureScene(bench, clock, scene, crowd);
      }
    }
  } finally {
    Deno.kill(stopped.pid, "SIGCONT");
  }
}

async function measureScene(
  bench: Bench,
  clock: Clock,
  scene: Scene,
  crowd: number,
): Promise<void> {
  const turns = bench.isQuick
    ? TURNS.quick
    : scene.stop === undefined
    ? TURNS.usual
    : TURNS.starting;
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    times.push(...await clock.time(scene, crowd));
  }
  const row = {
    group: "hooktimes",
    packages: clock.packages,
    unit: "ms",
    better: "less",
    ours: "ingest hook",
  } as const;
  const work = `${scene.name}; ${crowd === 1 ? "one hook" : "two at once"}`;
  bench.board.add({ ...row, work, values: times });
  bench.board.add({
    ...row,
    work: `${work}: p99`,
    values: [quantile(times.toSorted((a, b) => a - b), 0.99)],
    peer: "the budget",
    peerValues: [BUDGET_MS],
    target: 1,
  });
}

/** Runs hooks that measure their own time. */
class Clock {
  readonly packages: string;
  readonly #bench: Bench;
  readonly #bundle: Bundle;
  readonly #home: string;
  readonly #cwd: string;

  constructor(bench: Bench, bundle: Bundle, home: string) {
    this.packages = bundle.packages;
    this.#bench = bench;
    this.#bundle = bundle;
    this.#home = home;
    this.#cwd = `${bench.folder}/workspace`;
  }

  /** Runs a number of hooks at once; returns the milliseconds of each. */
  async time(scene: Scene | undefined, crowd: number): Promise<number[]> {
    if (scene === undefined) return [];
    await scene.prepare?.();
    await seed(`${this.#home}/spool`, scene.waiting, this.#cwd);
    const hooks = Array.from({ length: crowd }, () => this.#run(scene));
    const times = await Promise.all(hooks);
    await scene.stop?.();
    return times;
  }

  async #run({ socket, stop }: Scene): Promise<number> {
    const [program = "", ...words] = await runtimeWords();
    const child = new Deno.Command(program, {
      args: [
        ...words,
        `--preload=${ROOT}/bench/hook_clock.ts`,
        `${this.#bundle.folder}/kaizen.js`,
        ...HOOK_WORDS,
      ],
      cwd: this.#cwd,
      clearEnv: true,
      env: cleanEnv(this.#bench, {
        KAIZEN_HOME: this.#home,
        KAIZEN_SOCK: socket,
        ...stop === undefined ? { KAIZEN_NO_START: "1" } : {},
      }),
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(hookText(this.#cwd));
    await writer.close();
    const { code, stderr } = await child.output();
    const text = new TextDecoder().decode(stderr).trim();
    const ms = Number(text);
    if (code === 0 && text !== "" && !Number.isNaN(ms)) return ms;
    throw new Error(`Cannot time a hook: it ended with ${code}: ${text}`);
  }
}

/** Leaves exactly `count` events in a spool, and no failure. */
async function seed(
  folder: string,
  count: number,
  workspace: string,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const wanted = new Set(Array.from({ length: count }, (_, i) => seedName(i)));
  const present = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (wanted.has(name)) present.add(name);
    else if (name.startsWith("v1-")) await Deno.remove(`${folder}/${name}`);
  }
  for (const name of wanted) {
    if (present.has(name)) continue;
    const payload = JSON.stringify({
      hook_event_name: "Notification",
      session_id: "seed",
      kaizen_id: crypto.randomUUID(),
    });
    const request = {
      type: "ingest_hook",
      source: "claude",
      payload,
      workspace,
    };
    await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(request));
  }
  // Otherwise the hook's own sync would write all of this to disk.
  using opened = await Deno.open(folder);
  await opened.sync();
}

function seedName(i: number): string {
  return `v1-${1_000_000_000_000 + i}-1-${
    i.toString(16).padStart(16, "0")
  }.json`;
}

/**
 * Lets a daemon continue until it has dealt with the clients that gave up, then stops it again, so
 * that its backlog never fills up.
 */
async function haltAfresh(daemon: Daemon, bundle: Bundle): Promise<void> {
  Deno.kill(daemon.pid, "SIGCONT");
  await run(bundle, ["status", "--wait", "10s"], daemon.env);
  Deno.kill(daemon.pid, "SIGSTOP");
}

async function forgetStart(home: string): Promise<void> {
  try {
    await Deno.remove(`${home}/daemon.start`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function stopStarted(
  bench: Bench,
  bundle: Bundle,
  home: string,
): Promise<void> {
  const env = cleanEnv(bench, { KAIZEN_HOME: home });
  await run(bundle, ["status", "--wait", "10s"], env);
  await run(bundle, ["stop"], env);
}

/**
 * Runs the program.
 *
 * @throws {Error} If it fails.
 */
async function run(
  bundle: Bundle,
  words: readonly string[],
  env: Record<string, string>,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(
    `${bundle.folder}/kaizen.sh`,
    { args: [...words], env, clearEnv: true, stdin: "null", stdout: "null" },
  ).output();
  if (success) return;
  throw new Error(`${words} failed: ${new TextDecoder().decode(stderr)}`);
}

/** Serves as something that is no daemon: accepts, and hangs up or says nothing. */
class Toy implements Disposable {
  readonly socket: string;
  readonly #listener: Deno.Listener;
  readonly #conns: Deno.Conn[] = [];

  constructor(socket: string, how: "silent" | "closing") {
    this.socket = socket;
    this.#listener = Deno.listen({ transport: "unix", path: socket });
    this.#accept(how);
  }

  async #accept(how: "silent" | "closing"): Promise<void> {
    for await (const conn of this.#listener) {
      if (how === "closing") conn.close();
      else this.#conns.push(conn);
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#conns) conn.close();
  }
}

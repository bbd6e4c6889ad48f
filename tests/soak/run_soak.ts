// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Agents that use a daemon for a long time, and what becomes of it.
 *
 * In the first half the daemon is stopped and killed again and again. In the second half it runs
 * through, so that what grows can be seen.
 * @module
 */
import type { Hook } from "../driver/mod.ts";
import { printTimed, toRequest } from "../driver/deliver.ts";
import { ask, askStatus } from "../e2e/_socket.ts";
import { type Home, type RunningDaemon, tempHome } from "../e2e/harness.ts";
import { Agent } from "./agent.ts";
import { type Figures, findGrowth } from "./find_growth.ts";
import { Follower } from "./follower.ts";

const AGENTS = 8;
/** How long an agent thinks between two events, in milliseconds. */
const THINK_MS = 25;
const READ_PAUSE_MS = 100;
const RESTARTS = 6;
const PRUNES = 4;
/** Rows of figures: enough for tenths, and for quarters to compare. */
const ROWS = 40;
/** How a soak went. */
export interface SoakReport {
  events: number;
  sessions: number;
  restarts: number;
  prunes: number;
  figures: Figures[];
  /** What must not be, in words. */
  faults: string[];
}

/** How to run one. */
export interface SoakOptions {
  durationMs: number;
  onFigures(figures: Figures): void;
}

/** Runs a soak in a home of its own. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  await using home = await tempHome();
  const soak = new Soak(home, options);
  return await soak.run();
}

class Soak {
  readonly #home: Home;
  readonly #options: SoakOptions;
  readonly #startMs = performance.now();
  readonly #agents: Agent[];
  readonly #figures: Figures[] = [];
  readonly #faults: string[] = [];
  #acks: number[] = [];
  #hooks: number[] = [];
  #lates: number[] = [];
  #reads: number[] = [];
  #events = 0;
  #restarts = 0;
  #prunes = 0;
  #daemon: RunningDaemon | null = null;

  constructor(home: Home, options: SoakOptions) {
    this.#home = home;
    this.#options = options;
    this.#agents = Array.from(
      { length: AGENTS },
      (_, n) => new Agent(n, home.workspace),
    );
  }

  /** Longer than any process of the soak runs. */
  get #patienceMs(): number {
    return this.#options.durationMs * 2 + 60_000;
  }

  /** The part of the time that has passed, from 0 to 1. */
  get #passed(): number {
    return (performance.now() - this.#startMs) / this.#options.durationMs;
  }

  async run(): Promise<SoakReport> {
    this.#daemon = await this.#startAnew();
    const follower = new Follower(this.#home, this.#patienceMs);
    await Promise.all([
      ...this.#agents.map((agent, n) => this.#play(agent, n === 0)),
      this.#read(),
      this.#restart(),
      this.#prune(),
      this.#look(),
    ]);
    await this.#home.run(["spool", "flush"]);
    await this.#verify();
    this.#faults.push(...await follower.end(this.#expected()));
    this.#faults.push(...findGrowth(this.#figures));
    await this.#daemon.stop();
    return {
      events: this.#events,
      sessions: this.#agents.reduce((sum, it) => sum + it.told.size, 0),
      restarts: this.#restarts,
      prunes: this.#prunes,
      figures: this.#figures,
      faults: this.#faults,
    };
  }

  /** Plays one agent to the end, by the socket or by hooks of their own. */
  async #play(agent: Agent, byHooks: boolean): Promise<void> {
    while (this.#passed < 1) {
      for (const hook of agent.playSession()) {
        const start = performance.now();
        if (byHooks) await this.#runHook(hook);
        else await this.#send(hook);
        const times = byHooks ? this.#hooks : this.#acks;
        times.push(performance.now() - start);
        this.#events++;
        agent.tell(hook);
        await sleep(THINK_MS);
      }
    }
  }

  async #runHook(hook: Hook): Promise<void> {
    const { code, stdout, stderr } = await this.#home.run(
      ["ingest", "hook", "--source", hook.source],
      { stdin: printTimed(hook), cwd: hook.folder },
    );
    if (code !== 0 || stdout + stderr !== "") {
      this.#faults.push(`a hook ended with ${code}: ${stdout}${stderr}`);
    }
  }

  /** Sends an event until it is acknowledged: again after a restart. */
  async #send(hook: Hook): Promise<void> {
    while (true) {
      try {
        const { text } = await ask(this.#home.socket, toRequest(hook));
        if (text === '{"type":"ack","message":"ingested"}') return;
        if (text !== "" && !text.includes("shutting")) {
          this.#faults.push(`an event was answered with ${text}`);
          return;
        }
      } catch {
        // The daemon is down.
      }
      await sleep(THINK_MS);
    }
  }

  /** Lists sessions, and reads one of them. */
  async #read(): Promise<void> {
    const { socket, workspace } = this.#home;
    for (let n = 0; this.#passed < 1; n++) {
      const agent = this.#agents[n % AGENTS];
      const id = [...agent?.told.keys() ?? []].at(-1);
      const start = performance.now();
      try {
        const { text } = n % 2 === 0 || id === undefined
          ? await ask(socket, {
            type: "list_sessions",
            workspace,
            offset: 0,
            limit: 50,
            filter: {},
          })
          : await ask(socket, { type: "get_session_detail", id, workspace });
        if (text !== "") JSON.parse(text);
        this.#reads.push(performance.now() - start);
      } catch (error) {
        if (error instanceof SyntaxError) {
          this.#faults.push(`half an answer: ${error.message}`);
        }
      }
      await sleep(READ_PAUSE_MS);
    }
  }

  async #restart(): Promise<void> {
    for (let n = 1; n <= RESTARTS; n++) {
      while (this.#passed < n / RESTARTS / 2) await sleep(READ_PAUSE_MS);
      const signal = n % 2 === 0 ? "SIGKILL" : "SIGTERM";
      await this.#daemon?.stop(signal);
      this.#daemon = await this.#startAnew();
      this.#restarts++;
    }
  }

  /** A hook may have started another daemon in the meantime, which is stopped. */
  async #startAnew(): Promise<RunningDaemon> {
    while (true) {
      try {
        return await this.#home.startDaemon({ patienceMs: this.#patienceMs });
      } catch (error) {
        if (!String(error).includes("exit 73")) throw error;
        await this.#home.run(["stop"]);
      }
    }
  }

  /** Deletes the sessions of an agent whose clock is a year behind. */
  async #prune(): Promise<void> {
    const words = ["store", "prune", "--older-than", "100d", "--yes"];
    for (let n = 1; n <= PRUNES; n++) {
      // Not at a restart: a follower that is away then would miss what is deleted, and be told so.
      const at = (n - 0.5) / (PRUNES + 1);
      while (this.#passed < at) await sleep(READ_PAUSE_MS);
      const { code, stderr } = await this.#home.run(words);
      if (code === 0) this.#prunes++;
      else if (![3, 4, 6].includes(code)) {
        this.#faults.push(`a prune ended with ${code}: ${stderr}`);
      }
    }
  }

  async #look(): Promise<void> {
    for (let n = 1; n <= ROWS; n++) {
      while (this.#passed < n / ROWS) {
        const end = performance.now() + READ_PAUSE_MS;
        await sleep(READ_PAUSE_MS);
        this.#lates.push(performance.now() - end);
      }
      const figures = await this.#measure();
      if (figures === null) continue; // between two daemons
      this.#figures.push(figures);
      this.#options.onFigures(figures);
    }
  }

  async #measure(): Promise<Figures | null> {
    try {
      const { home, socket } = this.#home;
      const { pid } = await askStatus(socket);
      const status = await Deno.readTextFile(`/proc/${pid}/status`);
      const [, kib = ""] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
      const open = await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`));
      const figures = {
        atMs: performance.now() - this.#startMs,
        events: this.#events,
        rssBytes: Number(kib) * 1024,
        descriptors: open.length,
        walBytes: await sizeOf(`${home}/store.db-wal`),
        storeBytes: await sizeOf(`${home}/store.db`),
        ackMs: percentile99(this.#acks),
        hookMs: percentile99(this.#hooks),
        readMs: percentile99(this.#reads),
        lateMs: percentile99(this.#lates),
      };
      [this.#acks, this.#hooks] = [[], []];
      [this.#reads, this.#lates] = [[], []];
      return figures;
    } catch {
      return null;
    }
  }

  /** The events that each session must have, without those that a prune may have deleted. */
  #expected(): Map<string, number> {
    const young = this.#agents.filter(({ isOld }) => !isOld);
    return new Map(young.flatMap(({ told }) => [...told]));
  }

  async #verify(): Promise<void> {
    const { socket, workspace } = this.#home;
    for (const [id, count] of this.#expected()) {
      const { text } = await ask(socket, {
        type: "get_session_detail",
        id,
        workspace,
      });
      const { events = [] } = JSON.parse(text);
      const ids = new Set<string>();
      for (const { payload } of events) ids.add(payload.kaizen_id);
      if (events.length !== count || ids.size !== count) {
        this.#faults.push(
          `session ${id} has ${events.length} events (${ids.size} different ones) instead of ${count}`,
        );
      }
    }
  }
}

/** An agent's own pace; nothing is waited for. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function percentile99(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

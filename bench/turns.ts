// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * How long other work holds up the daemon's event loop: measures each turn, from one look at the
 * sockets to the next, while a client in another process reads, or a store is pruned. Runs the
 * daemon's own service and server. Prints one JSON object.
 *
 *     deno run -A bench/turns.ts '{"folder":…,"events":100000,"sessions":100000,"rounds":5}'
 * @module
 */
import { LIMITS } from "../src/daemon/limits.ts";
import { Server } from "../src/daemon/server.ts";
import { Service } from "../src/daemon/service.ts";
import { SocketTurn } from "../src/daemon/socket_turn.ts";
import { fillStore } from "./fill_store.ts";

/** The work to measure, and the folder. */
export interface TurnOptions {
  /** An empty folder on the disk that is measured, with a short path. */
  folder: string;
  /** Number of events of the one long session. */
  events: number;
  /** Number of further sessions, of one event each. */
  sessions: number;
  rounds: number;
}

/** The longest turn of each round, in milliseconds, by the kind of work. */
export type TurnReport = Record<string, number[]>;

const WORKSPACE = "/tmp";
const PAYLOAD_BYTES = 600;
const THREAD_CPU_CLOCK = 3;

/**
 * Returns the milliseconds that this thread has worked, so that other processes do not count; if
 * the system does not tell, the wall time.
 */
function openClock(): () => number {
  if (Deno.build.os !== "linux") return () => performance.now();
  const { symbols } = Deno.dlopen("libc.so.6", {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  });
  const time = new BigInt64Array(2);
  return () => {
    symbols.clock_gettime(THREAD_CPU_CLOCK, time);
    return Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
  };
}

/** Measures. */
async function measureTurns(options: TurnOptions): Promise<TurnReport> {
  const { folder, events, sessions, rounds } = options;
  const storePath = `${folder}/store.db`;
  const common = {
    path: storePath,
    payloadBytes: PAYLOAD_BYTES,
    workspace: WORKSPACE,
  };
  const report: TurnReport = {};
  const clock = openClock();
  using turn = await SocketTurn.open(`${folder}/turn`);
  using monitor = await SocketTurn.open(`${folder}/monitor`);
  const note = async (name: string, work: () => Promise<unknown>) => {
    let working = true;
    const done = work().finally(() => working = false);
    let longest = 0;
    for (let last = clock(); working;) {
      await monitor.wait();
      const now = clock();
      longest = Math.max(longest, now - last);
      last = now;
    }
    await done;
    (report[name] ??= []).push(longest);
  };
  const path = `${folder}/s`;
  for (let round = 0; round < rounds; round++) {
    fillStore({ ...common, sessions: 1, eventsEach: events, prefix: "long" });
    fillStore({ ...common, sessions, eventsEach: 1, prefix: "one" });
    await using service = Service.open({
      storePath,
      now: Date.now,
      uptimeMs: () => performance.now(),
      daemonVersion: "bench",
      pid: Deno.pid,
      canonical: (path) => path,
      cwd: WORKSPACE,
      machine: () => "0".repeat(32),
      log: () => {},
      turn: () => turn.wait(),
    });
    await using _server = new Server({
      acceptor: Deno.listen({ transport: "unix", path }),
      service,
      limits: LIMITS,
      log: () => {},
    });
    const detail = {
      type: "get_session_detail",
      id: "long-0",
      workspace: WORKSPACE,
    };
    const list = {
      type: "list_sessions",
      workspace: WORKSPACE,
      offset: 0,
      limit: sessions,
      filter: { agent_prefix: "c" },
    };
    await read(path, detail, 1); // so that the code is compiled
    await note(`detail of ${events} events`, () => read(path, detail, 1));
    await note(`the same, 8 readers`, () => read(path, detail, 8));
    await note(`list of ${sessions} sessions`, () => read(path, list, 1));
    await note(
      `prune of ${events} events in one session`,
      () => prune(service, { session: "long-0" }),
    );
    await note(
      `prune of ${sessions} sessions`,
      () => prune(service, { before_ms: Number.MAX_SAFE_INTEGER }),
    );
  }
  return report;
}

/** Runs clients in processes of their own. */
async function read(
  socket: string,
  request: unknown,
  clients: number,
): Promise<void> {
  const client = new URL("read_client.ts", import.meta.url).pathname;
  const options = JSON.stringify({ socket, request, count: 1 });
  const runs = await Promise.all(
    Array.from({ length: clients }, () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "-A", "--no-lock", client, options],
        stderr: "inherit",
      }).output()),
  );
  const answers = runs.map(({ stdout }) => new TextDecoder().decode(stdout));
  const bad = answers.find((it) => !/"type\\":\\"(detail|sessions)/.test(it));
  if (bad !== undefined) throw new Error(`Cannot read: ${bad.slice(0, 300)}`);
}

async function prune(
  service: Service,
  what: { session: string } | { before_ms: number },
): Promise<void> {
  while (true) {
    const reply = await service.handle({ type: "store_prune", ...what });
    const [body] = reply.chunks();
    const answer = JSON.parse(new TextDecoder().decode(body));
    if (answer.type !== "store") throw new Error(answer.message);
    if (answer.done) return;
  }
}

if (import.meta.main) {
  const options: TurnOptions = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify(await measureTurns(options)));
}

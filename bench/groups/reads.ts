// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Pages and details, asked over the socket; and the memory of a daemon.
 * @module
 */
import type { CommitServerOptions } from "../commit_server.ts";
import { type Bench, runTool, startTool } from "../lib/bench.ts";
import {
  type Daemon,
  homePath,
  residentMib,
  startOurs,
  startReference,
} from "../lib/daemons.ts";
import { type FillOptions, makeRequests } from "../fill_store.ts";
import type { LoadOptions, LoadReport } from "../load_client.ts";
import type { ReadOptions, ReadReport } from "../read_client.ts";

const MANY_SESSIONS = 100_000;
/** The number of events that the reference stores in an acceptable time. */
const SOME_SESSIONS = 2000;
const PAGE = 100;
const MANY_EVENTS = 100_000;
const IDLE_TARGET_MIB = 90;
const LOADED_TARGET_MIB = 150;
const LONG_SESSION = 1000;
const PAGE_TARGET_MS = 5;
const DETAIL_TARGET_MS = 25;
const FILTER = { agent_prefix: null, status: null, since_ms: null };

/** A question that is measured, and the requests that are answered before it. */
interface Question {
  work: string;
  request: unknown;
  before?: Before;
}

/** Makes the requests of a turn, one for each of its questions. */
type Before = (turn: number, count: number) => unknown[];

/** Measures the most frequent requests. */
export async function measureReads(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  const { packages } = bundle;
  const workspace = `${bench.folder}/workspace`;
  await fill(bench, "r1", {
    sessions: bench.isQuick ? 5000 : MANY_SESSIONS,
    eventsEach: 1,
    prefix: "one",
  });
  await fill(bench, "r1", {
    sessions: 1,
    eventsEach: LONG_SESSION,
    prefix: "long",
  });
  await fill(bench, "r2", {
    sessions: SOME_SESSIONS,
    eventsEach: 1,
    prefix: "one",
  });
  await fill(bench, "r2", {
    sessions: 1,
    eventsEach: LONG_SESSION,
    prefix: "long",
  });
  await using many = await startOurs(bench, bundle, { name: "r1" });
  await using some = await startOurs(bench, bundle, { name: "r2" });
  await using reference = bench.reference === null
    ? null
    : await startReference(bench, bench.reference, { name: "r3" });
  if (reference !== null) await teach(reference);
  const page = {
    type: "list_sessions",
    workspace,
    offset: 0,
    limit: PAGE,
    filter: FILTER,
  };
  const detail = { type: "get_session_detail", id: "long-0", workspace };
  const common = {
    group: "reads",
    packages,
    unit: "ms",
    better: "less",
  } as const;
  const [first] = await askInTurns(bench, [many], page);
  bench.board.add({
    ...common,
    work:
      `page of ${PAGE} out of 100,000 sessions (target: ${PAGE_TARGET_MS} ms)`,
    ours: many.name,
    values: first ?? [],
  });
  const questions: Question[] = [
    { work: `page of ${PAGE} out of ${SOME_SESSIONS} sessions`, request: page },
    {
      work: `page of ${PAGE} out of ${SOME_SESSIONS} sessions, after an event`,
      request: page,
      before: (turn, count) => [...makeRequests({
        sessions: 1,
        eventsEach: count,
        payloadBytes: 300,
        workspace,
        prefix: `turn-${turn}`,
      })],
    },
    {
      work: `detail of ${LONG_SESSION} events (target: ${DETAIL_TARGET_MS} ms)`,
      request: detail,
    },
  ];
  for (const { work, request, before } of questions) {
    const daemons = reference === null ? [some] : [some, reference];
    const [ours, theirs] = await askInTurns(bench, daemons, request, before);
    bench.board.add({
      ...common,
      work,
      ours: some.name,
      values: ours ?? [],
      ...theirs === undefined
        ? {}
        : { peer: reference?.name ?? "", peerValues: theirs, target: 1 },
    });
  }
}

/**
 * Asks daemons in turns, after a first round that is not counted; returns the times of each, in
 * milliseconds.
 */
async function askInTurns(
  bench: Bench,
  daemons: readonly Daemon[],
  request: unknown,
  before?: Before,
): Promise<number[][]> {
  const times: number[][] = daemons.map(() => []);
  const count = bench.isQuick ? 5 : 17;
  for (let turn = 0; turn <= (bench.isQuick ? 1 : 3); turn++) {
    const order = [...daemons.entries()];
    for (const [i, daemon] of turn % 2 === 0 ? order : order.reverse()) {
      const options: ReadOptions = {
        socket: daemon.socket,
        request,
        count,
        ...before === undefined ? {} : { before: before(turn, count) },
      };
      const report = await runTool<ReadReport>("read_client.ts", options);
      if (!/^\{"type":"(?:sessions|detail)"/.test(report.start)) {
        throw new Error(`${daemon.name} answered with ${report.start}`);
      }
      if (turn > 0) times[i]?.push(...report.times);
    }
  }
  return times;
}

/** Measures the memory of daemons before and after they have stored events. */
export async function measureMemory(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  await using ours = await startOurs(bench, bundle, { name: "m1" });
  await using reference = bench.reference === null
    ? null
    : await startReference(bench, bench.reference, { name: "m2" });
  const common = {
    group: "memory",
    packages: bundle.packages,
    unit: "MiB",
    better: "less",
    ours: ours.name,
  } as const;
  const add = async (work: string) => {
    bench.board.add({
      ...common,
      work,
      values: [await residentMib(ours.pid)],
      ...reference === null ? {} : {
        peer: reference.name,
        peerValues: [await residentMib(reference.pid)],
        target: 1,
      },
    });
  };
  await add("right after the start");
  await using bare = await startTool(
    "commit_server.ts",
    {
      folder: bench.folder,
      socket: `${bench.folder}/bare-m.sock`,
    } satisfies CommitServerOptions,
  );
  bench.board.add({
    ...common,
    work: "right after the start",
    values: [await residentMib(ours.pid)],
    peer: "a bare server in the same runtime",
    peerValues: [await residentMib(bare.pid)],
  });
  const events = bench.isQuick ? 500 : 5000;
  const daemons = reference === null ? [ours] : [ours, reference];
  for (const daemon of daemons) await storeEvents(daemon, events);
  await add(`after ${events} events, 32 clients`);
  const alone = async (daemon: Daemon, work: string) =>
    bench.board.add({
      ...common,
      work,
      values: [await residentMib(daemon.pid)],
    });
  const many = bench.isQuick ? 1000 : MANY_EVENTS;
  await storeEvents(ours, many - events);
  await alone(ours, `after ${many} events (target: ${LOADED_TARGET_MIB} MiB)`);
  await fill(bench, "m3", { sessions: 1, eventsEach: many, prefix: "huge" });
  await using reader = await startOurs(bench, bundle, { name: "m3" });
  await alone(reader, `idle (target: ${IDLE_TARGET_MIB} MiB)`);
  const options: ReadOptions = {
    socket: reader.socket,
    request: {
      type: "get_session_detail",
      id: "huge-0",
      workspace: reader.workspace,
    },
    count: 5,
  };
  const { bytes } = await runTool<ReadReport>("read_client.ts", options);
  await alone(
    reader,
    `after 5 details of ${many} events, ${
      Math.round(bytes / 2 ** 20)
    } MiB each`,
  );
}

async function storeEvents(daemon: Daemon, events: number): Promise<void> {
  let stored = 0;
  for (let turn = 0; stored < events; turn++) {
    const options: LoadOptions = {
      socket: daemon.socket,
      clients: 32,
      seconds: 1,
      payloadBytes: 300,
      workspace: daemon.workspace,
      prefix: `memory-${turn}`,
    };
    stored += (await runTool<LoadReport>("load_client.ts", options)).acked;
  }
}

async function fill(
  bench: Bench,
  name: string,
  what: Pick<FillOptions, "sessions" | "eventsEach" | "prefix">,
): Promise<void> {
  const home = homePath(bench, name);
  await Deno.mkdir(home, { recursive: true, mode: 0o700 });
  const options: FillOptions = {
    ...what,
    path: `${home}/store.db`,
    payloadBytes: 300,
    workspace: `${bench.folder}/workspace`,
  };
  await runTool("fill_store.ts", options);
}

/** Stores the same events in a daemon over its socket. */
async function teach(daemon: Daemon): Promise<void> {
  const some = { payloadBytes: 300, workspace: daemon.workspace };
  const requests = [
    ...makeRequests({
      ...some,
      sessions: SOME_SESSIONS,
      eventsEach: 1,
      prefix: "one",
    }),
    ...makeRequests({
      ...some,
      sessions: 1,
      eventsEach: LONG_SESSION,
      prefix: "long",
    }),
  ];
  const buffer = new Uint8Array(4096);
  for (const request of requests) {
    const body = new TextEncoder().encode(JSON.stringify(request));
    const frame = new Uint8Array(4 + body.length);
    new DataView(frame.buffer).setUint32(0, body.length);
    frame.set(body, 4);
    using conn = await Deno.connect({ transport: "unix", path: daemon.socket });
    await conn.write(frame);
    await conn.read(buffer);
  }
}

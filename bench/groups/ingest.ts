// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How many events a second a daemon stores, against SQLite's own commits, against itself with a
 * hundred times as many stored events, and against the reference.
 * @module
 */
import type { CommitServerOptions } from "../commit_server.ts";
import { type Bench, runTool, startTool } from "../lib/bench.ts";
import type { Row } from "../lib/board.ts";
import { type Daemon, startFilled, startReference } from "../lib/daemons.ts";
import type { LoadOptions, LoadReport } from "../load_client.ts";
import type { CommitOptions } from "../sqlite_commits.ts";

const PAYLOADS = [
  { bytes: 300, label: "0.3 KiB" },
  { bytes: 4096, label: "4 KiB" },
  { bytes: 65_536, label: "64 KiB" },
] as const;
const CLIENTS = [1, 8, 32, 128] as const;
const SMALL = 10_000;
const LARGE = 1_000_000;
const SQLITE = "SQLite, one row a commit";
const BARE = "a bare server, one row a commit";
/**
 * Targets for the ratio of durable ingests to SQLite's own commits, by the number of clients;
 * measured with the smallest payload.
 */
const TARGETS: Readonly<Record<number, number>> = { 1: 0.45, 32: 1.75 };
const GROWN_TARGET = 0.9;

/** Runs the matrix; every daemon is measured in every round. */
export async function measureIngest(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  const large = bench.isQuick ? 50_000 : LARGE;
  await using few = await startFilled(bench, bundle, {
    name: "i1",
    events: SMALL,
  });
  await using many = await startFilled(bench, bundle, {
    name: "i2",
    events: large,
  });
  const small = { name: "10 thousand stored", daemon: few };
  const grown = { name: `${words(large)} stored`, daemon: many };
  await using reference = bench.reference === null
    ? null
    : await startReference(bench, bench.reference, { name: "i3" });
  if (reference === null) {
    bench.board.skip({
      group: "ingest",
      work: "the reference",
      why: "is not installed",
    });
  } else await fillByLoad(reference, bench.isQuick ? 1000 : SMALL);
  const bare = {
    socket: `${bench.folder}/bare.sock`,
    workspace: few.workspace,
  };
  const commits: CommitServerOptions = {
    folder: bench.folder,
    socket: bare.socket,
  };
  await using _bare = await startTool("commit_server.ts", commits);
  const table = new Table(bench, bundle.packages);
  for (const { bytes, label } of PAYLOADS) {
    for (const clients of CLIENTS) {
      // The bounds of a single client; many clients are bounded by what they achieve together.
      const isBounded = bytes === 300 && clients === 1;
      const rates = await measureRates({
        bench,
        clients,
        payloadBytes: bytes,
        daemons: [
          small,
          grown,
          ...named(reference),
          ...isBounded ? [{ name: BARE, daemon: bare }] : [],
        ],
      });
      table.add(rates, { clients, label, isSmallest: bytes === 300 });
    }
  }
}

interface Contestant {
  name: string;
  daemon: Pick<Daemon, "socket" | "workspace">;
}

interface Turns {
  /** Events a second, round by round. */
  rate: number[];
  p50: number[];
  p99: number[];
}

interface Rates {
  bench: Bench;
  clients: number;
  payloadBytes: number;
  daemons: readonly Contestant[];
}

async function measureRates(
  { bench, clients, payloadBytes, daemons }: Rates,
): Promise<Map<string, Turns>> {
  const rounds = bench.isQuick ? 2 : 5;
  const seconds = bench.isQuick ? 0.3 : 1.5;
  const all = new Map<string, Turns>();
  const turnsOf = (name: string) => {
    const turns = all.get(name) ?? { rate: [], p50: [], p99: [] };
    all.set(name, turns);
    return turns;
  };
  for (let round = 0; round < rounds; round++) {
    const folder = bench.folder;
    const options: CommitOptions = { folder, seconds, payloadBytes };
    const { rate } = await runTool<{ rate: number }>(
      "sqlite_commits.ts",
      options,
    );
    turnsOf(SQLITE).rate.push(rate);
    const order = round % 2 === 0 ? daemons : daemons.toReversed();
    for (const { name, daemon } of order) {
      const options: LoadOptions = {
        socket: daemon.socket,
        clients,
        seconds,
        payloadBytes,
        workspace: daemon.workspace,
        prefix: `load-${payloadBytes}-${clients}-${round}`,
      };
      const report = await runTool<LoadReport>("load_client.ts", options);
      if (report.refused > 0) {
        throw new Error(`${name} refused ${report.refused} events`);
      }
      const turns = turnsOf(name);
      turns.rate.push(report.rate);
      turns.p50.push(report.p50Ms);
      turns.p99.push(report.p99Ms);
    }
  }
  return all;
}

/** Adds the measurements to the board. */
class Table {
  readonly #bench: Bench;
  readonly #packages: string;

  constructor(bench: Bench, packages: string) {
    this.#bench = bench;
    this.#packages = packages;
  }

  add(
    rates: ReadonlyMap<string, Turns>,
    { clients, label, isSmallest }: {
      clients: number;
      label: string;
      isSmallest: boolean;
    },
  ): void {
    const [ours, grown, reference] = [...rates].filter(([name]) =>
      name !== SQLITE && name !== BARE
    );
    const sqlite = rates.get(SQLITE);
    const bare = rates.get(BARE);
    if (ours === undefined || grown === undefined || sqlite === undefined) {
      return;
    }
    const who = `${clients} client${clients === 1 ? "" : "s"}, ${label}`;
    const row = (
      work: string,
      [name, turns]: [string, Turns],
      more: Partial<Row> = {},
    ) =>
      this.#bench.board.add({
        group: "ingest",
        work: `${who}: ${work}`,
        packages: this.#packages,
        unit: "/s",
        better: "more",
        ours: name,
        values: turns.rate,
        ...more,
      });
    const target = isSmallest ? TARGETS[clients] : undefined;
    row("events stored", ours, {
      peer: SQLITE,
      peerValues: sqlite.rate,
      ...target === undefined ? {} : { target },
    });
    if (bare !== undefined) {
      const peer = { peer: SQLITE, peerValues: sqlite.rate };
      row("the same by as little as a daemon can do", [BARE, bare], peer);
    }
    row("events stored", grown, {
      peer: ours[0],
      peerValues: ours[1].rate,
      ...isSmallest ? { target: GROWN_TARGET } : {},
    });
    if (reference !== undefined) {
      row("events stored", ours, {
        peer: reference[0],
        peerValues: reference[1].rate,
        target: 1,
      });
    }
    for (const which of ["p50", "p99"] as const) {
      row(`${which} until the ack`, ours, {
        unit: "ms",
        better: "less",
        values: ours[1][which],
        ...reference === undefined
          ? {}
          : { peer: reference[0], peerValues: reference[1][which] },
      });
    }
  }
}

async function fillByLoad(daemon: Daemon, events: number): Promise<void> {
  let stored = 0;
  for (let turn = 0; stored < events; turn++) {
    const options: LoadOptions = {
      socket: daemon.socket,
      clients: 16,
      seconds: 2,
      payloadBytes: 300,
      workspace: daemon.workspace,
      prefix: `fill-${turn}`,
    };
    stored += (await runTool<LoadReport>("load_client.ts", options)).acked;
  }
}

function named(reference: Daemon | null): Contestant[] {
  return reference === null
    ? []
    : [{ name: "the reference, 10 thousand stored", daemon: reference }];
}

function words(events: number): string {
  return events === LARGE ? "1 million" : `${events}`;
}

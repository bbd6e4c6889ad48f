// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How many events a second a daemon stores, by the number of stored events.
 * @module
 */
import { type Bench, runTool } from "../lib/bench.ts";
import { type Daemon, startFilled } from "../lib/daemons.ts";
import type { LoadOptions, LoadReport } from "../load_client.ts";

/** Numbers of events in the store at the start. */
const SIZES = [1000, 10_000, 100_000, 1_000_000];
const QUICK_SIZES = [1000, 10_000];
const CLIENTS = 8;
const PAYLOAD_BYTES = 300;

/** Measures each daemon once in every round. */
export async function measureGrowth(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  await using stack = new AsyncDisposableStack();
  const daemons: { events: number; daemon: Daemon; rates: number[] }[] = [];
  for (const events of bench.isQuick ? QUICK_SIZES : SIZES) {
    const daemon = await startFilled(bench, bundle, {
      name: `g${events}`,
      events,
    });
    stack.use(daemon);
    daemons.push({ events, daemon, rates: [] });
  }
  const seconds = bench.isQuick ? 0.3 : 1.5;
  for (let round = 0; round < (bench.isQuick ? 2 : 7); round++) {
    const order = round % 2 === 0 ? daemons : daemons.toReversed();
    for (const { daemon, rates } of order) {
      const options: LoadOptions = {
        socket: daemon.socket,
        clients: CLIENTS,
        seconds,
        payloadBytes: PAYLOAD_BYTES,
        workspace: daemon.workspace,
        prefix: `grown-${round}`,
      };
      const { rate } = await runTool<LoadReport>("load_client.ts", options);
      rates.push(rate);
    }
  }
  const [smallest] = daemons;
  for (const { events, rates } of daemons) {
    bench.board.add({
      group: "growth",
      work: `events stored, ${CLIENTS} clients`,
      packages: bundle.packages,
      unit: "/s",
      better: "more",
      ours: `${events} stored`,
      values: rates,
      ...smallest === undefined || events === smallest.events ? {} : {
        peer: `${smallest.events} stored`,
        peerValues: smallest.rates,
      },
    });
  }
}

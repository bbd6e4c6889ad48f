// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Sends hook events over a daemon's socket from a number of clients in this one process: each
 * connects, sends a frame, waits for the whole answer, and begins again. Prints one JSON object
 * with the number of events and the times.
 *
 *     deno run -A bench/load_client.ts '{"socket":…,"clients":8,"seconds":2,"payloadBytes":300,…}'
 * @module
 */
import { quantile } from "./lib/statistics.ts";

/** The events to send. */
export interface LoadOptions {
  socket: string;
  clients: number;
  /** Duration in seconds; each client sends at least one event. */
  seconds: number;
  /** Length of the agent's JSON. */
  payloadBytes: number;
  workspace: string;
  /** Prefix of the session ids; each client has a session of its own. */
  prefix: string;
}

/** The result. */
export interface LoadReport {
  acked: number;
  refused: number;
  seconds: number;
  /** Events a second. */
  rate: number;
  p50Ms: number;
  p99Ms: number;
}

const encoder = new TextEncoder();
const ACK = encoder.encode('{"type":"ack"');

/** Makes the frame of one event, with a unique id. */
function makeFrame(
  options: Pick<LoadOptions, "payloadBytes" | "workspace">,
  session: string,
  n: number,
): Uint8Array<ArrayBuffer> {
  const event = {
    session_id: session,
    hook_event_name: n % 2 === 0 ? "PreToolUse" : "PostToolUse",
    tool_name: "Bash",
    tool_use_id: `call-${n >> 1}`,
    timestamp_ms: 1_700_000_000_000 + n,
    kaizen_id: crypto.randomUUID(),
    cwd: options.workspace,
    tool_input: { command: "" },
  };
  const bare = JSON.stringify(event).length;
  event.tool_input.command = "x".repeat(
    Math.max(0, options.payloadBytes - bare),
  );
  const body = encoder.encode(JSON.stringify({
    type: "ingest_hook",
    source: "claude",
    payload: JSON.stringify(event),
    workspace: options.workspace,
  }));
  const frame = new Uint8Array(4 + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, 4);
  return frame;
}

/** Sends events to a daemon. */
export async function load(options: LoadOptions): Promise<LoadReport> {
  const latencies: number[] = [];
  let refused = 0;
  const start = performance.now();
  const end = start + options.seconds * 1000;
  async function runClient(client: number): Promise<void> {
    const answer = new Uint8Array(4096);
    const session = `${options.prefix}-${client}`;
    for (let n = 0; n === 0 || performance.now() < end; n++) {
      const frame = makeFrame(options, session, n);
      const before = performance.now();
      const length = await exchange(options.socket, frame, answer);
      latencies.push(performance.now() - before);
      const isAck = ACK.every((byte, i) => answer[4 + i] === byte);
      if (length < ACK.length || !isAck) refused++;
    }
  }
  await Promise.all(
    Array.from({ length: options.clients }, (_, i) => runClient(i)),
  );
  const seconds = (performance.now() - start) / 1000;
  const sorted = latencies.sort((a, b) => a - b);
  return {
    acked: sorted.length - refused,
    refused,
    seconds,
    rate: (sorted.length - refused) / seconds,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  };
}

/** Sends a frame, reads a small answer whole, and returns the answer's length with its header. */
async function exchange(
  path: string,
  frame: Uint8Array,
  answer: Uint8Array<ArrayBuffer>,
): Promise<number> {
  using conn = await Deno.connect({ transport: "unix", path });
  for (let sent = 0; sent < frame.length;) {
    sent += await conn.write(frame.subarray(sent));
  }
  let have = 0;
  for (let n; (n = await conn.read(answer.subarray(have))) !== null;) {
    have += n;
    if (have < 4) continue;
    const length = new DataView(answer.buffer).getUint32(0);
    if (have >= 4 + length) return have;
    if (4 + length > answer.length) return 0;
  }
  return have;
}

if (import.meta.main) {
  const options: LoadOptions = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify(await load(options)));
}

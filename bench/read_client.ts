// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Asks a daemon the same question again and again, and measures from connecting to the last byte.
 * Prints one JSON object.
 *
 *     deno run -A bench/read_client.ts '{"socket":…,"request":{"type":"status"},"count":50}'
 * @module
 */

/** The request, and the number of times to send it. */
export interface ReadOptions {
  socket: string;
  request: unknown;
  count: number;
  /** Requests of which one is answered before each question, out of its time. */
  before?: readonly unknown[];
}

/** The result. */
export interface ReadReport {
  /** Time of each answer, in milliseconds. */
  times: number[];
  /** Length of the last answer. */
  bytes: number;
  /** First characters of the last answer. */
  start: string;
}

const HEADER_BYTES = 4;
const CHUNK_BYTES = 256 * 1024;
const START_BYTES = 200;

/** Sends the requests. */
async function readAnswers(options: ReadOptions): Promise<ReadReport> {
  const frame = makeFrame(options.request);
  const buffer = new Uint8Array(CHUNK_BYTES);
  const decoder = new TextDecoder();
  const report: ReadReport = { times: [], bytes: 0, start: "" };
  for (let i = 0; i < options.count; i++) {
    const other = options.before?.[i];
    if (other !== undefined) await answer(options.socket, makeFrame(other));
    const before = performance.now();
    using conn = await Deno.connect({
      transport: "unix",
      path: options.socket,
    });
    await conn.write(frame);
    report.bytes = -HEADER_BYTES;
    report.start = "";
    for (let n; (n = await conn.read(buffer)) !== null;) {
      if (report.start.length < START_BYTES) {
        const skipped = Math.max(0, -report.bytes); // the header may come alone
        report.start += decoder.decode(buffer.subarray(skipped, n))
          .slice(0, START_BYTES);
      }
      report.bytes += n;
    }
    report.times.push(performance.now() - before);
  }
  return report;
}

function makeFrame(request: unknown): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(request));
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

async function answer(path: string, frame: Uint8Array): Promise<void> {
  using conn = await Deno.connect({ transport: "unix", path });
  await conn.write(frame);
  await conn.read(new Uint8Array(CHUNK_BYTES));
}

if (import.meta.main) {
  const options: ReadOptions = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify(await readAnswers(options)));
}

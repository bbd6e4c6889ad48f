// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Runs targets, each in a worker: a target that hangs is ended, and its input is known.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { MAX_INPUT_BYTES } from "../../tests/fuzz/inputs.ts";
import { TARGETS } from "../../tests/fuzz/targets.ts";
import { ROOT } from "./project.ts";

/** An input that takes longer hangs. */
const PATIENCE_MS = 20_000;
/** A slower input is a fault, in milliseconds; far more than any takes, even on a busy machine. */
const MAX_INPUT_MS = 5000;
/** Largest growth of the heap in the second half of a run, in bytes. */
const MAX_GROWTH_BYTES = 32 * 1024 * 1024;
const EXIT_USAGE = 64;

/** The report of a worker. */
interface WorkerReport {
  inputs: number;
  outcomes: number;
  slowestMs: number;
  grownBytes: number | null;
  fault: { input: Uint8Array; message: string } | null;
}

const { _: words, ...options } = parseArgs(Deno.args, {
  string: ["inputs", "seed", "_"],
});
const inputs = String(options["inputs"] ?? 1_000_000);
const seed = String(options["seed"] ?? Date.now() % 2 ** 31);
const chosen = words.length > 0 ? words.map(String) : [...TARGETS.keys()];
const unknown = chosen.find((name) => !TARGETS.has(name));
if (unknown !== undefined || !/^\d+$/.test(inputs) || !/^\d+$/.test(seed)) {
  console.error(
    `kaizen: usage: scripts/fuzz [TARGET…] [--inputs N] [--seed N]; targets: ${
      [...TARGETS.keys()].join(", ")
    }`,
  );
  Deno.exit(EXIT_USAGE);
}
console.log(`seed ${seed}`);
console.log("target              inputs  outcomes  slowest    heap  seconds");
for (const name of chosen) {
  if (await fuzz(name)) Deno.exitCode = 1;
}

/** Runs one target, prints its row, and returns whether it found a fault. */
async function fuzz(name: string): Promise<boolean> {
  const start = performance.now();
  const report = await runWorker(name);
  const { fault, grownBytes } = report;
  const seconds = (performance.now() - start) / 1000;
  console.log([
    name.padEnd(18),
    `${report.inputs}`.padStart(8),
    `${report.outcomes}`.padStart(9),
    `${report.slowestMs.toFixed(0)} ms`.padStart(8),
    `${((grownBytes ?? 0) / 1024 ** 2).toFixed(1)} MB`.padStart(7),
    seconds.toFixed(0).padStart(8),
  ].join(" "));
  if (fault !== null) {
    const folder = `${ROOT}/tests/fixtures/fuzz/${name}`;
    await Deno.mkdir(folder, { recursive: true });
    const digest = await crypto.subtle.digest(
      "SHA-256",
      new Uint8Array(fault.input),
    );
    const path = `${folder}/${new Uint8Array(digest).toHex().slice(0, 12)}`;
    await Deno.writeFile(path, fault.input);
    console.log(`  ${fault.message.replaceAll("\n", "\n  ")}`);
    console.log(`  input: ${path.slice(ROOT.length + 1)}`);
    return true;
  }
  if (report.slowestMs > MAX_INPUT_MS) {
    console.log("  one input was too slow");
    return true;
  }
  if (grownBytes !== null && grownBytes > MAX_GROWTH_BYTES) {
    console.log("  the heap grew");
    return true;
  }
  return false;
}

/** Runs a target in a worker, and ends the worker if one input takes too long. */
function runWorker(name: string): Promise<WorkerReport> {
  // The number of the input, its length, and its bytes.
  const shared = new SharedArrayBuffer(8 + MAX_INPUT_BYTES);
  const head = new Int32Array(shared, 0, 2);
  const worker = new Worker(new URL("fuzz_worker.ts", import.meta.url), {
    type: "module",
  });
  worker.postMessage({
    name,
    inputs: Number(inputs),
    seed: Number(seed),
    shared,
  });
  return new Promise((resolve, reject) => {
    let last = -1;
    const timer = setInterval(() => {
      const count = Atomics.load(head, 0);
      if (count !== last) {
        last = count;
        return;
      }
      clearInterval(timer);
      worker.terminate();
      const input = new Uint8Array(shared, 8, Atomics.load(head, 1)).slice();
      resolve({
        inputs: count,
        outcomes: 0,
        slowestMs: PATIENCE_MS,
        grownBytes: null,
        fault: { input, message: "it hangs" },
      });
    }, PATIENCE_MS);
    worker.onmessage = ({ data }: MessageEvent<WorkerReport>) => {
      clearInterval(timer);
      worker.terminate();
      resolve(data);
    };
    worker.onerror = (event) => {
      clearInterval(timer);
      reject(new Error(event.message));
    };
  });
}

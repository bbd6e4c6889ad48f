// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs one target for `fuzz.ts`, and keeps its current input where that can see it.
 * @module
 */
import { runTarget } from "../../tests/fuzz/fuzz_run.ts";
import { TARGETS } from "../../tests/fuzz/targets.ts";

/** The run to do. */
interface Work {
  name: string;
  inputs: number;
  seed: number;
  /** The number of the current input, its length, and its bytes. */
  shared: SharedArrayBuffer;
}

/** The part of a worker that this file needs. */
interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(
    type: "message",
    listener: (event: MessageEvent<Work>) => void,
  ): void;
}

declare const self: WorkerScope;

self.addEventListener("message", ({ data }) => void work(data));

async function work({ name, inputs, seed, shared }: Work): Promise<void> {
  const target = TARGETS.get(name);
  if (target === undefined) throw new RangeError(`Cannot fuzz "${name}"`);
  const head = new Int32Array(shared, 0, 2);
  const bytes = new Uint8Array(shared, 8);
  const { fault, ...report } = await runTarget(target, {
    inputs,
    seed,
    onInput(input, count) {
      bytes.set(input);
      Atomics.store(head, 1, input.length);
      Atomics.store(head, 0, count);
    },
  });
  const message = fault && {
    input: fault.input,
    message: fault.error instanceof Error
      ? `${fault.error.stack ?? fault.error.message}`
      : String(fault.error),
  };
  self.postMessage({ ...report, fault: message });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs a target on many inputs.
 * @module
 */
import { InputSource } from "./inputs.ts";
import { Random } from "./random.ts";
import type { FuzzSession, FuzzTarget } from "./target.ts";

/** How to run a target. */
export interface FuzzOptions {
  inputs: number;
  seed: number;
  /** Is called before each input, so that it is known if the target hangs or the process dies. */
  onInput?: (input: Uint8Array, count: number) => void;
}

/** The result of a run. */
export interface FuzzReport {
  inputs: number;
  /** Kinds of outcomes: an input that led to a new one was mutated further. */
  outcomes: number;
  /** The longest that one input took, in milliseconds. */
  slowestMs: number;
  /** Growth of the heap in the second half, in bytes; null without `--expose-gc`. */
  grownBytes: number | null;
  fault: FuzzFault | null;
}

/** An input for which something is not true that must be. */
export interface FuzzFault {
  /** The shortest input that was found for it. */
  input: Uint8Array;
  error: unknown;
}

/** Attempts to shorten a found input. */
const SHORTER_TRIES = 3000;

declare global {
  /** Frees what is not used any more; the runtime has it with `--expose-gc`. */
  var gc: (() => void) | undefined;
}

/** Runs a target until an input breaks one of its rules, or all inputs are tried. */
export async function runTarget(
  target: FuzzTarget,
  { inputs, seed, onInput }: FuzzOptions,
): Promise<FuzzReport> {
  const source = new InputSource(new Random(seed), await target.examples());
  await using session = await target.open();
  const seen = new Set<string>();
  const report: FuzzReport = {
    inputs: 0,
    outcomes: 0,
    slowestMs: 0,
    grownBytes: null,
    fault: null,
  };
  let halfBytes = 0;
  const stackLines = Error.stackTraceLimit;
  // A stack takes longer than all else in a refusal.
  Error.stackTraceLimit = 0;
  while (report.inputs < inputs) {
    const input = source.next();
    onInput?.(input, report.inputs);
    report.inputs++;
    const start = performance.now();
    try {
      const outcome = session.run(input);
      const words = typeof outcome === "string" ? outcome : await outcome;
      if (!seen.has(words)) {
        seen.add(words);
        source.keep(input);
      }
    } catch (error) {
      Error.stackTraceLimit = stackLines;
      report.fault = await shorten(session, {
        input,
        error: await errorOf(session, input) ?? error,
      });
      break;
    }
    report.slowestMs = Math.max(report.slowestMs, performance.now() - start);
    if (report.inputs === inputs >> 1) halfBytes = heapBytes() ?? 0;
  }
  Error.stackTraceLimit = stackLines;
  const endBytes = heapBytes();
  if (endBytes !== null) report.grownBytes = endBytes - halfBytes;
  report.outcomes = seen.size;
  return report;
}

function heapBytes(): number | null {
  if (globalThis.gc === undefined) return null;
  globalThis.gc();
  return Deno.memoryUsage().heapUsed;
}

/** Removes parts of an input while it leads to the same error. */
async function shorten(
  session: FuzzSession,
  found: FuzzFault,
): Promise<FuzzFault> {
  let best = found;
  let step = found.input.length >> 1;
  let tries = 0;
  while (step > 0 && tries < SHORTER_TRIES) {
    let isShorter = false;
    for (let at = 0; at < best.input.length && tries < SHORTER_TRIES;) {
      tries++;
      const input = Uint8Array.from([
        ...best.input.subarray(0, at),
        ...best.input.subarray(at + step),
      ]);
      const error = await errorOf(session, input);
      if (error !== null && nameOf(error) === nameOf(best.error)) {
        best = { input, error };
        isShorter = true;
      } else at += step;
    }
    if (!isShorter) step >>= 1;
  }
  return best;
}

async function errorOf(
  session: FuzzSession,
  input: Uint8Array,
): Promise<unknown> {
  try {
    await session.run(input);
    return null;
  } catch (error) {
    return error;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Plays a path once without a fault, and then once for each point that it has.
 * @module
 */
import type { Home } from "../e2e/harness.ts";
import { findInjected, findPoints, type Point, printPoint } from "./inject.ts";
import { FAULT_PATHS } from "./paths.ts";
import { Scene } from "./scene.ts";

/** Which points to play. */
export interface RunOptions {
  /** Plays each Nth point only. */
  every: number;
  /** The first point, as a number from 0 to `every` - 1. */
  offset?: number;
  /** Plays these points only, as the table prints them. */
  only?: ReadonlySet<string>;
  /** How many are played at once (default 1). */
  jobs?: number;
  /** How often a point is played that is passed by each time (default 1). */
  tries?: number;
  /** Called after each point. */
  onResult?: (result: PointResult) => void;
}

/** The outcome of a point. */
export interface PointResult {
  point: Point;
  /** In a word or two. */
  outcome: string;
  /** Null if all promises were kept. */
  broken: string | null;
}

const PASSED_BY = "passed by";

/**
 * Plays a path.
 *
 * @param home Its daemon must be running.
 * @throws {Error} If the path fails without a fault, or there is no such path.
 */
export async function runPath(
  name: string,
  home: Home,
  options: RunOptions,
): Promise<PointResult[]> {
  const path = FAULT_PATHS.get(name);
  if (path === undefined) throw new TypeError(`No path: ${name}`);
  // The runtime keeps what it has compiled, which is other calls in the first run.
  const first = new Scene(home, `${name}-first`, null);
  await path.play(first, async () => {});
  await first.remove();
  const sound = new Scene(home, `${name}-sound`, null);
  let before = "";
  await path.play(sound, async () => {
    before = await sound.readTrace();
  });
  const after = path.isAfterStart === true ? before : "";
  const points = findPoints(await sound.readTrace(), sound.folder, after);
  await sound.remove();
  const { every, offset = 0, only, jobs = 1, tries = 1 } = options;
  const chosen = points.filter((point, at) =>
    only?.has(printPoint(point)) ?? at % every === offset
  ).values();
  const results: PointResult[] = [];
  async function playChosen(): Promise<void> {
    for (const point of chosen) {
      let result = await playPoint(name, home, point);
      for (let left = tries - 1; left > 0 && isPassedBy(result); left--) {
        result = await playPoint(name, home, point);
      }
      results.push(result);
      options.onResult?.(result);
    }
  }
  await Promise.all(Array.from({ length: jobs }, playChosen));
  return results;
}

/** Whether the call was not made this time: the threads of a process take turns differently. */
export function isPassedBy({ outcome }: PointResult): boolean {
  return outcome === PASSED_BY;
}

async function playPoint(
  name: string,
  home: Home,
  point: Point,
): Promise<PointResult> {
  const scene = new Scene(home, `${name}-${crypto.randomUUID()}`, point);
  let outcome = "BROKEN";
  let broken: string | null = null;
  try {
    outcome = await FAULT_PATHS.get(name)?.play(scene, async () => {}) ?? "";
  } catch (error) {
    broken = error instanceof Error ? error.message : String(error);
  }
  const trace = await scene.readTrace();
  const { ours, others, isSignalLost } = findInjected(
    trace,
    point,
    scene.folder,
  );
  // Another order of calls may pass the point by, or make it one of the runtime's own.
  const isPassed = broken === null
    ? ours.length === 0
    : isSignalLost || ours.length === 0 && others.length > 0;
  if (isPassed) [outcome, broken] = [PASSED_BY, null];
  if (broken === null) await scene.remove();
  else broken = [...ours, broken].join("\n");
  return { point, outcome, broken };
}

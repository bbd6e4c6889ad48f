// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds what grows in the figures of a soak.
 * @module
 */

/** A look at the daemon. Each time is that within which 99 of 100 were done since the last look. */
export interface Figures {
  atMs: number;
  events: number;
  rssBytes: number;
  descriptors: number;
  walBytes: number;
  storeBytes: number;
  /** Events that were sent over the socket. */
  ackMs: number;
  /** Events that a hook recorded, with its start. */
  hookMs: number;
  /** Answers. */
  readMs: number;
  /** How late this process woke up from a pause: the machine's part of the other times. */
  lateMs: number;
}

/** Growth that is no growth: of memory and of the log, in bytes, and of descriptors. */
const FREE_BYTES = 24 * 1024 * 1024;
const FREE_DESCRIPTORS = 12;
/** A larger factor is growth. Times vary more than sizes. */
const GROWTH = 1.25;
const SLOWER = 2;
/** Delay that is none, in milliseconds. */
const FREE_MS = 100;

/**
 * Compares the last quarter with the one before it, in both of which the same daemon ran. A time
 * grows if it is more than twice what it was and 100 ms, and more than the machine grew slower.
 *
 * @returns What grows, in words.
 */
export function findGrowth(figures: readonly Figures[]): string[] {
  const quarter = Math.floor(figures.length / 4);
  const end = figures.slice(figures.length - quarter);
  const before = figures.slice(-2 * quarter, figures.length - quarter);
  const medians = (of: (it: Figures) => number) =>
    [before, end].map((rows) => median(rows.map(of)));
  const faults: string[] = [];
  const compare = (name: string, of: (it: Figures) => number, free: number) => {
    const [was = 0, is = 0] = medians(of);
    if (is > was * GROWTH + free) {
      faults.push(`${name} grows: from ${was} to ${is}`);
    }
  };
  compare("memory", ({ rssBytes }) => rssBytes, FREE_BYTES);
  compare("the log of the store", ({ walBytes }) => walBytes, FREE_BYTES);
  compare(
    "the number of descriptors",
    ({ descriptors }) => descriptors,
    FREE_DESCRIPTORS,
  );
  const [lateBefore = 0, late = 0] = medians(({ lateMs }) => lateMs);
  const machine = Math.max(1, (late + 1) / (lateBefore + 1));
  const time = (name: string, of: (it: Figures) => number) => {
    const [was = 0, is = 0] = medians(of);
    if (is > was * SLOWER * machine + FREE_MS) {
      faults.push(
        `${name} grow slower: p99 from ${was.toFixed(0)} to ${
          is.toFixed(0)
        } ms`,
      );
    }
  };
  time("events", ({ ackMs }) => ackMs);
  time("hooks", ({ hookMs }) => hookMs);
  time("answers", ({ readMs }) => readMs);
  return faults;
}

/** Returns the median of each tenth of the run, such as `12 13 11`, in milliseconds. */
export function printTenths(
  figures: readonly Figures[],
  of: (it: Figures) => number,
): string {
  return Array.from({ length: 10 }, (_, n) => {
    const [from = 0, to = 0] = [n, n + 1]
      .map((it) => Math.round(it * figures.length / 10));
    return median(figures.slice(from, to).map(of)).toFixed(0);
  }).join(" ");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

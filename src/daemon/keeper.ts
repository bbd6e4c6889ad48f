// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Deletes old sessions by itself, if the user's `config.toml` says how long to keep them.
 * @module
 */
import { pause } from "../context/mod.ts";
import { readConfig } from "../privacy/mod.ts";

/** How often the configuration is read, in milliseconds. A day late is early enough for an age. */
const CHECK_MS = 3_600_000;

/** The parts of {@linkcode keepForSomeTime}. */
export interface KeeperOptions {
  /** Absolute path. */
  home: string;
  /** Wall clock in epoch milliseconds. */
  now: () => number;
  /** Returns the time of the newest activity in epoch milliseconds, null if there is none. */
  newestMs: () => number | null;
  /** Deletes the sessions without activity since a time in epoch milliseconds. */
  prune: (beforeMs: number) => Promise<void>;
  /** Receives the fault of a configuration that cannot be used. */
  onFault: (error: unknown) => void;
  /** Ends the work. */
  signal: AbortSignal;
}

/**
 * Deletes sessions that are older than `keep`, at once and every hour after that.
 *
 * The age counts from the newest activity if that is earlier than now: a clock that is wrong for a
 * while must not delete all sessions.
 */
export async function keepForSomeTime(options: KeeperOptions): Promise<void> {
  const { home, now, newestMs, prune, onFault, signal } = options;
  while (!signal.aborted) {
    try {
      const keepMs = (await readConfig(home))?.keepMs ?? null;
      const newest = newestMs();
      if (keepMs !== null && newest !== null) {
        await prune(Math.max(0, Math.min(now(), newest) - keepMs));
      }
    } catch (error) {
      onFault(error);
    }
    await pause(CHECK_MS, signal);
  }
}

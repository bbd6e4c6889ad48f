// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders the size of the store, and what was deleted from it, as text.
 * @module
 */
import {
  formatBytes,
  formatDuration,
  formatNumberOf,
  formatSpan,
} from "../../output/mod.ts";
import type { AnswerOf } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines } from "../shell/print.ts";
import type { StorePruneOptions } from "./options.ts";

/**
 * Prints the number of deleted sessions.
 *
 * @param verb "Deleted" or "Would delete".
 */
export async function printPruned(
  answer: StoreCounts,
  verb: string,
  options: StorePruneOptions,
  run: Run,
): Promise<void> {
  if (run.settings.format !== "text") return await printJson(run, answer);
  await printLines(run, [
    `${verb} ${describeRemoved(answer, options)}.`,
    `Kept: ${describeStore(answer)}`,
  ]);
}

/** The answer to a store request. */
export type StoreCounts = Omit<AnswerOf<"store">, "type">;

/** Describes how much was deleted, and the age from which on events were. */
export function describeRemoved(
  { removed_sessions, removed_events }: StoreCounts,
  { olderThanMs }: Pick<StorePruneOptions, "olderThanMs">,
): string {
  const sessions = formatNumberOf(removed_sessions ?? 0, "session");
  const events = formatNumberOf(removed_events ?? 0, "event");
  // An age without a unit is in milliseconds, which may not be what was meant.
  if (olderThanMs === null) return `${sessions} with ${events}`;
  const age = olderThanMs < 1000
    ? formatDuration(olderThanMs)
    : formatSpan(olderThanMs);
  return `${sessions} with ${events} older than ${age}`;
}

/** Describes how much the store keeps. */
export function describeStore(
  { bytes, sessions, events }: StoreCounts,
): string {
  return [
    formatNumberOf(sessions, "session"),
    formatNumberOf(events, "event"),
    formatBytes(bytes),
  ].join(", ");
}

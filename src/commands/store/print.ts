// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders the size of the store, and what was deleted from it, as text.
 * @module
 */
import { formatBytes, formatNumberOf } from "../../output/mod.ts";
import type { AnswerOf } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines } from "../shell/print.ts";

/**
 * Prints the number of deleted sessions.
 *
 * @param verb "Deleted" or "Would delete".
 */
export async function printPruned(
  answer: StoreCounts,
  verb: string,
  run: Run,
): Promise<void> {
  if (run.settings.format !== "text") return await printJson(run, answer);
  await printLines(run, [
    `${verb} ${describeRemoved(answer)}.`,
    `Kept: ${describeStore(answer)}`,
  ]);
}

/** The answer to a store request. */
export type StoreCounts = Omit<AnswerOf<"store">, "type">;

/** Describes how much was deleted. */
export function describeRemoved(
  { removed_sessions, removed_events }: StoreCounts,
): string {
  return `${formatNumberOf(removed_sessions ?? 0, "session")} with ${
    formatNumberOf(removed_events ?? 0, "event")
  }`;
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is kept in the store, and what was deleted from it, for people.
 * @module
 */
import { formatBytes, formatNumberOf } from "../../output/mod.ts";
import type { AnswerOf } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines } from "../shell/print.ts";

/** Prints what was deleted, or would be. @param verb "Deleted" or "Would delete". */
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

/** What `store` requests answer. */
export type StoreCounts = Omit<AnswerOf<"store">, "type">;

/** How much was deleted, or would be. */
export function describeRemoved(
  { removed_sessions, removed_events }: StoreCounts,
): string {
  return `${formatNumberOf(removed_sessions ?? 0, "session")} with ${
    formatNumberOf(removed_events ?? 0, "event")
  }`;
}

/** How much is kept. */
export function describeStore(
  { bytes, sessions, events }: StoreCounts,
): string {
  return [
    formatNumberOf(sessions, "session"),
    formatNumberOf(events, "event"),
    formatBytes(bytes),
  ].join(", ");
}

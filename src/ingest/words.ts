// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Builds an event from the words of a command line.
 * @module
 */
import type { AgentName } from "../agents/mod.ts";
import { buildEvent } from "../complete/mod.ts";
import { UsageError } from "../context/mod.ts";

/** The words of an event. */
export interface WordedEvent {
  source: AgentName;
  event?: string | undefined;
  session?: string | undefined;
  /** `key=value`. */
  set?: readonly string[] | undefined;
  /** `key=JSON`. */
  setJson?: readonly string[] | undefined;
}

/**
 * Whether the words make an event without any input. An event name alone does not: it names the
 * event in the input.
 */
export function hasEventWords(words: WordedEvent): boolean {
  return words.session !== undefined ||
    (words.set?.length ?? 0) > 0 || (words.setJson?.length ?? 0) > 0;
}

/**
 * Builds the text of the event.
 *
 * @throws {UsageError} If a member is not written as `key=value`, or its value is not JSON.
 */
export function wordedEvent(words: WordedEvent): Uint8Array {
  const members = [
    ...(words.set ?? []).map((word) => split(word, "--set", JSON.stringify)),
    ...(words.setJson ?? []).map((word) =>
      split(word, "--set-json", (json) => json)
    ),
  ];
  try {
    return buildEvent({
      source: words.source,
      event: words.event,
      session: words.session,
      members,
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`Cannot use --set-json: ${error.message}`, {
      cause: error,
    });
  }
}

function split(
  word: string,
  option: string,
  print: (value: string) => string,
): [string, string] {
  const at = word.indexOf("=");
  if (at > 0) return [word.slice(0, at), print(word.slice(at + 1))];
  throw new UsageError(
    `Cannot use ${option} "${word}": write it as ${option} key=value`,
  );
}

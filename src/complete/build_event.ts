// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Building an event from command-line options.
 * @module
 */
import { type AgentName, hooksOf } from "../agents/mod.ts";
import { decodeJson, hookEventKey } from "../proto/mod.ts";
import { mendSurrogates } from "./mend_surrogates.ts";

/** The options that an event is built from. */
export interface EventWords {
  source: AgentName;
  event?: string | undefined;
  session?: string | undefined;
  /** More members, in order, with JSON text as values. A later member replaces an earlier one. */
  members?: readonly (readonly [key: string, json: string])[];
}

/**
 * Builds the JSON text of an event. It does not check whether anything is missing.
 *
 * @throws {SyntaxError} If a member's value is not JSON.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { buildEvent } from "./mod.ts";
 *
 * const text = buildEvent({ source: "claude", session: "s1", members: [["n", "1e2"]] });
 * assertEquals(new TextDecoder().decode(text), '{"session_id":"s1","n":1e2}');
 * ```
 */
export function buildEvent(words: EventWords): Uint8Array {
  const members = new Map<string, string>();
  const key = hookEventKey(hooksOf(words.source).wire);
  if (words.event !== undefined) members.set(key, JSON.stringify(words.event));
  if (words.session !== undefined) {
    members.set("session_id", JSON.stringify(words.session));
  }
  for (const [key, json] of words.members ?? []) {
    decodeJson(mendSurrogates(new TextEncoder().encode(json)));
    members.set(key, json);
  }
  const text = [...members].map(([key, json]) =>
    `${JSON.stringify(key)}:${json}`
  );
  return new TextEncoder().encode(`{${text.join(",")}}`);
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the facts of stored events, to rebuild a session.
 * @module
 */
import { AGENTS, isAgentName } from "../agents/mod.ts";
import {
  decodeText,
  HOOK_SOURCES,
  hookEventKey,
  type HookSource,
  type Int,
  toInt,
} from "../proto/mod.ts";
import { type Facts, readFacts } from "./facts.ts";
import { lookUpHook, relabelHook } from "./hook_names.ts";
import { Payload } from "./payload.ts";

const TIME = /,"ts_ms":(\d+),/;
const KIND = /,"kind":"(\w+)"/;

/** Returns the source with which an agent's events are sent. */
export function wireSourceOf(agent: string): HookSource {
  return isAgentName(agent) ? AGENTS[agent].wire : "claude";
}

/**
 * Reads the facts of a stored event: the same as {@linkcode readHookEvent} when it arrived.
 *
 * @param source The assumed source of the event, unless its record proves another one.
 * @param head The text that `printEventHead` printed.
 * @param payload The payload as it is stored.
 * @throws {TypeError} If it is not a stored event.
 */
export function readStoredEvent(
  source: HookSource,
  head: Uint8Array,
  payload: Uint8Array,
): Facts {
  const text = decodeText(head);
  const [, time] = text.match(TIME) ?? [];
  const [, kind] = text.match(KIND) ?? [];
  const scanned = Payload.scan(payload, decodeText(payload));
  if (scanned === null || time === undefined || kind === undefined) {
    throw new TypeError("Cannot read stored event: it has no time or payload");
  }
  const found = findSource(source, scanned, kind);
  return readFacts(scanned, {
    source: found,
    name: scanned.text(hookEventKey(found)) ?? "",
    tsMs: readTime(time),
    stored: payload,
  });
}

/**
 * Returns the first source whose key names an event of the kind: the given one, then the others.
 */
function findSource(
  given: HookSource,
  payload: Payload,
  kind: string,
): HookSource {
  for (const source of [given, ...HOOK_SOURCES]) {
    const name = payload.text(hookEventKey(source));
    if (name === null) continue;
    const meaning = lookUpHook(source, name);
    const read = meaning.kind === "Hook"
      ? relabelHook(payload.text("hook_event_name"))
      : meaning.kind;
    if (read !== kind) continue;
    if (meaning.type === null || meaning.type === payload.text("type")) {
      return source;
    }
  }
  return given;
}

function readTime(digits: string): Int {
  return toInt(BigInt(digits));
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The facts of events that are in the store, for a session that is put together again.
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

/** The source that an agent's events travel as; `agent` is that of a stored session. */
export function wireSourceOf(agent: string): HookSource {
  return isAgentName(agent) ? AGENTS[agent].wire : "claude";
}

/**
 * Reads the facts of a stored event: those that {@linkcode readHookEvent} read when it came.
 *
 * @param source What the event is taken to have come as, if its record does not say otherwise.
 * @param head What `printEventHead` printed; its texts cannot hold what is looked for, since their quotes are escaped.
 * @param payload The payload as it is stored.
 * @throws {TypeError} If it is not an event that was stored.
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

/** The first source whose key gives the event a name of its kind: the one that is given, then the others. */
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

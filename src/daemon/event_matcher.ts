// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which events a client wants, told from their records.
 * @module
 */
import { compilePathGlob } from "../context/mod.ts";
import { type Facts, readStoredEvent, wireSourceOf } from "../events/mod.ts";
import {
  decodeString,
  decodeText,
  scanMembers,
  type WatchFilter,
} from "../proto/mod.ts";
import type { StreamEvent } from "../store/mod.ts";

/**
 * A part of an event's beginning; its texts cannot hold such a part, since their quotes are
 * escaped.
 */
const TIME = /,"ts_ms":(\d+),/;
const KIND = /,"kind":"(\w+)"/;
const TOOL = /,"tool":("(?:[^"\\]|\\.)*"|null)/;
/** Keys under which payloads have the names of their events. */
const NAME_KEYS: ReadonlySet<string> = new Set([
  "agent_event",
  "hook_event_name",
  "event",
  "type",
]);

/** An event of a session that exists. */
export type LiveEvent = StreamEvent & {
  readonly session: NonNullable<StreamEvent["session"]>;
};

/** Whether an event's session exists. */
export function isLive(event: StreamEvent): event is LiveEvent {
  return event.session !== null;
}

/** Tells which events match a filter. */
export class EventMatcher {
  readonly #filter: WatchFilter;
  readonly #matchesPath: ((path: string) => boolean) | null;

  /** @param filter With the canonical path of its workspace. */
  constructor(filter: WatchFilter) {
    this.#filter = filter;
    const { path } = filter;
    this.#matchesPath = typeof path === "string" ? compilePathGlob(path) : null;
  }

  /**
   * Whether an event matches. The cheap conditions come first, and the payload is read only for
   * conditions that need it.
   */
  matches(event: LiveEvent, payload: () => Uint8Array): boolean {
    return this.#matchesSession(event) && this.#matchesHead(event, payload) &&
      this.#matchesFacts(event, payload);
  }

  #matchesSession({ session }: LiveEvent): boolean {
    const { workspace, session: id, agent_prefix } = this.#filter;
    return (workspace ?? session.workspace) === session.workspace &&
      (id ?? session.id) === session.id &&
      fold(session.agent).startsWith(fold(agent_prefix ?? ""));
  }

  #matchesHead({ head }: LiveEvent, payload: () => Uint8Array): boolean {
    const { tool, event, since_ms, until_ms } = this.#filter;
    const asks = [tool, event, since_ms, until_ms].some((it) =>
      (it ?? null) !== null
    );
    if (!asks) return true;
    const text = decodeText(head);
    const ms = BigInt(TIME.exec(text)?.[1] ?? 0);
    if (ms < BigInt(since_ms ?? 0)) return false;
    if (typeof until_ms !== "undefined" && until_ms !== null) {
      if (ms >= BigInt(until_ms)) return false;
    }
    if (typeof tool === "string") {
      const named: unknown = JSON.parse(TOOL.exec(text)?.[1] ?? "null");
      if (typeof named !== "string" || fold(named) !== fold(tool)) return false;
    }
    if (typeof event !== "string") return true;
    return fold(KIND.exec(text)?.[1] ?? "") === fold(event) ||
      namesOf(payload()).some((name) => fold(name) === fold(event));
  }

  #matchesFacts(event: LiveEvent, payload: () => Uint8Array): boolean {
    const matchesPath = this.#matchesPath;
    const { errors } = this.#filter;
    if (matchesPath === null && errors !== true) return true;
    const { session, source, head } = event;
    const facts = readStoredEvent(
      source ?? wireSourceOf(session.agent),
      head,
      payload(),
    );
    if (errors === true && !isFault(facts)) return false;
    return matchesPath === null ||
      (facts.call?.paths ?? []).some((path) =>
        namesOfPath(path, session.workspace).some(matchesPath)
      );
  }
}

function isFault({ meaning, call }: Facts): boolean {
  return meaning === "call_failed" || meaning === "turn_failed" ||
    call?.outcome === "failed";
}

/** A path as it is, in its workspace, and its last part. */
function namesOfPath(path: string, workspace: string): string[] {
  const start = `${workspace}/`;
  const inside = path.startsWith(start) ? [path.slice(start.length)] : [];
  return [path, ...inside, path.slice(path.lastIndexOf("/") + 1)];
}

function namesOf(payload: Uint8Array): string[] {
  return (scanMembers(payload)?.members ?? [])
    .filter(({ key, kind }) => kind === "string" && NAME_KEYS.has(key))
    .map(({ start, end }) => decodeString(payload.subarray(start, end)));
}

function fold(text: string): string {
  return text.toLowerCase();
}

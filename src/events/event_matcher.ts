// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which events a client wants, told from their records.
 * @module
 */
import { compilePathGlob } from "../glob/mod.ts";
import {
  decodeString,
  decodeText,
  type HookSource,
  scanMembers,
  type WatchFilter,
} from "../proto/mod.ts";
import type { Facts } from "./facts.ts";
import { readStoredEvent, wireSourceOf } from "./stored_event.ts";

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

/** An event without its payload. */
export interface MatchableEvent {
  readonly session: { id: string; agent: string; workspace: string };
  /** The agent that the event was sent for; null if that is not known. */
  readonly source: HookSource | null;
  /** The event's JSON up to the payload, as `printEventHead` prints it. */
  readonly head: Uint8Array;
}

/** An event that is tested. Each part is read when the first test asks for it. */
class TestedEvent {
  readonly session: MatchableEvent["session"];
  readonly payload: () => Uint8Array;
  readonly #event: MatchableEvent;
  #head: string | null = null;
  #facts: Facts | null = null;

  constructor(event: MatchableEvent, payload: () => Uint8Array) {
    this.session = event.session;
    this.payload = payload;
    this.#event = event;
  }

  /** The text of the event's beginning. */
  get head(): string {
    return this.#head ??= decodeText(this.#event.head);
  }

  get ms(): bigint {
    return BigInt(TIME.exec(this.head)?.[1] ?? 0);
  }

  /** The facts that the event tells about its session. The payload is read for them. */
  get facts(): Facts {
    const { source, head } = this.#event;
    return this.#facts ??= readStoredEvent(
      source ?? wireSourceOf(this.session.agent),
      head,
      this.payload(),
    );
  }
}

type Test = (event: TestedEvent) => boolean;

/**
 * Makes the test of each key of a filter, or null if the filter does not have the key. Tests that
 * cost less come first.
 */
const TESTS = {
  workspace: ({ workspace: path }) =>
    given(path, (path) => ({ session }) => session.workspace === path),
  session: ({ session: id }) =>
    given(id, (id) => ({ session }) => session.id === id),
  agent_prefix: ({ agent_prefix: prefix }) =>
    given(
      prefix,
      (prefix) => ({ session }) => fold(session.agent).startsWith(fold(prefix)),
    ),
  since_ms: ({ since_ms: from }) =>
    given(from, (from) => ({ ms }) => ms >= BigInt(from)),
  until_ms: ({ until_ms: end }) =>
    given(end, (end) => ({ ms }) => ms < BigInt(end)),
  tool: ({ tool }) =>
    given(tool, (tool) => ({ head }) => {
      const named: unknown = JSON.parse(TOOL.exec(head)?.[1] ?? "null");
      return typeof named === "string" && fold(named) === fold(tool);
    }),
  event: ({ event: name }) =>
    given(
      name,
      (name) => ({ head, payload }) =>
        fold(KIND.exec(head)?.[1] ?? "") === fold(name) ||
        namesOf(payload()).some((other) => fold(other) === fold(name)),
    ),
  errors: ({ errors }) => errors ? ({ facts }) => isFault(facts) : null,
  path: ({ path: glob }) =>
    given(glob, (glob) => {
      const matches = compilePathGlob(glob);
      return ({ facts, session }) =>
        (facts.call?.paths ?? []).some((path) =>
          namesOfPath(path, session.workspace).some(matches)
        );
    }),
} satisfies Record<keyof WatchFilter, (filter: WatchFilter) => Test | null>;

function given<T>(
  value: T | null | undefined,
  makeTest: (value: T) => Test,
): Test | null {
  return value === null || value === undefined ? null : makeTest(value);
}

/** Tells which events match a filter. */
export class EventMatcher {
  readonly #tests: readonly Test[];

  /** @param filter With the canonical path of its workspace. */
  constructor(filter: WatchFilter) {
    this.#tests = Object.values(TESTS).map((make) => make(filter))
      .filter((test) => test !== null);
  }

  /** Whether an event matches. The payload is read only if a test needs it. */
  matches(event: MatchableEvent, payload: () => Uint8Array): boolean {
    const tested = new TestedEvent(event, payload);
    return this.#tests.every((test) => test(tested));
  }
}

/** A call that was denied or interrupted did not fail, even if its event has that name. */
function isFault({ meaning, call }: Facts): boolean {
  return meaning === "turn_failed" || call?.outcome === "failed";
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

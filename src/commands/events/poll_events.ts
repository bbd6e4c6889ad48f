// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events of all sessions from a daemon that answers only about one session: all of them are asked
 * for again and again.
 * @module
 */
import { ask, HELLO } from "../../client/mod.ts";
import { pause } from "../../context/mod.ts";
import type { EventMatcher } from "../../events/mod.ts";
import {
  encodeJson,
  joinBytes,
  MAX_ANSWER_DEPTH,
  scanMembers,
  type WatchFilter,
} from "../../proto/mod.ts";
import { openChecked } from "../ask/answer_head.ts";
import { clientOptions, READ_TIMEOUT_MS } from "../ask/ask.ts";
import { Outlast } from "../ask/outlast.ts";
import { currentWorkspace } from "../ask/place.ts";
import { collectSessions, type SessionRow } from "../ask/session_rows.ts";
import { splitAnswer } from "../ask/stream_records.ts";
import type { Run } from "../shell/cli.ts";
import { type EventAnswer, readStreamEvent } from "./event_printer.ts";

/** How often to ask, in milliseconds. */
const POLL_MS = 1_000;
/** A session without new events is left out for up to this number of rounds. */
const MAX_SKIPPED = 8;
const UTF8 = new TextEncoder();

/** The events to poll for. */
export interface PollOptions {
  filter: WatchFilter;
  /** Only the newest N of those that are there; null: all. */
  last: number | null;
  /** True: go on with those that come. */
  follows: boolean;
}

/** A session as it was when it was last asked for. */
interface KnownSession {
  row: string;
  /** Sequence number of its next event. */
  next: number;
  /** Rounds for which it is left out, if its row stays as it is, and those that are left. */
  skips: number;
  left: number;
}

/** An event, and its place among those that come together. */
interface PolledEvent extends EventAnswer {
  tsMs: bigint;
  seq: number;
}

/**
 * Reads the events of all sessions, and new ones every second.
 *
 * The daemon tells neither the order in which it stored the events of several sessions nor a place
 * in it. So those that are found together are in the order of their times, each session's in their
 * own order, and they have no cursor.
 *
 * @param signal Ends the polling.
 * @returns Yields events that are found together, never none.
 * @throws What a request throws, except while no daemon is running.
 */
export async function* pollEvents(
  { filter, last, follows }: PollOptions,
  run: Run,
  signal: AbortSignal,
): AsyncGenerator<EventAnswer[], void> {
  const { EventMatcher } = await import("../../events/mod.ts");
  const poll = new Poll(filter, new EventMatcher(filter));
  const outlast = new Outlast(run);
  const first = await poll.round(run);
  const newest = last === null ? first : last === 0 ? [] : first.slice(-last);
  if (newest.length > 0) yield newest;
  while (follows) {
    await pause(POLL_MS, signal);
    if (signal.aborted) return;
    const events = await outlast.try((run) => poll.round(run));
    if (events !== null && events.length > 0) yield events;
  }
}

class Poll {
  readonly #filter: WatchFilter;
  readonly #matcher: EventMatcher;
  readonly #known = new Map<string, KnownSession>();

  constructor(filter: WatchFilter, matcher: EventMatcher) {
    this.#filter = filter;
    this.#matcher = matcher;
  }

  /** Returns the events that match and are new. */
  async round(run: Run): Promise<PolledEvent[]> {
    const found: PolledEvent[] = [];
    const wanted = { filter: {}, limit: 0, offset: 0 };
    for (const workspace of await this.#workspaces(run)) {
      const { rows } = await collectSessions([workspace], wanted, run);
      for (const row of rows) {
        const { session = null } = this.#filter;
        if (session !== null && session !== row.record.id) continue;
        const events = await this.#readNew(row, run);
        for (const event of events) found.push(event);
      }
    }
    // The sort is stable: events of one time stay in the order of their session.
    return found.sort((a, b) => a.tsMs < b.tsMs ? -1 : a.tsMs > b.tsMs ? 1 : 0);
  }

  /** The reference names only the workspaces that it was told to keep. */
  async #workspaces(run: Run): Promise<Iterable<string>> {
    const { workspace = null } = this.#filter;
    if (workspace !== null) return [workspace];
    const client = clientOptions(run, READ_TIMEOUT_MS);
    const { workspaces } = await ask(HELLO, client);
    return new Set([...workspaces, currentWorkspace(run)]);
  }

  /** Reads the events of a session that have come since it was read. */
  async #readNew(
    { record, bytes }: SessionRow,
    run: Run,
  ): Promise<PolledEvent[]> {
    const key = `${record.workspace}\0${record.id}`;
    const row = new TextDecoder().decode(bytes);
    const known = this.#known.get(key) ?? { row, next: 0, skips: 0, left: 0 };
    if (known.row === row && known.left > 0) {
      known.left--;
      return [];
    }
    const found: PolledEvent[] = [];
    const { workspace, id, agent } = record;
    await using answer = await openChecked(
      { request: { type: "get_session_detail", id, workspace } },
      clientOptions(run, READ_TIMEOUT_MS),
    );
    if (answer.isEmpty) return [];
    let { next } = known;
    for await (const records of splitAnswer(answer, { spans: "roots" })) {
      for (const { kind, bytes } of records) {
        if (kind !== "event") continue;
        const polled = readPolled(bytes, { workspace, agent });
        if (polled.seq < next) continue;
        next = polled.seq + 1;
        if (this.#matches(bytes, { workspace, id, agent })) found.push(polled);
      }
    }
    // Noted only now: after a failure all of this is read again.
    const skips = next > known.next || known.row !== row
      ? 0
      : Math.min(MAX_SKIPPED, 2 * known.skips + 1);
    this.#known.set(key, { row, next, skips, left: skips });
    return found;
  }

  #matches(
    bytes: Uint8Array,
    session: { id: string; agent: string; workspace: string },
  ): boolean {
    const place = scanMembers(bytes, MAX_ANSWER_DEPTH)?.members
      .findLast(({ key }) => key === "payload");
    if (place === undefined) return false;
    const head = bytes.subarray(0, place.start);
    return this.#matcher.matches(
      { session, source: null, head },
      () => bytes.slice(place.start, place.end),
    );
  }
}

/** Reads an event's record, and puts it into a line like those of our daemon. */
function readPolled(
  record: Uint8Array,
  { workspace, agent }: { workspace: string; agent: string },
): PolledEvent {
  const place = { cursor: null, machine: null, workspace, agent };
  const head = encodeJson({ type: "event", ...place }).slice(0, -1);
  const bytes = joinBytes([
    UTF8.encode(`${head},"event":`),
    record,
    UTF8.encode("}"),
  ]);
  const { event } = readStreamEvent({ bytes });
  return { bytes, tsMs: BigInt(event.ts_ms), seq: Number(event.seq) };
}

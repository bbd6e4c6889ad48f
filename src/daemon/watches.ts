// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends the events of all sessions in the order of their commits, as fast as each client takes
 * them, and new ones as they are stored.
 *
 * Nothing is kept for a client but its place. Each answer is read from the store when the client
 * has taken the one before, so that a slow client needs no memory and no other waits for it.
 * @module
 */
import { encodeHeader } from "../frame/mod.ts";
import {
  type AnswerOf,
  encodeJson,
  type RequestOf,
  type WatchFault,
  type WatchState,
} from "../proto/mod.ts";
import { EventMatcher, TextSearch } from "../events/mod.ts";
import { makeRedactor } from "../privacy/mod.ts";
import type { AnswerPlan, Reader, Steps, Store } from "../store/mod.ts";
import { planned } from "./detail_plan.ts";
import { isLive, type LiveEvent } from "./live_event.ts";
import type { Pace } from "./pace.ts";
import type { Rebuilds } from "./rebuilds.ts";
import {
  EventSearch,
  type EventSearchParts,
  findNewestMatches,
} from "./searches.ts";
import {
  type Reply,
  type ReplyBody,
  replyError,
  type ReplyStream,
  replyWith,
} from "./reply.ts";

/** Maximum number of clients that watch at once: a quarter of all connections. */
export const MAX_WATCHES = 64;
/** A piece of answers ends with the event that makes it this long, in bytes. */
const PIECE_BYTES = 128 * 1024;
/** A client gets its place again after this number of events that it did not ask for. */
const TOLD_KEYS = 1000;
const UTF8 = new TextEncoder();
const CLOSE = UTF8.encode("}}");

/** The parts of {@linkcode Watches}. */
export interface WatchesOptions {
  store: Pick<Store, "readStream" | "epochs">;
  pace: Pace;
  rebuilds: Rebuilds;
  /** Returns the canonical form of a workspace's path. */
  canonical: (path: string) => string;
  /** Returns the home's id. */
  machine: () => string;
  maxWatches?: number;
}

type EventsRequest = RequestOf<"watch_events"> | RequestOf<"search_events">;

/** All clients that watch or search. */
export class Watches {
  readonly #options: WatchesOptions;
  readonly #waiting = new Set<() => void>();
  #open = 0;
  #commits = 0;

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  /** Notes that events were stored, and wakes the clients that wait for them. */
  wake(): void {
    this.#commits++;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /**
   * Begins a watch or a search.
   *
   * @returns The place where it begins, with the events after it; or an error.
   */
  async open(
    request: EventsRequest,
  ): Promise<Reply<"watch" | "error">> {
    const { canonical, rebuilds, maxWatches = MAX_WATCHES } = this.#options;
    if (this.#open >= maxWatches) {
      return refuse(
        "crowded",
        `Cannot watch events as at most ${maxWatches} clients may at once: end one of them`,
      );
    }
    this.#open++;
    let isOpen = false;
    try {
      const machine = this.#options.machine();
      // Version 1 of the store did not note whose an event is.
      if (rebuilds.isNeeded) await rebuilds.all();
      const filter = { ...request.filter };
      if (typeof filter.workspace === "string") {
        filter.workspace = canonical(filter.workspace);
      }
      const start = this.#findStart(request);
      if (typeof start !== "number") return start;
      const matcher = new EventMatcher(filter);
      const closed = () => void this.#open--;
      const parts = { ...this.#options, machine, matcher, closed };
      const { open, findNewest } = request.type === "search_events"
        ? this.#search(request, parts)
        : this.#watch(request, parts);
      const first = open(start);
      const count = BigInt(request.last ?? 0);
      const stream = count === 0n || typeof request.cursor === "string"
        ? first
        : new LateStream(open, (stop) => findNewest(count, stop), closed);
      isOpen = true;
      return { ...replyWith(first.say("begin")), stream };
    } finally {
      if (!isOpen) this.#open--;
    }
  }

  #search(
    { text, ignore_case, redact }: RequestOf<"search_events">,
    parts: Omit<EventSearchParts, "search">,
  ): Opening<EventSearch> {
    const plain = TextSearch.ofText(text, ignore_case === true);
    const search = redact === true ? plain.redacted(makeRedactor()) : plain;
    return {
      open: (key) => new EventSearch(key, { ...parts, search }),
      findNewest: (count, stop) =>
        findNewestMatches(count, { ...parts, search }, stop),
    };
  }

  #watch(
    { follow, cursor, allow_gap }: RequestOf<"watch_events">,
    parts: Omit<EventSearchParts, "search">,
  ): Opening<Watch> {
    const follows = follow === true;
    return {
      open: (key) =>
        new Watch(key, {
          ...parts,
          follows,
          mayMiss: allow_gap === true ||
            // Without a place to go on from, an event that is deleted now was never there.
            !follows && typeof cursor !== "string",
          commits: () => this.#commits,
          news: (seen, stop) => this.#news(seen, stop),
        }),
      findNewest: async (count, stop) => {
        const reader = parts.store.readStream();
        try {
          return await parts.pace.run(
            findNewest(reader, parts.matcher, count, stop),
          );
        } finally {
          reader.close();
        }
      },
    };
  }

  /** Finds the key after which a watch begins, but for the newest events that match. */
  #findStart(request: EventsRequest): number | Reply<"error"> {
    const { store } = this.#options;
    const { cursor, last } = request;
    const reader = store.readStream();
    try {
      const lastKey = reader.stream.lastKey();
      if (typeof cursor === "string") {
        const key = store.epochs.keyOf(cursor, lastKey);
        if (typeof key === "string") return refuse(key, WORDS[key](cursor));
        const isGone = key < reader.stream.deletedKey() &&
          !mayMissEvents(request);
        return isGone ? refuse("gone", GONE) : key;
      }
      return BigInt(last ?? 1) === 0n ? lastKey : 0;
    } finally {
      reader.close();
    }
  }

  /** Waits until more is stored than the caller has `seen`, or until the daemon stops. */
  async #news(seen: number, stop: AbortSignal): Promise<void> {
    if (this.#commits !== seen || stop.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    stop.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#waiting.delete(resolve);
  }
}

/** A search finds what is there. */
function mayMissEvents(request: EventsRequest): boolean {
  return request.type === "search_events" || request.allow_gap === true;
}

/** How a stream begins. */
interface Opening<S extends ReplyStream> {
  /** Makes the stream of the events after a key. */
  open(key: number): S;
  /** Finds the key after which the `count` newest events that match are; null: it was stopped. */
  findNewest(count: bigint, stop: AbortSignal): Promise<number | null>;
}

/**
 * A stream whose place must be found first. All events may be read for that, so it begins before:
 * its client knows that it is served, and ends the work by leaving.
 */
class LateStream implements ReplyStream {
  #stream: ReplyStream | null = null;
  readonly #open: (key: number) => ReplyStream;
  readonly #find: (stop: AbortSignal) => Promise<number | null>;
  readonly #closed: () => void;

  constructor(
    open: (key: number) => ReplyStream,
    find: (stop: AbortSignal) => Promise<number | null>,
    closed: () => void,
  ) {
    this.#open = open;
    this.#find = find;
    this.#closed = closed;
  }

  async next(stop: AbortSignal): Promise<ReplyBody | null> {
    if (this.#stream === null) {
      const key = await this.#find(stop);
      // It has no place yet that it could send.
      if (key === null) return null;
      this.#stream = this.#open(key);
    }
    return await this.#stream.next(stop);
  }

  close(): void {
    this.#closed();
  }
}

/** The parts of a {@linkcode Watch}. */
interface WatchParts extends Pick<WatchesOptions, "store" | "pace"> {
  machine: string;
  matcher: EventMatcher;
  follows: boolean;
  /** True: events after its place may be deleted. */
  mayMiss: boolean;
  /** How often events were stored. */
  commits: () => number;
  news: (seen: number, stop: AbortSignal) => Promise<void>;
  closed: () => void;
}

/** One client that watches. */
class Watch implements ReplyStream {
  readonly #parts: WatchParts;
  /** All events up to this key have been sent, if they match. */
  #key: number;
  /** The key of the last place that was sent to the client. */
  #told = -1;
  #state: WatchState = "begin";

  constructor(key: number, parts: WatchParts) {
    this.#key = key;
    this.#parts = parts;
  }

  /** Returns the answer that gives the client its place. */
  say(state: WatchState): AnswerOf<"watch"> {
    this.#state = state;
    this.#told = this.#key;
    const { store, machine } = this.#parts;
    const cursor = store.epochs.cursorOf(this.#key);
    return { type: "watch", state, cursor, machine };
  }

  async next(stop: AbortSignal): Promise<ReplyBody | null> {
    const { commits, follows, news } = this.#parts;
    if (this.#state === "end" || this.#state === "stopping") return null;
    while (!stop.aborted) {
      const seen = commits();
      const found = await this.#read(stop);
      if (found === "gone") {
        this.#state = "end";
        return refuse("gone", GONE);
      }
      if (found !== null) {
        this.#told = this.#key;
        return found;
      }
      if (stop.aborted) break;
      if (!follows) return replyWith(this.say("end"));
      if (this.#state === "begin" || this.#key - this.#told >= TOLD_KEYS) {
        return replyWith(this.say("current"));
      }
      await news(seen, stop);
    }
    return replyWith(this.say("stopping"));
  }

  close(): void {
    this.#parts.closed();
  }

  /**
   * Reads the next events.
   *
   * @returns Null if there are none, "gone" if some of them were deleted.
   */
  async #read(stop: AbortSignal): Promise<ReplyBody | "gone" | null> {
    const { store, pace, mayMiss } = this.#parts;
    const reader = store.readStream();
    try {
      if (!mayMiss && this.#key < reader.stream.deletedKey()) {
        reader.close();
        return "gone";
      }
      const { frames, length, key } = await pace.run(
        this.#collect(reader, stop),
      );
      this.#key = key;
      if (frames.length === 0) {
        reader.close();
        return null;
      }
      const { stream } = reader;
      const plan: AnswerPlan = {
        length,
        *parts() {
          for (const { head, event, payload } of frames) {
            yield head;
            yield event.head;
            yield payload ?? stream.payload(event.key);
            yield CLOSE;
          }
        },
      };
      const answer = await pace.run(reader.answer(planned(plan)));
      return { ...answer, isFramed: true, turn: () => pace.turn() };
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** Finds the next events that match, up to the length of a piece. */
  *#collect(
    { stream }: Reader,
    stop: AbortSignal,
  ): Steps<{ frames: EventFrame[]; length: number; key: number }> {
    const { matcher } = this.#parts;
    const frames: EventFrame[] = [];
    let length = 0;
    let key = this.#key;
    while (length < PIECE_BYTES && !stop.aborted) {
      const events = stream.after(key);
      if (events.length === 0) break;
      for (const event of events) {
        // A long one comes alone, and is read when the client has taken the others.
        if (length > 0 && length + event.payloadBytes > PIECE_BYTES) {
          return { frames, length, key };
        }
        key = event.key;
        if (!isLive(event)) continue;
        let payload: Uint8Array | null = null;
        const read = () => payload ??= stream.payload(event.key);
        if (!matcher.matches(event, read)) continue;
        const frame = this.#frame(event);
        const isLong = event.payloadBytes > PIECE_BYTES;
        frames.push({ ...frame, payload: isLong ? null : read() });
        length += frame.bytes;
      }
      yield;
    }
    return { frames, length, key };
  }

  #frame(
    event: LiveEvent,
  ): { event: LiveEvent; head: Uint8Array; bytes: number } {
    const { store, machine } = this.#parts;
    const { workspace, agent } = event.session;
    const cursor = store.epochs.cursorOf(event.key);
    const start = encodeJson({
      type: "event",
      cursor,
      machine,
      workspace,
      agent,
    });
    const text = UTF8.encode(`${start.slice(0, -1)},"event":`);
    const body = text.length + event.head.length + event.payloadBytes +
      CLOSE.length;
    const header = encodeHeader(body);
    const head = new Uint8Array(header.length + text.length);
    head.set(header);
    head.set(text, header.length);
    return { event, head, bytes: header.length + body };
  }
}

/** The frame of one event: its header and first fields, then the event. */
interface EventFrame {
  event: LiveEvent;
  head: Uint8Array;
  /** Null: it is long, and read once more when it is sent. */
  payload: Uint8Array | null;
}

/**
 * Finds the key after which the newest events are, so that `count` of them match; null: it was
 * stopped.
 */
function* findNewest(
  { stream }: Reader,
  matcher: EventMatcher,
  count: bigint,
  stop: AbortSignal,
): Steps<number | null> {
  let left = count;
  for (let key = stream.lastKey() + 1; !stop.aborted;) {
    const events = stream.before(key);
    if (events.length === 0) return 0;
    for (const event of events) {
      key = event.key;
      if (!isLive(event)) continue;
      if (!matcher.matches(event, () => stream.payload(event.key))) continue;
      left--;
      if (left === 0n) return key - 1;
    }
    yield;
  }
  return null;
}

const GONE =
  "Cannot go on after this cursor as later events were deleted from the store";

const WORDS = {
  unknown: (cursor: string) =>
    `Cannot go on after cursor "${cursor}" as this store does not have its events`,
  malformed: (cursor: string) =>
    `Cannot read cursor "${cursor}": it must be one that an event came with`,
} as const;

function refuse(reason: WatchFault, message: string): Reply<"error"> {
  return replyError(message, { reason });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Searches the payloads of all events. There is no index: each search reads all payloads, many at a
 * time, in slices between which others are served.
 * @module
 */
import type { EventMatcher, TextMatch, TextSearch } from "../events/mod.ts";
import { encodeFrame } from "../frame/mod.ts";
import {
  type AnswerOf,
  decodeJson,
  encodeJson,
  joinBytes,
  type WatchState,
} from "../proto/mod.ts";
import type { Store, StreamReads } from "../store/mod.ts";
import { isLive, type LiveEvent } from "./live_event.ts";
import type { Pace } from "./pace.ts";
import { type ReplyBody, type ReplyStream, replyWith } from "./reply.ts";

/** A piece of answers ends with the event that makes it this long, in bytes. */
const PIECE_BYTES = 64 * 1024;
/** After this number of slices, what was found is sent. */
const PIECE_SLICES = 32;
const UTF8 = new TextEncoder();

/** The parts of a search. */
export interface SearchParts {
  store: Pick<Store, "readStream">;
  pace: Pace;
  matcher: EventMatcher;
  search: TextSearch;
}

/** The parts of an {@linkcode EventSearch}. */
export interface EventSearchParts extends SearchParts {
  store: Pick<Store, "readStream" | "epochs">;
  machine: string;
  closed: () => void;
}

/** One client that searches. */
export class EventSearch implements ReplyStream {
  readonly #parts: EventSearchParts;
  /** All events up to this key have been sent, if they match. */
  #key: number;
  #isOver = false;

  /** @param key The search begins after it. */
  constructor(key: number, parts: EventSearchParts) {
    this.#key = key;
    this.#parts = parts;
  }

  /** Returns the answer that gives the client its place. */
  say(state: WatchState): AnswerOf<"watch"> {
    this.#isOver = state !== "begin";
    const { store, machine } = this.#parts;
    const cursor = store.epochs.cursorOf(this.#key);
    return { type: "watch", state, cursor, machine };
  }

  async next(stop: AbortSignal): Promise<ReplyBody | null> {
    if (this.#isOver) return null;
    const frames: Uint8Array[] = [];
    let length = 0;
    const take = (found: SearchStep) => {
      this.#key = found.key;
      if (found.event === null) return true;
      const frame = this.#frame(found.event, found.match);
      frames.push(frame);
      length += frame.length;
      return length < PIECE_BYTES;
    };
    for (let slices = 1; !stop.aborted; slices++) {
      const isEnd = await searchSlice(this.#key, false, take, this.#parts);
      if (
        length > 0 && (isEnd || length >= PIECE_BYTES || slices >= PIECE_SLICES)
      ) {
        const bytes = joinBytes(frames);
        return { length, chunks: () => [bytes], isFramed: true };
      }
      if (isEnd) return replyWith(this.say("end"));
    }
    return replyWith(this.say("stopping"));
  }

  close(): void {
    this.#parts.closed();
  }

  #frame(event: LiveEvent, match: TextMatch): Uint8Array {
    const { store, machine } = this.#parts;
    const { session_id, seq, ts_ms, kind, tool } = readHead(event.head);
    return encodeFrame(UTF8.encode(encodeJson({
      type: "match",
      cursor: store.epochs.cursorOf(event.key),
      machine,
      workspace: event.session.workspace,
      agent: event.session.agent,
      session_id,
      seq,
      ts_ms,
      event: kind,
      tool,
      ...match,
    })));
  }
}

/**
 * Finds the key after which the newest events are, so that `count` of them match.
 *
 * @returns Null if it was stopped.
 */
export async function findNewestMatches(
  count: bigint,
  parts: SearchParts,
  stop: AbortSignal,
): Promise<number | null> {
  let left = count;
  let key = Number.MAX_SAFE_INTEGER;
  const take = (found: SearchStep) => {
    key = found.key;
    if (found.event !== null) left--;
    return left > 0n;
  };
  while (!stop.aborted) {
    const isEnd = await searchSlice(key, true, take, parts);
    if (left === 0n) return key - 1;
    if (isEnd) return 0;
  }
  return null;
}

/**
 * Searches for the length of a slice.
 *
 * @param take Takes each step; false ends the slice.
 * @returns Whether all events were searched.
 */
async function searchSlice(
  start: number,
  isBackward: boolean,
  take: (found: SearchStep) => boolean,
  parts: SearchParts,
): Promise<boolean> {
  const { store, pace } = parts;
  return await pace.sliceAtLeisure((isOver) => {
    // A reader that stays keeps the log of the store from being written back.
    const reader = store.readStream();
    try {
      for (const step of findMatches(reader.stream, start, isBackward, parts)) {
        if (!take(step) || isOver()) return false;
      }
      return true;
    } finally {
      reader.close();
    }
  });
}

/** The place of a search: all events up to the key are done. */
type SearchStep =
  & { key: number }
  & ({ event: LiveEvent; match: TextMatch } | { event: null });

/** Goes over the events after a key, or before it, and stops often; its caller lets others run. */
function* findMatches(
  stream: StreamReads,
  start: number,
  isBackward: boolean,
  { matcher, search }: Pick<SearchParts, "matcher" | "search">,
): Generator<SearchStep, void> {
  for (let last = start;;) {
    const texts = stream.texts(last, isBackward);
    if (texts.length === 0) return;
    for (const { key, text } of texts) {
      last = key;
      if (!search.mayMatch(text)) continue;
      const event = stream.event(key);
      const match = isLive(event) &&
          matcher.matches(event, () => stream.payload(key))
        ? search.find(text)
        : null;
      yield match === null || !isLive(event)
        ? { key, event: null }
        : { key, event, match };
    }
    yield { key: last, event: null };
  }
}

type EventHead = Record<
  "session_id" | "seq" | "ts_ms" | "kind" | "tool",
  unknown
>;

/** Reads the beginning of an event. */
function readHead(head: Uint8Array): Partial<EventHead> {
  const value = decodeJson(joinBytes([head, UTF8.encode("null}")]));
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value
    : {};
}

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
  decodeText,
  encodeJson,
  joinBytes,
  type WatchState,
} from "../proto/mod.ts";
import type { Steps, Store, StreamEvent, StreamReads } from "../store/mod.ts";
import { isLive, type LiveEvent } from "./live_event.ts";
import type { Pace } from "./pace.ts";
import { type ReplyBody, type ReplyStream, replyWith } from "./reply.ts";

/** A piece of answers ends with the event that makes it this long, in bytes. */
const PIECE_BYTES = 64 * 1024;
/**
 * So much is read before what was found is sent and the state of the store is let go, in bytes: a
 * reader that stays keeps the log of the store from being written back.
 */
const ROUND_BYTES = 16 * 1024 * 1024;
const UTF8 = new TextEncoder();

/** The parts of an {@linkcode EventSearch}. */
export interface SearchParts {
  store: Pick<Store, "readStream" | "epochs">;
  pace: Pace;
  machine: string;
  matcher: EventMatcher;
  search: TextSearch;
  closed: () => void;
}

/** One client that searches. */
export class EventSearch implements ReplyStream {
  readonly #parts: SearchParts;
  /** All events up to this key have been sent, if they match. */
  #key: number;
  #isOver = false;

  /** @param key The search begins after it. */
  constructor(key: number, parts: SearchParts) {
    this.#key = key;
    this.#parts = parts;
  }

  /** Returns the answer that tells the client its place. */
  say(state: WatchState): AnswerOf<"watch"> {
    this.#isOver = state !== "begin";
    const { store, machine } = this.#parts;
    const cursor = store.epochs.cursorOf(this.#key);
    return { type: "watch", state, cursor, machine };
  }

  async next(stop: AbortSignal): Promise<ReplyBody | null> {
    if (this.#isOver) return null;
    while (!stop.aborted) {
      const { frames, isEnd } = await this.#read(stop);
      if (frames.length > 0) {
        const bytes = joinBytes(frames);
        return { length: bytes.length, chunks: () => [bytes], isFramed: true };
      }
      if (isEnd) return replyWith(this.say("end"));
    }
    return replyWith(this.say("stopping"));
  }

  close(): void {
    this.#parts.closed();
  }

  async #read(
    stop: AbortSignal,
  ): Promise<{ frames: Uint8Array[]; isEnd: boolean }> {
    const { store, pace } = this.#parts;
    const reader = store.readStream();
    try {
      return await pace.runAtLeisure(this.#collect(reader.stream, stop));
    } finally {
      reader.close();
    }
  }

  /** Reads on, up to the length of a piece or of a round. */
  *#collect(
    stream: StreamReads,
    stop: AbortSignal,
  ): Steps<{ frames: Uint8Array[]; isEnd: boolean }> {
    const frames: Uint8Array[] = [];
    let length = 0;
    let left = ROUND_BYTES;
    for (const found of findMatches(stream, this.#key, false, this.#parts)) {
      this.#key = found.key;
      left -= found.bytes;
      if (found.event !== null) {
        const frame = this.#frame(found.event, found.match);
        frames.push(frame);
        length += frame.length;
      }
      if (length >= PIECE_BYTES || left <= 0 || stop.aborted) {
        return { frames, isEnd: false };
      }
      yield;
    }
    return { frames, isEnd: true };
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

/** Finds the key after which the newest events are, so that `count` of them match. */
export function* findNewestMatches(
  stream: StreamReads,
  lastKey: number,
  count: bigint,
  parts: Pick<SearchParts, "matcher" | "search">,
): Steps<number> {
  if (count === 0n) return lastKey;
  let left = count;
  for (const { key, event } of findMatches(stream, lastKey + 1, true, parts)) {
    if (event !== null) left--;
    if (left === 0n) return key - 1;
    yield;
  }
  return 0;
}

/** The place of a search: all events up to the key are done. */
type SearchStep =
  & { key: number; /** Length of what was read for it. */ bytes: number }
  & ({ event: LiveEvent; match: TextMatch } | { event: null });

/** Goes over the events after a key, or before it, and stops often; its caller lets others run. */
function* findMatches(
  stream: StreamReads,
  start: number,
  isBackward: boolean,
  { matcher, search }: Pick<SearchParts, "matcher" | "search">,
): Generator<SearchStep, void> {
  for (const texts of stream.texts(start, isBackward)) {
    const { first, last, bytes } = texts;
    if (search.mayMatch(texts.text)) {
      for (const event of eventsBetween(stream, first, last)) {
        const { key } = event;
        if (!isLive(event)) continue;
        const payload = stream.payload(key);
        const json = decodeText(payload);
        const isWanted = search.mayMatch(json) &&
          matcher.matches(event, () => payload);
        const match = isWanted ? search.find(json) : null;
        yield match === null
          ? { key, bytes: 0, event: null }
          : { key, bytes: 0, event, match };
      }
    }
    yield { key: last, bytes, event: null };
  }
}

/** The events from one key to another, in this order. */
function* eventsBetween(
  stream: StreamReads,
  first: number,
  last: number,
): Generator<StreamEvent, void> {
  const isBackward = first > last;
  for (let at = isBackward ? first + 1 : first - 1;;) {
    const events = isBackward ? stream.before(at) : stream.after(at);
    if (events.length === 0) return;
    for (const event of events) {
      at = event.key;
      if (isBackward ? at < last : at > last) return;
      yield event;
    }
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

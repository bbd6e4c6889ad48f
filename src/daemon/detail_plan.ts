// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The `detail` answer, in two passes: its length from rows, then its bytes from rows.
 * @module
 */
import { growSpanTree, measureSpans, printSpans } from "../events/mod.ts";
import type {
  AnswerPlan,
  ReadableSession,
  Reader,
  Steps,
} from "../store/mod.ts";

const UTF8 = new TextEncoder();
const HEAD = UTF8.encode('{"type":"detail","session":');
const EVENTS = UTF8.encode(',"events":[');
const SPANS = UTF8.encode('],"spans":');
const TAIL = UTF8.encode("}");
const NOTHING = UTF8.encode(
  '{"type":"detail","session":null,"events":[],"spans":[]}',
);

/** Plans the answer for a session that does not exist. */
// deno-lint-ignore require-yield
export function* planNothing(): Steps<AnswerPlan> {
  return { length: NOTHING.length, parts: () => [NOTHING] };
}

/** Plans the answer for a session: its record, all its events, and the tree of its spans. */
export function* planDetail(
  reader: Reader,
  session: ReadableSession,
): Steps<AnswerPlan> {
  const { sessions } = reader;
  const { record } = session;
  const spans = yield* outlineSpans(reader, session);
  const parts = [
    HEAD.length,
    record.length,
    EVENTS.length,
    session.eventBytes + session.eventCount - 1, // a comma between two
    SPANS.length,
    spans.bytes,
    TAIL.length,
  ];
  return {
    length: parts.reduce((sum, bytes) => sum + bytes),
    *parts() {
      yield HEAD;
      yield record;
      yield EVENTS;
      yield* sessions.events(session);
      yield SPANS;
      yield* printSpans(spans.levels, sessions.printed(spans.keys));
      yield TAIL;
    },
  };
}

/**
 * The part of the tree that is kept while it is sent: 12 bytes a span, because many slow readers
 * may be served at once.
 */
interface SpanOutline {
  readonly bytes: number;
  /** Keys of the rows, in the order in which they are printed. */
  readonly keys: Float64Array;
  readonly levels: Uint32Array;
}

function* outlineSpans(
  { sessions }: Reader,
  session: ReadableSession,
): Steps<SpanOutline> {
  const rows = yield* sessions.spans(session);
  const keys = new Float64Array(rows.length);
  const levels = new Uint32Array(rows.length);
  let at = 0;
  const tree = yield* growSpanTree(rows);
  const bytes = yield* measureSpans(tree, ({ key, viewBytes }, level) => {
    keys[at] = key;
    levels[at++] = level;
    return viewBytes;
  });
  return { bytes, keys, levels };
}

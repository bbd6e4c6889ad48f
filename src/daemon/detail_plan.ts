// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The `detail` answer, in two passes: its length from rows, then its bytes from rows.
 * @module
 */
import { growSpanTree, printSpans, type SpanBranch } from "../events/mod.ts";
import type {
  FoundSession,
  Plan,
  Reader,
  SpanKnot,
  Steps,
} from "../store/mod.ts";

const UTF8 = new TextEncoder();
const COMMA = UTF8.encode(",");
const HEAD = UTF8.encode('{"type":"detail","session":');
const EVENTS = UTF8.encode(',"events":[');
const SPANS = UTF8.encode('],"spans":');
const TAIL = UTF8.encode("}");
const NO_BYTES = new Uint8Array();
const NOTHING = UTF8.encode(
  '{"type":"detail","session":null,"events":[],"spans":[]}',
);

/** Plans the answer for a session that is not there. */
// deno-lint-ignore require-yield
export function* planNothing(): Steps<Plan> {
  return { length: NOTHING.length, parts: () => [NOTHING] };
}

/** Plans the answer for a session: its record, all its events, and the tree of its spans. */
export function* planDetail(
  reader: Reader,
  session: FoundSession,
): Steps<Plan> {
  const { sessions } = reader;
  const { record } = session;
  const spans = yield* growSpanTree(yield* sessions.spans(session));
  const parts = [
    HEAD.length,
    record.length,
    EVENTS.length,
    session.eventBytes + session.eventCount - 1, // a comma between two
    SPANS.length,
    yield* measure(spans),
    TAIL.length,
  ];
  return {
    length: parts.reduce((sum, bytes) => sum + bytes),
    *parts() {
      yield HEAD;
      yield record;
      yield EVENTS;
      yield* sessions.events(session, COMMA);
      yield SPANS;
      yield* printSpans(spans, (span) => sessions.view(span));
      yield TAIL;
    },
  };
}

/** Length of the tree's text, found by printing it without its views. */
function* measure(spans: readonly SpanBranch<SpanKnot>[]): Steps<number> {
  let bytes = 0;
  const chunks = printSpans(spans, ({ viewBytes }) => {
    bytes += viewBytes;
    return NO_BYTES;
  });
  for (const { length } of chunks) {
    bytes += length;
    yield;
  }
  return bytes;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Makes the `detail` answer in two passes: its length from rows, then its bytes from rows.
 * @module
 */
import { type CallOutline, printCalls } from "../events/mod.ts";
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
const COVERAGE = UTF8.encode(',"coverage":');
const TAIL = UTF8.encode("}");
const NOTHING = UTF8.encode(
  '{"type":"detail","session":null,"events":[],"spans":[]}',
);

/** Plans the answer for a session that does not exist. */
export function planNothing(): AnswerPlan {
  return { length: NOTHING.length, parts: () => [NOTHING] };
}

/**
 * Plans the answer for a session: its record, all its events, and the tree of its calls.
 *
 * @param outline Of the calls as this reader sees them.
 */
export function planDetail(
  { sessions }: Reader,
  session: ReadableSession,
  outline: CallOutline,
): AnswerPlan {
  const { record } = session;
  const coverage = UTF8.encode(outline.coverage);
  const parts = [
    HEAD.length,
    record.length,
    EVENTS.length,
    session.eventBytes + Math.max(0, session.eventCount - 1), // a comma between two
    SPANS.length,
    outline.bytes,
    COVERAGE.length,
    coverage.length,
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
      yield* printCalls(outline, sessions.bodies(session, outline.keys));
      yield COVERAGE;
      yield coverage;
      yield TAIL;
    },
  };
}

/** Turns a plan into steps that lead to it. */
// deno-lint-ignore require-yield
export function* planned(plan: AnswerPlan): Steps<AnswerPlan> {
  return plan;
}

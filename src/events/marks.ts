// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Marks: events that are not calls but affect them, such as ends of turns and requests to the user.
 * Rows keep several marks each, so that the state stays short.
 * @module
 */
import type { Facts } from "./facts.ts";
import type { Moment } from "./moment.ts";
import { parseExact, printExact } from "./_exact_text.ts";

/**
 * `halt`: the end of a thread's turn. `interrupt`: the same, by the user. `end`: the end of the
 * session. `permission`, `notice` and `question`: a request to the user. `answer`: the user's
 * answer. `stray`: the end of an unnamed subagent.
 */
export type MarkKind =
  | "halt"
  | "interrupt"
  | "end"
  | "permission"
  | "notice"
  | "question"
  | "answer"
  | "stray";

/** One mark. For a stray end `tool` is the subagent's type, and `inputKey` its task. */
export type Mark = readonly [
  kind: MarkKind,
  at: Moment,
  thread: string,
  callId?: string | null,
  tool?: string | null,
  inputKey?: string | null,
  message?: string | null,
];

/** Number of marks in a row. */
export const MARKS_A_ROW = 8;
const MARKS = "!";

/** Returns the key of a row of marks. */
export function markKey(number: number): string {
  return MARKS + number;
}

/** Whether the row with a key has marks. */
export function isMarkKey(key: string): boolean {
  return key.startsWith(MARKS);
}

/** Prints marks as the body of their row. */
export function printMarks(marks: readonly Mark[]): string {
  return printExact(marks);
}

/** Reads the body of a row of marks. */
export function parseMarks(body: string): readonly Mark[] {
  return parseExact<readonly Mark[]>(body);
}

/** Returns the mark of an event; null for most events. */
export function markOf(facts: Facts): Mark | null {
  const { at, thread, call } = facts;
  switch (facts.meaning) {
    case "interrupt":
      return ["interrupt", at, thread];
    case "session_end":
      return ["end", at, ""];
    case "subagent_stop":
      return thread === ""
        ? ["stray", at, thread, null, facts.threadType, facts.task]
        : ["halt", at, thread];
    case "answer":
      return ["answer", at, thread];
  }
  if (isHalt(facts)) return ["halt", at, thread];
  const kind = requestKind(facts);
  if (kind === null || call === null) return null;
  const { tool, inputKey, summary } = call;
  const message = summary ?? facts.message;
  return [kind, at, thread, facts.callId, tool, inputKey, message];
}

/** Returns the kind of an event's request to the user, or null. */
function requestKind(
  { meaning, asking }: Facts,
): "permission" | "notice" | "question" | null {
  if (meaning === "permission" || meaning === "question") return meaning;
  if (meaning !== "notification") return null;
  if (asking === "permission") return "notice";
  return asking === "answer" ? "question" : null;
}

/**
 * Whether an event ends all earlier calls of its thread: the turn is over, or the agent waits for a
 * prompt.
 */
export function isHalt({ meaning, asking }: Facts): boolean {
  return meaning === "prompt" || meaning === "turn_end" ||
    meaning === "turn_failed" || meaning === "interrupt" ||
    asking === "prompt";
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Two ways to search: the daemon looks for a text, this process for a regular expression.
 * @module
 */
import { answerFault } from "../../client/mod.ts";
import { UsageError } from "../../context/mod.ts";
import type { TextSearch } from "../../events/mod.ts";
import type { Redactor } from "../../privacy/mod.ts";
import {
  type AnswerOf,
  decodeAnswer,
  decodeText,
  type RequestOf,
  scanMembers,
} from "../../proto/mod.ts";
import { followEvents } from "../ask/follow_events.ts";
import type { Run } from "../shell/cli.ts";

/** An event that matches. */
export type GrepMatch = AnswerOf<"match">;
type GrepQuestion = RequestOf<"search_events">;
/** An event's record adds a level around the payload, and its answer another. */
const MAX_EVENT_DEPTH = 129;

/**
 * Lets the daemon search for a text.
 *
 * @returns Yields matches that arrive together, never none.
 * @throws As `followEvents`.
 */
export async function* searchThere(
  question: GrepQuestion,
  run: Run,
  signal: AbortSignal,
): AsyncGenerator<GrepMatch[], void> {
  for await (const answers of followEvents(question, run, signal)) {
    const found = answers.flatMap((answer) =>
      answer.type === "match" ? [readMatch(answer.bytes)] : []
    );
    if (found.length > 0) yield found;
  }
}

/**
 * Reads all events and searches them in this process, which the user can end at any time: a
 * regular expression can take as long as it likes, and must not keep the daemon from its work.
 *
 * @returns Yields matches of events that arrive together, never none.
 * @throws {UsageError} If the text is no regular expression.
 * @throws As `followEvents`.
 */
export async function* searchHere(
  { text, ignore_case, last, redact, filter }: GrepQuestion,
  run: Run,
  signal: AbortSignal,
): AsyncGenerator<GrepMatch[], void> {
  const compiled = await compile(text, ignore_case === true);
  const search = redact ? compiled.redacted(await loadRedactor()) : compiled;
  const most = last ?? null;
  const newest: GrepMatch[] = [];
  const question = {
    type: "watch_events",
    ...filter === undefined ? {} : { filter },
  } as const;
  for await (const answers of followEvents(question, run, signal)) {
    const found: GrepMatch[] = [];
    for (const answer of answers) {
      if (answer.type !== "event") continue;
      const match = searchEvent(answer.bytes, search);
      if (match !== null) found.push(match);
    }
    if (most === null) {
      if (found.length > 0) yield found;
      continue;
    }
    newest.push(...found);
    newest.splice(0, Math.max(0, newest.length - Number(most)));
  }
  if (newest.length > 0) yield newest;
}

async function loadRedactor(): Promise<Redactor> {
  const { makeRedactor } = await import("../../privacy/mod.ts");
  return makeRedactor();
}

async function compile(
  pattern: string,
  ignoresCase: boolean,
): Promise<TextSearch> {
  const { TextSearch } = await import("../../events/mod.ts");
  try {
    return TextSearch.ofPattern(pattern, ignoresCase);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

function readMatch(bytes: Uint8Array): GrepMatch {
  try {
    const answer = decodeAnswer(bytes);
    if (answer.type === "match") return answer;
  } catch (error) {
    throw answerFault(error);
  }
  throw new TypeError("Cannot print match: it is none");
}

/** Searches the payload of an event as the daemon sent it. */
function searchEvent(
  bytes: Uint8Array,
  search: TextSearch,
): GrepMatch | null {
  const event = scanMembers(bytes, MAX_EVENT_DEPTH)?.members
    .find(({ key }) => key === "event");
  if (event === undefined) return null;
  const record = bytes.subarray(event.start, event.end);
  const payload = scanMembers(record, MAX_EVENT_DEPTH)?.members
    .find(({ key }) => key === "payload");
  if (payload === undefined) return null;
  const json = decodeText(record.subarray(payload.start, payload.end));
  const found = search.find(json);
  if (found === null) return null;
  const answer = decodeAnswer(bytes, MAX_EVENT_DEPTH);
  if (answer.type !== "event") return null;
  const { cursor, machine, workspace, agent } = answer;
  // A daemon that sends events gives both.
  if (cursor === null || machine === null) return null;
  const { session_id, seq, ts_ms, kind, tool = null } = answer.event;
  const place = { cursor, machine, workspace, agent, session_id, seq, ts_ms };
  return { type: "match", ...place, event: kind, tool, ...found };
}

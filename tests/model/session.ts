// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The model's sessions: everything that can be told of them, from the list of events alone.
 * @module
 */
import { type ModelActivity, readActivity, STATUS_OF } from "./activity.ts";
import { findCalls, isAboutCall, type ModelCall } from "./calls.ts";
import {
  asFields,
  compareSeen,
  type Delivered,
  firstText,
  type Meaning,
  seeEvent,
  type Seen,
  text,
} from "./event.ts";
import { callIdOf, costOf, numberOf } from "./result.ts";
import { findThreads } from "./threads.ts";
import { buildTree, flatten, type ModelSpan } from "./tree.ts";

/** A session as the wire has it, as far as truth goes. */
export interface ModelSession {
  id: string;
  workspace: string;
  agent: string;
  model: string | null;
  started_at_ms: number;
  ended_at_ms: number | null;
  last_event_at_ms: number;
  status: string;
  activity: ModelActivity;
  trace_path: string;
  title: string | null;
  parent_session_id: string | null;
  agent_version: string | null;
  os: string | null;
  arch: string | null;
  branch: string | null;
  start_commit: string | null;
  end_commit: string | null;
  totals: {
    events: number;
    tool_calls: number;
    errors: number | null;
    tokens_in: number | null;
    tokens_out: number | null;
    cost_usd_e6: number | null;
  };
  spans: ModelSpan[];
}

/** Agents that run each other's hooks do so within this time. */
const COPY_MS = 60_000;
/** Periods in which, and in the one after, equal payloads are one event. */
const PROVEN_MS = 30_000;
const LIKELY_MS = 500;
/** What does not happen twice at once in one turn. */
const RARE = new Set<Meaning>([
  "session_start",
  "session_end",
  "prompt",
  "turn_end",
  "turn_failed",
  "interrupt",
  "subagent_start",
  "subagent_stop",
  "compaction",
]);
const TITLE_LETTERS = 200;
/** Agents that run each other's hooks. */
const RUNS_OTHERS = new Set<string | null>(["cursor", "copilot"]);

/**
 * Tells what the sessions are after all these events.
 *
 * @param delivered In order of arrival; it matters only for what is delivered more than once.
 */
export function modelSessions(
  delivered: readonly Delivered[],
  nowMs: number,
): ModelSession[] {
  const seen = storedOnce(settle(delivered.map(seeEvent)));
  const groups = new Map<string, Seen[]>();
  for (const event of seen) {
    const key = JSON.stringify([event.workspace, event.session]);
    groups.set(key, [...groups.get(key) ?? [], event]);
  }
  const all = [...groups.values()].map((events) => events.sort(compareSeen));
  return all.map((events) => toSession(events, all, nowMs))
    .sort((a, b) =>
      b.last_event_at_ms - a.last_event_at_ms || (a.id < b.id ? -1 : 1)
    );
}

/** A session whose id is unique is in the workspace of its first event. */
function settle(events: readonly Seen[]): Seen[] {
  const firsts = new Map<string, Seen>();
  for (const event of events) {
    const first = firsts.get(event.session);
    if (first === undefined || event.ms < first.ms) {
      firsts.set(event.session, event);
    }
  }
  return events.map((event) => {
    const isUnique = /^[\da-f]{8}-/.test(event.session);
    const { workspace } = isUnique ? firsts.get(event.session) ?? event : event;
    return { ...event, workspace };
  });
}

/** The stored events: each event once, without copies through another configuration. */
function storedOnce(events: readonly Seen[]): Seen[] {
  const stored: (Seen & { copies: Map<string, Seen> })[] = [];
  const known = new Set<string>();
  for (const event of events) {
    const key = JSON.stringify([event.workspace, event.session, event.id]);
    if (known.has(key)) continue;
    known.add(key);
    const beside = stored.filter((other) =>
      other.session === event.session && other.workspace === event.workspace
    );
    if (beside.some((other) => isSame(other, event))) continue;
    const original = beside.find((other) =>
      RUNS_OTHERS.has(event.provenAgent) &&
      Math.abs(other.ms - event.ms) <= COPY_MS &&
      other.via !== event.via && copyKey(other) === copyKey(event) &&
      isSameCopy(other.copies.get(event.via), event)
    );
    if (original !== undefined) original.copies.set(event.via, event);
    else stored.push({ ...event, copies: new Map() });
  }
  return stored;
}

/** Whether a copy is the first one through its configuration, or that one again. */
function isSameCopy(before: Seen | undefined, copy: Seen): boolean {
  return before === undefined ||
    periodOf(copy) === PROVEN_MS && wholeKey(before) === wholeKey(copy);
}

/** The facts that copies through different agents' configurations have in common. */
function copyKey(event: Seen): string {
  const { fields, meaning } = event;
  const own = callIdOf(event) ??
    (fields.timestamp === undefined
      ? null
      : new Date(String(fields.timestamp)).getTime());
  return own === null ? wholeKey(event) : JSON.stringify([meaning, own]);
}

/** Whether two hooks of one agent delivered the same event. */
function isSame(a: Seen, b: Seen): boolean {
  const period = periodOf(b);
  return period !== null && wholeKey(a) === wholeKey(b) &&
    Math.abs(Math.floor(a.ms / period) - Math.floor(b.ms / period)) <= 1;
}

function periodOf(event: Seen): number | null {
  const { fields, meaning } = event;
  if (callIdOf(event) !== null || "timestamp" in fields) return PROVEN_MS;
  const isInTurn = ["generation_id", "prompt_id", "turn_id"].some((key) =>
    fields[key] !== undefined && fields[key] !== null
  );
  return isInTurn && RARE.has(meaning) ? LIKELY_MS : null;
}

function wholeKey({ fields, meaning }: Seen): string {
  const theirs = Object.entries(fields)
    .filter(([key]) => !key.startsWith("kaizen_") && key !== "timestamp_ms");
  return JSON.stringify([meaning, theirs]);
}

function toSession(
  events: readonly Seen[],
  all: readonly (readonly Seen[])[],
  nowMs: number,
): ModelSession {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) {
    throw new RangeError("a session has an event at least");
  }
  const newest = <T>(read: (event: Seen) => T | null): T | null =>
    events.map(read).findLast((value) => value !== null) ?? null;
  const newestText = (...keys: string[]) =>
    newest(({ fields }) => firstText(fields, ...keys));
  const isGit = first.session.startsWith("git:");
  const trace = newestText("transcript_path", "transcriptPath") ?? "";
  const endedMs = isGit ? null : endOf(events, all, trace);
  const calls = findCalls(events);
  const threads = findThreads(calls, events);
  const spans = buildTree({
    calls,
    threads,
    events,
    isEnded: endedMs !== null,
  });
  const activity = readActivity({
    calls,
    threads,
    events,
    endedMs: isGit ? last.ms : endedMs,
    nowMs,
  });
  // A call's two events may tell the same figure: it counts once.
  const alone = events.filter((event) => !isAboutCall(event));
  const sum = (
    ofCall: (call: ModelCall) => number | null,
    ofEvent: (event: Seen) => number | null,
  ) => {
    const known = [...calls.map(ofCall), ...alone.map(ofEvent)]
      .filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  };
  const commits = gitEvents(first.workspace, all);
  return {
    id: first.session,
    workspace: first.workspace,
    agent: isGit
      ? "git"
      : newest(({ provenAgent }) => provenAgent) ?? last.source,
    model: newest(modelOf),
    started_at_ms: first.ms,
    ended_at_ms: endedMs,
    last_event_at_ms: last.ms,
    status: STATUS_OF[activity.state],
    activity,
    trace_path: trace,
    title: events.map(titleOf).find((title) => title !== null) ?? null,
    parent_session_id: newest(({ fields, session }) => {
      const parent = firstText(
        fields,
        "parent_session_id",
        "parent_conversation_id",
      );
      return parent === session ? null : parent;
    }),
    agent_version: newestText(
      "cursor_version",
      "claude_version",
      "agent_version",
      "version",
    ),
    os: newestText("os"),
    arch: newestText("arch"),
    branch: newestText("git_branch") ??
      commits.findLast(({ ms }) => ms <= last.ms)?.branch ?? null,
    start_commit: commits.findLast(({ ms }) => ms <= first.ms)?.commit ?? null,
    end_commit: commits.findLast(({ ms }) => ms <= last.ms)?.commit ?? null,
    totals: {
      events: events.length,
      tool_calls: calls.length,
      errors: errorsOf(
        flatten(spans),
        calls.filter((call) => call.end !== null && call.outcome === null)
          .length,
      ),
      tokens_in: sum(
        ({ tokensIn }) => tokensIn,
        (event) => numberOf(event, "input_tokens"),
      ),
      tokens_out: sum(
        ({ tokensOut }) => tokensOut,
        (event) => numberOf(event, "output_tokens"),
      ),
      cost_usd_e6: sum(({ cost }) => cost, costOf),
    },
    spans,
  };
}

/**
 * Failed calls; null where none is known to have failed and there are some of which nothing tells.
 */
function errorsOf(spans: readonly ModelSpan[], unknown: number): number | null {
  const failed = spans.filter(({ status }) => status === "failed").length;
  return failed === 0 && unknown > 0 ? null : failed;
}

/**
 * When the session ended: by its own word, else when the next one took over its transcript; null if
 * anything came later.
 */
function endOf(
  events: readonly Seen[],
  all: readonly (readonly Seen[])[],
  trace: string,
): number | null {
  const last = events.at(-1);
  if (last === undefined) return null;
  if (last.meaning === "session_end") return last.ms;
  if (trace === "") return null;
  const next = all.filter((others) =>
    others !== events && others[0]?.workspace === last.workspace &&
    others.some(({ fields }) => fields.transcript_path === trace)
  ).map(([first]) => first).filter((first) => first !== undefined)
    .filter((first) => first.ms >= last.ms)
    .sort(compareSeen);
  return next[0]?.ms ?? null;
}

function modelOf({ fields }: Seen): string | null {
  for (
    const one of [
      fields,
      ...["message", "metadata", "config"].map((key) => asFields(fields[key])),
    ]
  ) {
    const model = text(one, "model")?.trim();
    if (model) return model;
  }
  return null;
}

function titleOf({ meaning, fields }: Seen): string | null {
  if (meaning !== "prompt") return null;
  const said = text(fields, "prompt") ??
    text(asFields(fields.context) ?? {}, "content");
  const line = (said ?? "").split("\n")
    .map((line) => line.trim()).find((line) => line !== "");
  return line === undefined ? null : [...line].slice(0, TITLE_LETTERS).join("");
}

/** Commits that git's hooks have told of in a worktree, oldest first. */
function gitEvents(
  workspace: string,
  all: readonly (readonly Seen[])[],
): { ms: number; commit: string | null; branch: string | null }[] {
  return all.flat()
    .filter((event) => event.workspace === workspace)
    .flatMap((event) => {
      const git = asFields(event.fields.git);
      return git === null ? [] : [{ event, git }];
    })
    .sort((a, b) => compareSeen(a.event, b.event))
    .map(({ event, git }) => ({
      ms: event.ms,
      commit: text(git, "commit"),
      branch: text(git, "branch"),
    }));
}

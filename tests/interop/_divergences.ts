// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The only differences that a comparison accepts, by the numbers of docs/compatibility.md. Any
 * other difference is a bug.
 * @module
 */
import {
  isRequestName,
  type JsonObject,
  type JsonValue,
  REQUESTS,
} from "../../src/proto/mod.ts";
import { type Difference, isObject } from "./_differences.ts";
import type { End } from "./_exchange.ts";

/** The context of a difference. */
export interface Situation {
  request: JsonObject;
  /** The whole answers, as far as there are any. */
  ours: JsonObject;
  theirs: JsonObject;
  /** Both daemons were restarted since this workspace had its first event. */
  restarted: boolean;
}

const HOME_INSIDE = "KAIZEN_HOME must be outside target repository";
const OVERFLOWN: ReadonlySet<JsonValue> = new Set([
  "Invalid column type Real at index: 9, name: cost_usd_e6",
]);

type Rule = (difference: Difference, situation: Situation) => boolean;

const SESSION = /^(?:session|rows\[\d+\])\./;
const INVALID_JSON = /^(.* hook: invalid JSON: )./s;

/** Facts of a process, the same for none. */
const OWN_FACTS = new Set(["pid", "uptime_ms", "daemon_version"]);

const FOREIGN: ReadonlySet<unknown> = new Set(
  Object.entries(REQUESTS).flatMap(([name, { answer }]) =>
    answer === "error" ? [name] : []
  ),
);
const THEIRS: ReadonlySet<unknown> = new Set([
  "hello",
  "status",
  "stop",
  "list_sessions",
  "get_session_detail",
  "ingest_hook",
  ...FOREIGN,
]);
const OWN: ReadonlySet<unknown> = new Set(
  Object.keys(REQUESTS).filter((name) => !THEIRS.has(name)),
);

const RULES: Record<number, Rule> = {
  /** A home inside of a workspace is none of our business. */
  4: ({ path, theirs: part }, { theirs }) =>
    theirs["message"] === HOME_INSIDE ||
    path === "last_error" && part === HOME_INSIDE,
  /** They know registered workspaces only, and nothing in scope registers one. */
  7: ({ path }, { request, theirs }) =>
    /^workspaces(?:\[\d+\])?$/.test(path) ||
    request["type"] === "get_session_detail" &&
      (request["workspace"] ?? null) === null && theirs["session"] === null,
  /** No fingerprint of prompt files. */
  9: ({ path, ours, theirs }) =>
    SESSION.test(path) && path.endsWith(".prompt_fingerprint") &&
    ours === null && typeof theirs === "string" &&
    /^[0-9a-f]{64}$/.test(theirs),
  /** No repair of what an old version has stored. */
  13: ({ path, ours, theirs }, { restarted }) => {
    if (!restarted || !SESSION.test(path)) return false;
    if (path.endsWith(".agent")) return ours === "claude" && theirs === "codex";
    if (path.endsWith(".model")) {
      return ours === null && typeof theirs === "string";
    }
    return path.endsWith(".trace_path") && ours === "" &&
      typeof theirs === "string";
  },
  /** The parser's own words. */
  16: ({ path, ours, theirs }) => {
    if (path !== "message" && path !== "last_error") return false;
    if (typeof ours !== "string" || typeof theirs !== "string") return false;
    const [, start] = INVALID_JSON.exec(ours) ?? [];
    return start !== undefined && start === INVALID_JSON.exec(theirs)?.[1];
  },
  /** A session of git's hooks is git's, and over. */
  17: ({ path, ours }) =>
    path.endsWith(".agent") && ours === "git" && SESSION.test(path),
  /** Sums for lists; of a status two times, the size of the store, and the transcripts read. */
  19: ({ path, theirs }, { ours: answer }) =>
    theirs === undefined &&
    (/^(?:store|transcripts|last_(?:error|stored)_ms)$/.test(path) &&
        answer["type"] === "status" ||
      SESSION.test(path) && path.endsWith(".totals")),
  /** No web server, so no address of one. */
  20: ({ path, ours }, { theirs }) =>
    path === "web" && ours === undefined && theirs["type"] === "status",
  /** SQLite's number of the error is not repeated after its words. */
  21: ({ path, ours, theirs }) =>
    (path === "message" || path === "last_error") &&
    typeof ours === "string" && typeof theirs === "string" &&
    theirs.startsWith(`${ours}: Error code `),
  /** No watchers, no proxies: these requests are refused in words. */
  22: ({ path, ours }, { request, ours: answer }) =>
    FOREIGN.has(request["type"]) && answer["type"] === "error" ||
    path === "last_error" && typeof ours === "string" &&
      ours.startsWith("This daemon does not do "),
  /** Requests of ours alone. */
  23: (_, { request, theirs }) =>
    OWN.has(request["type"]) && Object.keys(theirs).length === 0,
  /** Their reading of a number with many digits is off by a little. */
  24: ({ path, ours, theirs }) =>
    /^events\[\d+\]\.payload\./.test(path) && typeof ours === "number" &&
    typeof theirs === "number" && (isFraction(ours) || isFraction(theirs)) &&
    Math.abs(ours - theirs) <= 4 * Number.EPSILON * Math.abs(ours),
  /** Their sum of costs overflows, and the session takes no more events. */
  25: (_, { theirs }) => OVERFLOWN.has(theirs["message"] ?? null),
  /** The activity of a session, not the last event. */
  38: ({ path }) => isTold(path, ["status"]),
  /** The first event's time, and the end's. */
  39: ({ path }) => isTold(path, ["started_at_ms", "ended_at_ms"]),
  /** The agent by the strongest evidence, and the newest title and model. */
  40: ({ path }) => isTold(path, WHO),
  /** One span a call, open ones too; below the call that started its agent. */
  41: ({ path }, { ours }) =>
    /^spans(?:\[|$)/.test(path) && ours["type"] === "detail",
  /** Additional facts about a session. */
  42: ({ path, theirs }) =>
    theirs === undefined &&
    (path === "coverage" ||
      isTold(path, ["activity", "last_event_at_ms", "title"])),
  /** Sessions by their last activity: another page of them. */
  43: ({ path }, { request, ours, theirs }) =>
    isPart(path) && isPartial(request, ours) &&
    listLength(ours) === listLength(theirs),
  /** Facts about a session's directory from git's own events. */
  44: ({ path, theirs }) =>
    theirs === null && isTold(path, ["start_commit", "end_commit", "branch"]),
  /** Sessions that a filter finds by what is told of them. */
  45: ({ path }, { request }) => isPart(path) && hasFilter(request),
  /** A session that its agent took to another workspace. */
  46: (_, { request }) => UUID.test(String(request["id"] ?? "")),
};

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const WHO = [
  "agent",
  "model",
  "trace_path",
  "agent_version",
  "os",
  "arch",
  "parent_session_id",
];

/** Whether a path leads to one of these keys of a session. */
function isTold(path: string, keys: readonly string[]): boolean {
  const place = SESSION.exec(path)?.[0];
  return place !== undefined && keys.includes(path.slice(place.length));
}

/** Whether a path leads to what a page has of its sessions. */
function isPart(path: string): boolean {
  return /^(?:rows\[|total$|next_offset$)/.test(path);
}

function isPartial(request: JsonObject, answer: JsonObject): boolean {
  return request["type"] === "list_sessions" &&
    (request["offset"] !== 0 || answer["next_offset"] !== null);
}

function hasFilter({ filter }: JsonObject): boolean {
  // An array has the filter's values without their names.
  return typeof filter === "object" && filter !== null &&
    Object.values(filter).some((value) => value !== null && value !== "");
}

function listLength({ rows }: JsonObject): number {
  return Array.isArray(rows) ? rows.length : 0;
}

/** Nothing that was written as an integer. */
function isFraction(value: number): boolean {
  return !Number.isSafeInteger(value);
}

/**
 * Whether our end of a connection is divergence 28: what was not read of a request resets it there,
 * and by chance here.
 */
export function isLuckyEnd(ours: End, theirs: End): boolean {
  return ours === "eof" && theirs === "reset";
}

/**
 * Returns the number of the divergence that a difference is, 0 for what is no difference in
 * behaviour, else null.
 */
export function explain(
  difference: Difference,
  situation: Situation,
): number | null {
  if (OWN_FACTS.has(difference.path)) return 0;
  for (const [number, rule] of Object.entries(RULES)) {
    if (rule(difference, situation)) return Number(number);
  }
  return null;
}

/** Names the fields of a request that may be written as an array. */
export function nameFields(request: JsonValue): JsonObject {
  if (!Array.isArray(request)) return objectOrEmpty(request);
  const [type, ...values] = request;
  if (typeof type !== "string" || !isRequestName(type)) return {};
  const keys = Object.keys(REQUESTS[type].fields);
  return {
    type,
    ...Object.fromEntries(values.map((value, i) => [keys[i] ?? i, value])),
  };
}

/** Narrows an answer for a {@linkcode Situation}. */
export function objectOrEmpty(value: JsonValue): JsonObject {
  return isObject(value) ? value : {};
}

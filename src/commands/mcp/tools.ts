// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The tools that an agent may call. All of them only read.
 * @module
 */
import { ValidationError } from "@cliffy/command";
import { ask, NotRunningError, type WatchRequest } from "../../client/mod.ts";
import { UsageError } from "../../context/mod.ts";
import { flattenSpans } from "../../output/mod.ts";
import { redactsExports } from "../../privacy/mod.ts";
import {
  ANSWERS,
  decodeAnswer,
  SESSION_STATUSES,
  type SessionStatus,
} from "../../proto/mod.ts";
import { clientOptions, READ_TIMEOUT_MS } from "../ask/ask.ts";
import { followEvents } from "../ask/follow_events.ts";
import { findEventsPlace } from "../events/run.ts";
import { type Place, readPlace, resolvePlace } from "../ask/place.ts";
import { collectSessions } from "../ask/session_rows.ts";
import { findSession } from "../ask/find_session.ts";
import { readDetail } from "../detail/read_detail.ts";
import { resolveSince, sinceType } from "../shell/since.ts";
import type { Run } from "../shell/cli.ts";
import { redactToken } from "../status/redact_token.ts";
import type { Arguments, ArgumentValues } from "./schema.ts";

/** Maximum number of sessions in one result. */
const MAX_SESSIONS = 50;
/** Maximum number of events in one result. */
const MAX_EVENTS = 200;
/** A longer text in an event is cut, in characters. */
const MAX_TEXT = 2_000;

/** A tool as the server declares it. */
export interface ToolDeclaration {
  name: string;
  description: string;
  fields: Arguments;
  /** Returns the result as a JSON value. */
  call: (values: ArgumentValues, run: Run) => Promise<unknown>;
}

const WORKSPACE: Arguments = {
  workspace: {
    type: "string",
    description: "Absolute path of a directory (default: the current one)",
  },
  all_workspaces: {
    type: "boolean",
    description: "All workspaces that kaizen knows (default: false)",
  },
};

const CURSOR = {
  type: "string",
  description: "Only events after the one with this cursor; for the next page",
} as const;

const EVENT_LIMIT = {
  type: "integer",
  maximum: MAX_EVENTS,
  description: `Maximum number (default: 50, at most ${MAX_EVENTS})`,
} as const;

const EVENT_FILTERS: Arguments = {
  ...WORKSPACE,
  session: {
    type: "string",
    description: "Only this session: its id, a prefix of it, or @latest",
  },
  agent: {
    type: "string",
    description: "Only agents whose name starts with this",
  },
  tool: { type: "string", description: "Only events of this tool" },
  path: {
    type: "string",
    description: "Only tool calls with a path that matches this glob",
  },
  errors: {
    type: "boolean",
    description: "Only calls and turns that failed (default: false)",
  },
  since: {
    type: "string",
    description: "Only since then: today, 7d, 24h, or an RFC 3339 time",
  },
};

/** The tools. */
export const TOOLS: readonly ToolDeclaration[] = [
  {
    name: "status",
    description:
      "Whether kaizen records: the daemon, its last error, events that wait.",
    fields: {},
    call: tellStatus,
  },
  {
    name: "sessions",
    description:
      "Lists sessions of coding agents, last activity first: id, agent, title, state, duration, calls, errors, tokens, cost.",
    fields: {
      ...WORKSPACE,
      agent: {
        type: "string",
        description: "Only agents whose name starts with this",
      },
      status: {
        type: "string",
        description: `One of ${SESSION_STATUSES.join(", ")}`,
      },
      since: {
        type: "string",
        description: "Active since: today, 7d, 24h, or an RFC 3339 time",
      },
      limit: {
        type: "integer",
        maximum: MAX_SESSIONS,
        description: `Maximum number (default: 20, at most ${MAX_SESSIONS})`,
      },
      offset: {
        type: "integer",
        maximum: 1_000_000,
        description: "Skip the first N (default: 0)",
      },
    },
    call: listSessions,
  },
  {
    name: "session",
    description:
      "One session: its record, its tool calls, and a page of its events in the order of their arrival. Long texts are cut.",
    fields: {
      id: {
        type: "string",
        isRequired: true,
        description: "Its id, a prefix of it, or @latest",
      },
      workspace: {
        type: "string",
        description: "Absolute path of a directory (default: the current one)",
      },
      after_seq: {
        type: "integer",
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Only events after this one; for the next page",
      },
      limit: {
        type: "integer",
        maximum: MAX_EVENTS,
        description:
          `Maximum number of events (default: 50, at most ${MAX_EVENTS})`,
      },
    },
    call: showSession,
  },
  {
    name: "events",
    description:
      "Events of all sessions in the order of their arrival: the newest ones, or those after a cursor. Long texts are cut.",
    fields: { ...EVENT_FILTERS, after_cursor: CURSOR, limit: EVENT_LIMIT },
    call: listEvents,
  },
  {
    name: "grep",
    description:
      "Finds a text in the prompts, commands, outputs and other texts of all sessions: the newest matches, or those after a cursor.",
    fields: {
      text: {
        type: "string",
        isRequired: true,
        description: "The text to look for",
      },
      ignore_case: {
        type: "boolean",
        description: "Ignore case (default: false)",
      },
      ...EVENT_FILTERS,
      after_cursor: CURSOR,
      limit: EVENT_LIMIT,
    },
    call: searchEvents,
  },
];

async function tellStatus(
  _values: ArgumentValues,
  run: Run,
): Promise<unknown> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  try {
    const status = await ask({ type: "status" }, client);
    return { running: true, ...redactToken(status) };
  } catch (error) {
    if (!(error instanceof NotRunningError)) throw error;
    return { running: false, reason: error.message };
  }
}

async function listSessions(
  values: ArgumentValues,
  run: Run,
): Promise<unknown> {
  const { agent, status, since, limit, offset } = values;
  const workspaces = await resolvePlace(placeOf(values, run), run);
  const list = await collectSessions(workspaces, {
    filter: {
      ...typeof agent === "string" ? { agent_prefix: agent } : {},
      ...status === undefined ? {} : { status: readStatus(status) },
      ...typeof since === "string"
        ? { active_since_ms: readSince(since, run) }
        : {},
    },
    limit: Number(limit ?? 20) || MAX_SESSIONS,
    offset: Number(offset ?? 0),
  }, run);
  const { rows, total, next_offset } = list;
  return { sessions: rows.map(({ record }) => record), total, next_offset };
}

async function showSession(
  values: ArgumentValues,
  run: Run,
): Promise<unknown> {
  const { id, after_seq } = values;
  const found = await findSession({
    id: String(id),
    place: placeOf(values, run),
    isEager: false,
  }, run);
  await using answer = found.answer;
  const { session, detail } = await readDetail(answer);
  const after = Number(after_seq ?? -1);
  const limit = Number(values.limit ?? 50) || MAX_EVENTS;
  const later = detail.events.filter(({ seq }) => Number(seq) > after);
  const page = later.slice(0, limit);
  return {
    session,
    calls: after < 0 ? flattenSpans(detail.spans).slice(0, MAX_EVENTS) : [],
    events: page,
    next_after_seq: later.length > limit ? page.at(-1)?.seq ?? null : null,
    total_events: detail.events.length,
  };
}

async function listEvents(
  values: ArgumentValues,
  run: Run,
): Promise<unknown> {
  const question = {
    type: "watch_events",
    ...await readEventPage(values, run),
  } as const;
  return await collectPage(question, values, run);
}

async function searchEvents(
  values: ArgumentValues,
  run: Run,
): Promise<unknown> {
  const question = {
    type: "search_events",
    text: String(values.text),
    ignore_case: values.ignore_case === true,
    redact: await redactsExports(run.settings.paths().home),
    ...await readEventPage(values, run),
  } as const;
  return await collectPage(question, values, run);
}

/** Reads which events are wanted: those after a cursor, else the newest. */
async function readEventPage(
  values: ArgumentValues,
  run: Run,
): Promise<Pick<WatchRequest, "cursor" | "last" | "filter">> {
  const { session, agent, tool, path, since, after_cursor } = values;
  const text = (value: unknown) => typeof value === "string" ? value : null;
  const place = await findEventsPlace({
    place: placeOf(values, run),
    session: text(session),
  }, run);
  return {
    cursor: text(after_cursor),
    last: after_cursor === undefined ? limitOf(values) : null,
    filter: {
      ...place,
      agent_prefix: text(agent),
      tool: text(tool),
      path: text(path),
      errors: values.errors === true,
      since_ms: typeof since === "string" ? readSince(since, run) : null,
    },
  };
}

function limitOf({ limit }: ArgumentValues): number {
  return Number(limit ?? 50) || MAX_EVENTS;
}

/** Reads events up to the limit. */
async function collectPage(
  question: WatchRequest,
  values: ArgumentValues,
  run: Run,
): Promise<unknown> {
  const rows: unknown[] = [];
  const limit = limitOf(values);
  let cursor: string | null = null;
  let isEnd = true;
  const stop = new AbortController();
  try {
    for await (const answers of followEvents(question, run, stop.signal)) {
      for (const answer of answers) {
        if (answer.type === "watch") continue;
        isEnd = rows.length < limit;
        if (!isEnd) break;
        cursor = answer.cursor;
        rows.push(decodeAnswer(answer.bytes, ANSWERS.event.maxDepth));
      }
      if (!isEnd) break;
    }
  } finally {
    stop.abort();
  }
  return { events: rows, last_cursor: cursor, is_end: isEnd };
}

function placeOf(values: ArgumentValues, run: Run): Place {
  const { workspace, all_workspaces } = values;
  return readPlace({
    ...typeof workspace === "string" ? { workspace } : {},
    ...all_workspaces === true ? { allWorkspaces: true } : {},
  }, run);
}

/** @throws {UsageError} If it is no status. */
function readStatus(word: string | number | boolean): SessionStatus {
  const found = SESSION_STATUSES.find((status) =>
    status.toLowerCase() === String(word).toLowerCase()
  );
  if (found !== undefined) return found;
  throw new UsageError(
    `"status" must be one of ${SESSION_STATUSES.join(", ")}`,
  );
}

/** @throws {UsageError} If it is no time. */
function readSince(value: string, run: Run): number {
  const type = { label: "Argument", name: "since", type: "since", value };
  try {
    return resolveSince(sinceType(type), run.context.now());
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

/** Cuts the long texts in a JSON value. */
export function cutTexts(value: unknown): unknown {
  if (typeof value === "string" && value.length > MAX_TEXT) {
    return `${value.slice(0, MAX_TEXT)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.map(cutTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, cutTexts(part)]),
  );
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A store in a folder of its own, and the shortest ways to fill and read it.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import {
  decodeJson,
  type Int,
  type JsonValue,
  type SessionFilter,
  type SessionRecord,
  type SessionStatus,
} from "../../../src/proto/mod.ts";
import {
  type NewSpan,
  type Steps,
  Store,
  type StoredAnswer,
  type StoredSession,
} from "../../../src/store/mod.ts";

/** Makes a folder for a store; it is removed at the end of its scope. */
export function tempStore(): Disposable & { folder: string; path: string } {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kz" }));
  return {
    folder,
    path: `${folder}/store.db`,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** What a test says of an event; the rest is of no interest. */
export interface Made {
  workspace?: string;
  id?: string;
  startedAt?: Int;
  lastMs?: Int;
  agent?: string;
  status?: SessionStatus;
  kaizenId?: string;
  payload?: string;
  tracePath?: string;
}

/** A session's record with the keys of the wire. */
export function makeRecord(made: Made, events: number): SessionRecord {
  return {
    id: made.id ?? "s",
    agent: made.agent ?? "cursor",
    model: null,
    workspace: made.workspace ?? "/w",
    started_at_ms: made.startedAt ?? 1000,
    ended_at_ms: null,
    status: made.status ?? "Running",
    trace_path: made.tracePath ?? "",
    start_commit: null,
    end_commit: null,
    branch: null,
    dirty_start: null,
    dirty_end: null,
    repo_binding_source: null,
    prompt_fingerprint: null,
    parent_session_id: null,
    agent_version: null,
    os: null,
    arch: null,
    repo_file_count: null,
    repo_total_loc: null,
    totals: {
      events,
      tool_calls: 0,
      errors: 0,
      tokens_in: 0,
      tokens_out: 0,
      cost_usd_e6: 0,
      last_event_ms: made.lastMs ?? made.startedAt ?? 1000,
    },
  };
}

/** Adds one event inside a transaction that is open; null if its id is known. */
export function append(
  store: Pick<Store, "sessions">,
  made: Made = {},
  spans: readonly NewSpan[] = [],
): StoredSession | null {
  const kaizenId = made.kaizenId ?? null;
  const place = store.sessions.place(
    made.workspace ?? "/w",
    made.id ?? "s",
    kaizenId,
  );
  if (place === null) return null;
  return store.sessions.append(place, {
    record: makeRecord(made, place.seq + 1),
    head: new TextEncoder().encode(`{"seq":${place.seq},"payload":`),
    payload: new TextEncoder().encode(made.payload ?? "{}"),
    kaizenId,
    spans,
  });
}

/** Number of a session's newest event. */
export function lastSeq(session: StoredSession | null): number | null {
  if (session === null) return null;
  return session.events.filed + session.events.count - 1;
}

/** Adds one event in a transaction of its own. */
export function put(store: Store, made: Made = {}): StoredSession | null {
  return store.transact(() => append(store, made));
}

/** Takes all steps; returns the result and how many steps there were. */
export function runSteps<T>(steps: Steps<T>): { result: T; count: number } {
  for (let count = 1;; count++) {
    const step = steps.next();
    if (step.done) return { result: step.value, count };
  }
}

/** Reads an answer to its end and closes it. */
export function readAnswer(answer: StoredAnswer): Uint8Array {
  const chunks = [...answer.chunks()];
  answer.close();
  const bytes = new Uint8Array(answer.length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at !== answer.length) {
    throw new RangeError(`${at} bytes, said ${answer.length}`);
  }
  return bytes;
}

/** What a test asks of a page. */
export interface Asked {
  /** Null: all of them. */
  workspace?: string | null;
  offset?: Int;
  limit?: Int;
  filter?: SessionFilter;
}

/** Prepares a page; returns its answer and how many steps it took. */
export function askPage(
  store: Store,
  asked: Asked = {},
): { answer: StoredAnswer; count: number } {
  const { workspace = "/w" } = asked;
  const found = workspace === null ? null : store.workspace(workspace);
  const reader = store.read();
  const { result, count } = runSteps(reader.answer(reader.planPage({
    workspaces: found === null ? store.listWorkspaces() : found ? [found] : [],
    offset: asked.offset ?? 0,
    limit: asked.limit ?? 100,
    filter: asked.filter ?? {},
  })));
  return { answer: result, count };
}

/** Reads a page's JSON. */
export function readPage(store: Store, asked: Asked = {}): JsonValue {
  return decodeJson(readAnswer(askPage(store, asked).answer));
}

/** A page in short: ids, total, next offset. */
export function pageOf(
  store: Store,
  asked: Asked = {},
): { ids: string; total: unknown; next: unknown } {
  const page = asObject(readPage(store, asked));
  const rows = page.rows;
  if (!Array.isArray(rows)) throw new TypeError("no rows");
  return {
    ids: rows.map((row) => String(asObject(row).id)).join(","),
    total: page.total,
    next: page.next_offset,
  };
}

/** Narrows a JSON value to an object. */
export function asObject(
  value: JsonValue | undefined,
): { [key: string]: JsonValue } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("no object");
  }
  return value;
}

/** Opens the file beside the store, as another program would. */
export function openRaw(path: string): DatabaseSync {
  return new DatabaseSync(path);
}

/** One number from the file. */
export function rawNumber(path: string, sql: string): number {
  using db = openRaw(path);
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}

export { Store };

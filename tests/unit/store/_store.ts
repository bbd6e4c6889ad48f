// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A store in a folder of its own, and the shortest ways to fill and read it.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import {
  decodeJson,
  encodeJson,
  type Int,
  type JsonValue,
  type SessionFilter,
  type SessionStatus,
} from "../../../src/proto/mod.ts";
import {
  type SessionForm,
  type Steps,
  Store,
  type StoredAnswer,
  type StoredCall,
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

/** The fields of an event that a test sets. */
export interface Made {
  workspace?: string;
  id?: string;
  startedAt?: Int;
  lastMs?: Int;
  /** When it is quiet; never, if it is not given. */
  quietMs?: Int;
  agent?: string;
  status?: SessionStatus;
  kaizenId?: string;
  payload?: string;
  trace?: string;
  /** JSON. */
  branch?: string;
  state?: string;
  title?: string;
  calls?: readonly StoredCall[];
}

/** A short record of a session, with two possible ends. */
export function makeForm(made: Made, events: number): SessionForm {
  const { id = "s", agent = "cursor", status = "Running", startedAt = 1000 } =
    made;
  const title = made.title ?? "";
  return {
    firstMs: startedAt,
    lastMs: made.lastMs ?? startedAt,
    agent,
    trace: made.trace ?? null,
    print: () => ({
      quietMs: made.quietMs ?? null,
      status,
      branch: made.branch ?? null,
      record: encodeJson({ id, agent, title, events }).slice(0, -1),
      told: "",
      live: `,"status":"${status}"}`,
      quiet: `,"status":"Idle"}`,
      state: made.state ?? `{"events":${events}}`,
    }),
  };
}

/** Adds one event inside a transaction that is open; null if its id is known. */
export function append(
  store: Pick<Store, "sessions">,
  made: Made = {},
): StoredSession | null {
  const kaizenId = made.kaizenId ?? null;
  const place = store.sessions.place(
    made.workspace ?? "/w",
    made.id ?? "s",
    {
      known: kaizenId === null ? null : { range: [kaizenId], own: kaizenId },
      tsMs: made.lastMs ?? made.startedAt ?? 1000,
    },
  );
  if (place === null) return null;
  const form = makeForm(made, place.seq + 1);
  return store.sessions.append(place, {
    form: place.current?.isStale ? null : form,
    tsMs: form.lastMs,
    source: "cursor",
    head: new TextEncoder().encode(
      `{"seq":${place.seq},"ts_ms":${form.lastMs},"payload":`,
    ),
    payload: new TextEncoder().encode(made.payload ?? "{}"),
    kaizenId,
    rows: made.calls ?? [],
    removed: [],
  });
}

/** Lists what was stored last before a crash; returns how many events that were. */
export function takeIn(store: Store): number {
  return store.transact(() => {
    let events = 0;
    for (
      const { place, row, head, payload, kaizenId } of store.sessions.unlisted()
    ) {
      const { id, seq } = place;
      store.sessions.append(place, {
        row,
        form: makeForm({ id }, seq + 1),
        tsMs: 1000,
        source: "cursor",
        head,
        payload,
        kaizenId,
        rows: [],
        removed: [],
      });
      events++;
    }
    return events;
  });
}

/** Number of a session's newest event. */
export function lastSeq(session: StoredSession | null): number | null {
  return session === null ? null : session.lastSeq;
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

/** The query of a page in a test. */
export interface Asked {
  /** Null: all of them. */
  workspace?: string | null;
  offset?: Int;
  limit?: Int;
  filter?: SessionFilter;
  nowMs?: number;
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
    nowMs: asked.nowMs ?? 2000,
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The cost of an event in a small store and in a large one, counted, not timed. KAIZEN_TEST_EVENTS
 * sets the size of the large one.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { ID_SQL } from "../../../src/store/event_ids.ts";
import { BLOCK_ROWS, LIST_SQL } from "../../../src/store/row_lists.ts";
import { CALL_SQL } from "../../../src/store/call_rows.ts";
import { CUT_SQL } from "../../../src/store/event_cuts.ts";
import { SESSION_SQL, SessionRows } from "../../../src/store/session_rows.ts";
import { SessionWrites, WRITE_SQL } from "../../../src/store/session_writes.ts";
import { loadLedger } from "../../../src/store/workspace_reads.ts";
import { append, openRaw, put, Store, tempStore } from "./_store.ts";

const SMALL_EVENTS = 1000;
const LARGE_EVENTS = Number(Deno.env.get("KAIZEN_TEST_EVENTS") ?? 20_000);
const BATCH = 500;
const MEASURED = 256;

Deno.test("every statement of an event finds its rows by a key, and sorts nothing", () => {
  using temp = tempStore();
  Store.open(temp.path).close();
  using db = openRaw(temp.path);
  const tables = [WRITE_SQL, SESSION_SQL, CALL_SQL, CUT_SQL, ID_SQL, LIST_SQL];
  for (const [name, sql] of tables.flatMap((it) => Object.entries(it))) {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
      .map(({ detail }) => String(detail));
    for (const line of plan) {
      const isKeyed =
        /^(?:SEARCH|SCALAR) |^(?:UNION ALL|COMPOUND QUERY|LEFT-MOST SUBQUERY)$/
          .test(line);
      assert(isKeyed, `${name}: ${line}`);
    }
  }
});

/** One session with half of the events, and the rest in sessions of ten. */
function fill(store: Store, from: number, to: number): void {
  for (let at = from; at < to; at += BATCH) {
    store.transact(() => {
      for (let i = at; i < Math.min(at + BATCH, to); i++) {
        const id = i % 2 === 0 ? "big" : `s${Math.floor(i / 20)}`;
        append(store, {
          id,
          startedAt: 1000 + i % 1000,
          kaizenId: crypto.randomUUID(),
          payload: `"${"x".repeat(400)}"`,
        });
      }
    });
  }
}

/**
 * Reads of this thread so far, null where the system does not tell. Other tests run on other
 * threads of this process.
 */
function countReads(): number | null {
  try {
    const text = Deno.readTextFileSync("/proc/thread-self/io");
    return Number(/syscr: (\d+)/.exec(text)?.[1]);
  } catch {
    return null;
  }
}

/** Pages written and read for one more event of the big session, on average. */
function measure(store: Store, path: string) {
  // A reader keeps the WAL from starting over, so that its frames add up.
  using holder = openRaw(path);
  holder.exec("BEGIN");
  holder.prepare("SELECT count(*) FROM workspaces").get();
  using db = openRaw(path);
  const countFrames = db.prepare("PRAGMA wal_checkpoint(NOOP)");
  const frames = () => Number(countFrames.get()?.log);
  put(store, { id: "big" });
  const begin = { frames: frames(), reads: countReads() };
  for (let i = 0; i < MEASURED; i++) {
    put(store, {
      id: "big",
      kaizenId: crypto.randomUUID(),
      payload: `"${"x".repeat(400)}"`,
    });
  }
  const end = { frames: frames(), reads: countReads() };
  return {
    written: (end.frames - begin.frames) / MEASURED,
    read: end.reads === null || begin.reads === null
      ? 0
      : (end.reads - begin.reads) / MEASURED,
  };
}

/** A connection that counts its statements and what they return. */
class CountingDb extends DatabaseSync {
  statements = 0;
  rowsRead = 0;

  override prepare(sql: string): StatementSync {
    return new Proxy(super.prepare(sql), {
      get: (statement, name) => {
        const value: unknown = Reflect.get(statement, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const result: unknown = Reflect.apply(value, statement, args);
          if (/^(?:run|get|all|iterate)$/.test(String(name))) this.statements++;
          if (name === "get" && result !== undefined) this.rowsRead++;
          if (name === "all" && Array.isArray(result)) {
            this.rowsRead += result.length;
          }
          return name === "iterate" ? this.#count(result) : result;
        };
      },
    });
  }

  /** Rows inserted, changed and deleted so far, by SQLite's own count. */
  get rowsWritten(): number {
    return Number(super.prepare("SELECT total_changes() AS n").get()?.n);
  }

  *#count(rows: unknown): Generator<unknown> {
    if (!(rows instanceof Iterator)) throw new TypeError("no iterator");
    for (const row of rows) {
      this.rowsRead++;
      yield row;
    }
  }
}

/** Rows that one event reads and writes, through a connection that counts. */
function countRows(path: string, other: string) {
  using db = new CountingDb(path);
  const ledger = loadLedger(db);
  const rows = new SessionRows(db, ledger);
  const sessions = new SessionWrites(db, { ledger, rows });
  const payload = `"${"x".repeat(400)}"`;
  const add = (id: string) => {
    const begin = { read: db.rowsRead, written: db.rowsWritten };
    db.exec("BEGIN");
    append({ sessions }, { id, kaizenId: crypto.randomUUID(), payload });
    db.exec("COMMIT");
    return {
      read: db.rowsRead - begin.read,
      written: db.rowsWritten - begin.written,
    };
  };
  // The sessions are not in memory, so the first event of each reads the ids of those that are not
  // filed.
  const first = add("big");
  const ofOther = add(other);
  // Twice as many as are filed together, so that each event is filed once.
  const all = { read: 0, written: 0 };
  for (let i = 0; i < MEASURED; i++) {
    const one = add("big");
    all.read += one.read;
    all.written += one.written;
  }
  return { first: first.read, ofOther, all };
}

/** The cost of an event in a store of `to` events. */
function measureAt(path: string, from: number, to: number, other: string) {
  using store = Store.open(path);
  fill(store, from, to);
  const pages = measure(store, path);
  const stored = store.size().events;
  store.close();
  return { stored, pages, rows: countRows(path, other) };
}

Deno.test(`an event writes and reads as many rows and pages after ${LARGE_EVENTS} events as after ${SMALL_EVENTS}`, () => {
  using temp = tempStore();
  const small = measureAt(temp.path, 0, SMALL_EVENTS, "s0");
  const large = measureAt(temp.path, SMALL_EVENTS, LARGE_EVENTS, "s1");
  const text = JSON.stringify({ small, large });
  // deno-lint-ignore no-console
  if (Deno.env.get("KAIZEN_TEST_EVENTS")) console.log(text);
  assert(large.stored > LARGE_EVENTS, text);
  // An event and later its id; with each block of 128 their session.
  const written = MEASURED * 2 + MEASURED / BLOCK_ROWS * 2;
  assertEquals(small.rows.all, { read: 0, written });
  assertEquals(large.rows.all, small.rows.all);
  assertEquals(large.rows.ofOther, small.rows.ofOther);
  for (const { rows } of [small, large]) {
    assert(rows.first <= 1 + BLOCK_ROWS, text);
  }
  // A page of events, now and then a new page; the ids of 128 events at once, each perhaps on a
  // page of its own.
  assert(small.pages.written > 1 && small.pages.written < 2.5, text);
  assert(large.pages.written < small.pages.written + 2.5, text);
  assert(large.pages.read < small.pages.read + 1, text);
});

/** Statements of one event each: of a new session, and of one that began in another workspace. */
function countStatements(path: string) {
  using db = new CountingDb(path);
  const ledger = loadLedger(db);
  const rows = new SessionRows(db, ledger);
  const sessions = new SessionWrites(db, { ledger, rows });
  const count = (id: string, workspace: string) => {
    const begin = db.statements;
    append({ sessions }, { id, workspace, kaizenId: crypto.randomUUID() });
    return db.statements - begin;
  };
  const id = crypto.randomUUID();
  const counts = { first: count(id, "/w0"), moved: count(id, "/w1") };
  assertEquals(rows.findAnywhere(id)?.lastSeq, 1);
  return counts;
}

Deno.test("an event finds its session with as many statements in 300 workspaces as in 2", () => {
  using temp = tempStore();
  const add = (from: number, to: number) => {
    using store = Store.open(temp.path);
    store.transact(() => {
      for (let i = from; i < to; i++) append(store, { workspace: `/w${i}` });
    });
  };
  add(0, 2);
  const few = countStatements(temp.path);
  add(2, 300);
  assertEquals(countStatements(temp.path), few);
  // A look in its own workspace and one in all, then its event and, of a new one, its row.
  assertEquals(few, { first: 4, moved: 3 });
});

// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Compares the store's lists of rows with the plainest schema, in which an event's key is its
 * session and number (ADR 009). Both stores get the same rows by turns, in one process, on one
 * disk. Prints a table in Markdown. A ratio is the median of those of the turns; above 1 the lists
 * are ahead.
 *
 *     scripts/deno run -A bench/plain_schema.ts EVENTS
 *
 * EVENTS is the number of events that both hold before anything is measured, such as 10000.
 * Sessions have 1,000 events; up to 32 of them are written at the same time.
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type SessionForm, type Steps, Store } from "../src/store/mod.ts";
import { summarize } from "./lib/statistics.ts";

const WORKSPACE = "/w";
const EVENTS_EACH = 1000;
const CLIENTS = 32;
const TURNS = 9;
/** Sessions of the first group that are pruned; the first ones are read. */
const PRUNED = [5, 6, 7, 8, 9];
/** Events of one session in a transaction while the stores are filled. */
const FILL_EVENTS = 20;
/** Greatest number of events of a session in the plain schema. */
const PLAIN_EVENTS = 2 ** 24;
/** Rows that one statement of the plain schema reads, as in the store. */
const BATCH_ROWS = 128;

const UTF8 = new TextEncoder();
const PAYLOAD = UTF8.encode(`{"a":"${"p".repeat(600)}"}`);

/** The beginning of an event; it has no part that the store keeps as a mark. */
function makeHead(id: string, seq: number): Uint8Array {
  return UTF8.encode(
    `{"session_id":"${id}","seq":${seq},"x":"${"h".repeat(90)}","payload":`,
  );
}

/** The texts of a session's row, as long as those of a real session. */
function makeForm(id: string, events: number): SessionForm {
  return {
    firstMs: 1000,
    lastMs: 2000,
    agent: "cursor",
    trace: null,
    print: () => ({
      quietMs: null,
      status: "Running",
      branch: null,
      record: `{"id":"${id}","title":"${"t".repeat(500)}","events":${events}`,
      told: "",
      live: ',"status":"Running"}',
      quiet: ',"status":"Idle"}',
      state: `{"events":${events},"x":"${"s".repeat(400)}"}`,
    }),
  };
}

/** One of the two stores. */
interface Side extends Disposable {
  readonly path: string;
  transact(work: () => void): void;
  /** Adds one event to a session, inside a transaction. */
  add(id: string): void;
  /** Reads all events of a session; returns the number of bytes. */
  read(id: string): number;
  /** Deletes a session and gives its pages back. */
  prune(id: string): void;
}

/** The store as it is. */
class Lists implements Side {
  readonly #store: Store;

  constructor(readonly path: string) {
    this.#store = Store.open(path);
  }

  transact(work: () => void): void {
    this.#store.transact(work);
  }

  add(id: string): void {
    const { sessions } = this.#store;
    const kaizenId = crypto.randomUUID();
    const place = sessions.place(WORKSPACE, id, {
      known: { range: [kaizenId], own: kaizenId },
      tsMs: 2000,
    });
    if (place === null) throw new RangeError("An id occurred twice");
    sessions.append(place, {
      tsMs: 2000,
      source: "cursor",
      form: makeForm(id, place.seq + 1),
      head: makeHead(id, place.seq),
      payload: PAYLOAD,
      kaizenId,
      rows: [],
      removed: [],
    });
  }

  read(id: string): number {
    const { key } = this.#store.workspace(WORKSPACE) ?? { key: 0 };
    const reader = this.#store.read();
    try {
      const found = runSteps(reader.sessions.find([key], id, 3000));
      if (found === null) throw new RangeError(`No session ${id}`);
      return countBytes(reader.sessions.events(found));
    } finally {
      reader.close();
    }
  }

  prune(id: string): void {
    runSteps(this.#store.prune({ session: id, workspace: WORKSPACE }));
  }

  [Symbol.dispose](): void {
    this.#store.close();
  }
}

/** The plainest schema: its key keeps the events of a session together, in their order. */
const PLAIN_SCHEMA = `
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 256;
  PRAGMA journal_size_limit = 4194304;
  PRAGMA cache_size = -8192;
  PRAGMA temp_store = MEMORY;
  PRAGMA secure_delete = ON;
  CREATE TABLE sessions (
    key INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, id BLOB NOT NULL, minute INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, last_ms INTEGER NOT NULL, event_bytes INTEGER NOT NULL,
    agent TEXT NOT NULL, status TEXT NOT NULL, record BLOB NOT NULL, live BLOB NOT NULL,
    quiet BLOB NOT NULL, state BLOB NOT NULL, UNIQUE (workspace, id)
  ) STRICT;
  CREATE INDEX sessions_active ON sessions (workspace, minute);
  CREATE TABLE events (
    key INTEGER PRIMARY KEY, kaizen_id BLOB, head BLOB NOT NULL, payload BLOB NOT NULL
  ) STRICT;
  CREATE TABLE event_ids (
    session INTEGER NOT NULL, kaizen_id BLOB NOT NULL, PRIMARY KEY (session, kaizen_id)
  ) STRICT, WITHOUT ROWID;`;

const PLAIN_SQL = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  addId:
    "INSERT INTO event_ids VALUES (?, CAST(? AS BLOB)) ON CONFLICT DO NOTHING",
  addEvent:
    "INSERT INTO events (key, kaizen_id, head, payload) VALUES (?, CAST(? AS BLOB), ?, ?)",
  addSession:
    `INSERT INTO sessions (last_seq, last_ms, event_bytes, agent, status, record, live, quiet, state,
      key, workspace, id, minute) VALUES (?, ?, ?, ?, ?, CAST(? AS BLOB), CAST(? AS BLOB),
      CAST(? AS BLOB), CAST(? AS BLOB), ?, 1, CAST(? AS BLOB), 0)`,
  changeSession:
    `UPDATE sessions SET last_seq = ?, last_ms = ?, event_bytes = ?, agent = ?, status = ?,
      record = CAST(? AS BLOB), live = CAST(? AS BLOB), quiet = CAST(? AS BLOB),
      state = CAST(? AS BLOB) WHERE key = ?`,
  readEvents:
    `SELECT CAST(group_concat(head || payload || '}', ',') AS BLOB) AS texts FROM
      (SELECT head, payload FROM events WHERE key BETWEEN ? AND ? ORDER BY key)`,
  dropEvents: "DELETE FROM events WHERE key BETWEEN ? AND ?",
  dropIds: "DELETE FROM event_ids WHERE session = ?",
  dropSession: "DELETE FROM sessions WHERE key = ?",
  freePages: "PRAGMA freelist_count",
};

/** A session of the plain store, in memory as the store keeps its own. */
interface PlainSession {
  key: number;
  events: number;
  bytes: number;
}

/** The plain store. */
class Plain implements Side {
  readonly #db: DatabaseSync;
  readonly #sql: Record<keyof typeof PLAIN_SQL, StatementSync>;
  readonly #sessions = new Map<string, PlainSession>();
  #lastKey = 0;

  constructor(readonly path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(PLAIN_SCHEMA);
    const prepare = (name: keyof typeof PLAIN_SQL) =>
      this.#db.prepare(PLAIN_SQL[name]);
    this.#sql = {
      begin: prepare("begin"),
      commit: prepare("commit"),
      addId: prepare("addId"),
      addEvent: prepare("addEvent"),
      addSession: prepare("addSession"),
      changeSession: prepare("changeSession"),
      readEvents: prepare("readEvents"),
      dropEvents: prepare("dropEvents"),
      dropIds: prepare("dropIds"),
      dropSession: prepare("dropSession"),
      freePages: prepare("freePages"),
    };
  }

  transact(work: () => void): void {
    this.#sql.begin.run();
    work();
    this.#sql.commit.run();
  }

  add(id: string): void {
    const kaizenId = crypto.randomUUID();
    const known = this.#sessions.get(id);
    const session = known ?? { key: ++this.#lastKey, events: 0, bytes: 0 };
    if (this.#sql.addId.run(session.key, kaizenId).changes === 0) {
      throw new RangeError("An id occurred twice");
    }
    const head = makeHead(id, session.events);
    const key = session.key * PLAIN_EVENTS + session.events;
    this.#sql.addEvent.run(key, kaizenId, head, PAYLOAD);
    session.bytes += head.length + PAYLOAD.length + 1;
    const form = makeForm(id, session.events + 1);
    const { status, record, live, quiet, state } = form.print();
    const figures = [session.events, 2000, session.bytes];
    const texts = [form.agent, status, record, live, quiet, state];
    if (known === undefined) {
      this.#sql.addSession.run(...figures, ...texts, session.key, id);
      this.#sessions.set(id, session);
    } else this.#sql.changeSession.run(...figures, ...texts, session.key);
    session.events++;
  }

  read(id: string): number {
    const { key, events } = this.#find(id);
    const first = key * PLAIN_EVENTS;
    let bytes = 0;
    for (let at = 0; at < events; at += BATCH_ROWS) {
      const last = first + Math.min(at + BATCH_ROWS, events) - 1;
      const texts = this.#sql.readEvents.get(first + at, last)?.texts;
      if (texts instanceof Uint8Array) bytes += texts.length;
    }
    return bytes;
  }

  prune(id: string): void {
    const { key, events } = this.#find(id);
    const first = key * PLAIN_EVENTS;
    for (let at = 0; at < events; at += 256) {
      this.transact(() =>
        this.#sql.dropEvents.run(first + at, first + at + 255)
      );
    }
    this.transact(() => {
      this.#sql.dropIds.run(key);
      this.#sql.dropSession.run(key);
    });
    while (Number(this.#sql.freePages.get()?.freelist_count) > 0) {
      this.#db.exec("PRAGMA incremental_vacuum(256)");
    }
    this.#sessions.delete(id);
  }

  #find(id: string): PlainSession {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new RangeError(`No session ${id}`);
    return session;
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

/** Takes all steps, and returns the result. */
function runSteps<T>(steps: Steps<T>): T {
  while (true) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function countBytes(chunks: Iterable<Uint8Array>): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

/** Fills a store: groups of sessions one after the other, those of a group at the same time. */
function fill(side: Side, events: number): void {
  const sessions = Math.ceil(events / EVENTS_EACH);
  for (let first = 0; first < sessions; first += CLIENTS) {
    const group = Math.min(CLIENTS, sessions - first);
    for (let at = 0; at < EVENTS_EACH; at += FILL_EVENTS) {
      side.transact(() => {
        for (let n = 0; n < FILL_EVENTS; n++) {
          for (let i = 0; i < group; i++) side.add(`s${first + i}`);
        }
      });
    }
  }
  // Sessions that began later follow the one that is measured alone, as in a store in use.
  side.transact(() => side.add("one"));
  side.transact(() => addRound(side));
}

/** Adds one event of each client. */
function addRound(side: Side): void {
  for (let i = 0; i < CLIENTS; i++) side.add(`client${i}`);
}

/** How long some work takes, in milliseconds. */
function time(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Pages that some work adds to the WAL, which a reader keeps from being emptied meanwhile. */
function countPages(path: string, work: () => void): number {
  using holder = new DatabaseSync(path);
  using watcher = new DatabaseSync(path);
  const frames = () =>
    Number(watcher.prepare("PRAGMA wal_checkpoint(NOOP)").get()?.log);
  holder.exec("BEGIN");
  holder.prepare("SELECT count(*) FROM sessions").get();
  const before = frames();
  work();
  const pages = frames() - before;
  holder.exec("ROLLBACK");
  return pages;
}

function fileBytes(path: string): number {
  using db = new DatabaseSync(path);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return Deno.statSync(path).size;
}

/** The rows of the table: what is measured, and how often. */
const MEASUREMENTS: Record<
  string,
  [turns: number, measure: (side: Side, turn: number) => number]
> = {
  "300 commits of one event, ms": [TURNS, (side) =>
    time(() => {
      for (let i = 0; i < 300; i++) side.transact(() => side.add("one"));
    })],
  "60 commits of 32 events, ms": [TURNS, (side) =>
    time(() => {
      for (let i = 0; i < 60; i++) side.transact(() => addRound(side));
    })],
  "reading 1,000 events of one session, ms": [
    TURNS,
    (side, turn) => time(() => side.read(`s${turn}`)),
  ],
  "pages written per event, one client": [
    1,
    (side) =>
      countPages(side.path, () => {
        for (let i = 0; i < 512; i++) side.transact(() => side.add("one"));
      }) / 512,
  ],
  "pages written per event, 32 clients": [
    1,
    (side) =>
      countPages(side.path, () => {
        for (let i = 0; i < 64; i++) side.transact(() => addRound(side));
      }) / (64 * CLIENTS),
  ],
  "bytes on disk, MB": [1, (side) => fileBytes(side.path) / 1e6],
  "pruning a session of 1,000 events, ms": [
    PRUNED.length,
    (side, turn) => time(() => side.prune(`s${PRUNED[turn]}`)),
  ],
};

/** Measures both by turns: each goes first as often as the other. */
function measure(lists: Side, plain: Side): void {
  console.log("| Work | lists | plain | plain / lists |");
  console.log("| ---- | ----: | ----: | ------------: |");
  for (const [work, [turns, run]] of Object.entries(MEASUREMENTS)) {
    const found = new Map<Side, number[]>([[lists, []], [plain, []]]);
    for (let turn = 0; turn < turns; turn++) {
      const order = turn % 2 === 0 ? [lists, plain] : [plain, lists];
      for (const side of order) found.get(side)?.push(run(side, turn));
    }
    const ours = found.get(lists) ?? [];
    const theirs = found.get(plain) ?? [];
    const ratios = ours.map((value, turn) => (theirs[turn] ?? NaN) / value);
    const cells = [ours, theirs, ratios]
      .map((values) => summarize(values).median.toPrecision(3));
    console.log(`| ${work} | ${cells.join(" | ")} |`);
  }
}

const events = Number(Deno.args[0]);
if (!Number.isSafeInteger(events) || events < PRUNED.length * 2 * EVENTS_EACH) {
  console.error("usage: scripts/deno run -A bench/plain_schema.ts EVENTS");
  console.error("EVENTS is at least 10000");
  Deno.exit(64);
}
const folder = Deno.makeTempDirSync({ prefix: "kzb" });
try {
  using lists = new Lists(`${folder}/lists.db`);
  using plain = new Plain(`${folder}/plain.db`);
  for (const side of [lists, plain]) fill(side, events);
  measure(lists, plain);
} finally {
  Deno.removeSync(folder, { recursive: true });
}

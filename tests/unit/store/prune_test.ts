// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { PruneQuery, PruneResult } from "../../../src/store/mod.ts";
import {
  append,
  askPage,
  asObject,
  lastSeq,
  type Made,
  openRaw,
  pageOf,
  put,
  rawNumber,
  readAnswer,
  runSteps,
  Store,
  tempStore,
} from "./_store.ts";
import { decodeJson } from "../../../src/proto/mod.ts";
import { Sweeper } from "../../../src/store/sweep.ts";

const TABLES = ["sessions", "events", "event_ids", "calls", "trash"];

function prune(store: Store, options: PruneQuery): PruneResult {
  const { result } = runSteps(store.prune(options));
  runSteps(store.release());
  return result;
}

/** Rows of each table, which must agree with what the store counts. */
function countRows(store: Store, path: string): number[] {
  const rows = TABLES.map((table) =>
    rawNumber(path, `SELECT count(*) FROM ${table}`)
  );
  const { sessions, events } = store.size();
  assertEquals([sessions, events], rows.slice(0, 2));
  return rows;
}

/**
 * Ten sessions of 300 events and as many calls, 256 of each filed, in two workspaces; session i has
 * its last event at 1000 * i.
 */
function fill(store: Store): void {
  for (let i = 0; i < 10; i++) {
    const made: Made = {
      id: `s${i}`,
      workspace: i % 2 === 0 ? "/even" : "/odd",
      startedAt: 1000 * i,
      lastMs: 1000 * i,
      payload: `"${"x".repeat(1000)}"`,
    };
    store.transact(() => {
      for (let n = 0; n < 300; n++) {
        append(store, {
          ...made,
          kaizenId: `k${n}`,
          calls: [{ key: `x${n}`, body: "x".repeat(200) }],
        });
      }
    });
  }
}

const cases: [name: string, options: PruneQuery, left: number[]][] = [
  ["by age", { beforeMs: 7000 }, [7, 8, 9]],
  ["by age, none that old", { beforeMs: 0 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ["by age beyond 2^63, which is negative", { beforeMs: 2n ** 63n }, [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ]],
  ["by age, all", { beforeMs: 2n ** 63n - 1n }, []],
  ["by age in a workspace", { beforeMs: 7000, workspace: "/odd" }, [
    0,
    2,
    4,
    6,
    7,
    8,
    9,
  ]],
  ["by age in an unknown workspace", { beforeMs: 7000, workspace: "/none" }, [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ]],
  ["by id", { session: "s3" }, [0, 1, 2, 4, 5, 6, 7, 8, 9]],
  ["by id in another workspace", { session: "s3", workspace: "/even" }, [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ]],
  ["by id and age", { session: "s3", beforeMs: 3001 }, [
    0,
    1,
    2,
    4,
    5,
    6,
    7,
    8,
    9,
  ]],
  ["by id, too young", { session: "s3", beforeMs: 3000 }, [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ]],
];

for (const [name, options, left] of cases) {
  Deno.test(`prune() deletes ${name}, counts it, and leaves the rest whole`, () => {
    using temp = tempStore();
    using store = Store.open(temp.path);
    fill(store);
    const gone = 10 - left.length;
    const expected = { sessions: gone, events: 300 * gone };
    assertEquals(prune(store, { ...options, dryRun: true }), expected);
    assertEquals(store.size().sessions, 10);
    assertEquals(prune(store, options), expected);
    const n = left.length;
    assertEquals(countRows(store, temp.path), [
      n,
      300 * n,
      256 * n,
      256 * n,
      0,
    ]);
    for (const [workspace, rest] of [["/even", 0], ["/odd", 1]] as const) {
      const ids = left.filter((i) => i % 2 === rest).reverse().map((i) =>
        `s${i}`
      );
      assertEquals(pageOf(store, { workspace }).ids, ids.join(","));
      assertEquals(store.workspace(workspace)?.sessions ?? 0, ids.length);
    }
    using db = openRaw(temp.path);
    const check = db.prepare("PRAGMA integrity_check").get();
    assertEquals({ ...check }, { integrity_check: "ok" });
  });
}

Deno.test("release() after prune() gives the space back: the files shrink", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  fill(store);
  prune(store, { beforeMs: 0 }); // moves the WAL into the file
  const before = Deno.statSync(temp.path).size;
  prune(store, { beforeMs: 9000 });
  const after = Deno.statSync(temp.path).size;
  assert(after < before / 5, `${before} -> ${after}`);
  assertEquals(store.size().bytes, after);
  assert(store.stats().free_bytes <= 16 * 4096);
});

Deno.test("prune() takes many small steps", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  fill(store);
  const { count } = runSteps(store.prune({ beforeMs: 9000 }));
  assert(count > 30, `${count} steps`); // 2,700 events of 1 KB, at most 200 rows or 256 KiB each
});

Deno.test("prune() that ends early hides what it was told to, and is finished later", () => {
  using temp = tempStore();
  {
    using store = Store.open(temp.path);
    fill(store);
    const result = { sessions: 0, events: 0 };
    const steps = store.prune({ beforeMs: 5000 }, result);
    for (let i = 0; i < 3; i++) steps.next();
    steps.return(result);
    assertEquals(result, { sessions: 5, events: 1500 });
    assertEquals(store.size().sessions, 5);
    const [, events, , , trash] = TABLES.map((table) =>
      rawNumber(temp.path, `SELECT count(*) FROM ${table}`)
    );
    assert(
      events !== undefined && events > 1500 && trash !== undefined && trash > 0,
    );
    // A new session does not get the rows of a deleted one.
    assertEquals(
      lastSeq(put(store, { id: "s1", workspace: "/odd", startedAt: 50 })),
      0,
    );
  }
  using store = Store.open(temp.path);
  assertEquals(store.size().events, 1501);
  runSteps(store.sweep());
  assertEquals(countRows(store, temp.path), [6, 1501, 256 * 5, 256 * 5, 0]);
  assertEquals(runSteps(store.sweep()).count, 1);
});

Deno.test("prune() keeps a session that got an event meanwhile, and lets others have theirs", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  store.transact(() => {
    for (let i = 0; i < 200; i++) append(store, { id: `s${i}`, lastMs: 5 });
  });
  const steps = store.prune({ beforeMs: 10 });
  steps.next(); // the first 25 are gone
  assertEquals(store.size().sessions, 175);
  put(store, { id: "s199", lastMs: 5 });
  put(store, { id: "new", lastMs: 50 });
  assertEquals(lastSeq(put(store, { id: "s0", lastMs: 50 })), 0);
  const { result } = runSteps(steps);
  assertEquals(result, { sessions: 199, events: 199 });
  assertEquals(countRows(store, temp.path).slice(0, 2), [3, 4]);
});

Deno.test("prune() leaves a reader what it has begun to read", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  store.transact(() => {
    for (let i = 0; i < 2000; i++) append(store, { id: `s${i}` });
  });
  const { answer } = askPage(store, { limit: 5000 });
  prune(store, { beforeMs: 2n ** 63n - 1n });
  assertEquals(store.size().sessions, 0);
  const page = asObject(decodeJson(readAnswer(answer)));
  assertEquals(Array.isArray(page.rows) && page.rows.length, 2000);
  assertEquals(pageOf(store), { ids: "", total: 0, next: null });
  assertEquals(store.listWorkspaces(), []);
});

Deno.test("prune() keeps the rows of a later session apart from those it still has to remove", () => {
  using temp = tempStore();
  {
    using store = Store.open(temp.path);
    fill(store);
    const steps = store.prune({ session: "s9" });
    steps.next();
    steps.return({ sessions: 0, events: 0 });
  }
  using store = Store.open(temp.path);
  store.transact(() => {
    for (let n = 0; n < 300; n++) {
      append(store, { id: "later", workspace: "/odd", kaizenId: `k${n}` });
    }
  });
  runSteps(store.sweep());
  assertEquals(countRows(store, temp.path), [10, 3000, 2560, 256 * 9, 0]);
});

/** A session whose events came at 0, 10, 20 … 2,990 ms, and another beside it. */
function fillOngoing(store: Store): void {
  store.transact(() => {
    for (let n = 0; n < 300; n++) {
      const lastMs = 10 * n;
      const made = { startedAt: 0, lastMs, payload: `"text ${lastMs}."` };
      append(store, { ...made, id: "on", kaizenId: `k${n}` });
      append(store, { ...made, id: "other", startedAt: 1500, lastMs: 1500 });
    }
  });
}

function eventsOf(store: Store, id: string): { seq: number; bytes: number }[] {
  const reader = store.read();
  const key = store.workspace("/w")?.key ?? 0;
  const found = runSteps(reader.sessions.find([key], id, 0)).result;
  if (found === null) throw new TypeError("not found");
  const parts = [...reader.sessions.events(found)];
  const text = parts.map((part) => new TextDecoder().decode(part)).join("");
  reader.close();
  const commas = Math.max(0, found.eventCount - 1);
  assertEquals(text.length, found.eventBytes + commas);
  const events = JSON.parse(`[${text}]`);
  assertEquals(events.length, found.eventCount);
  return events;
}

for (
  const [before, left] of [[5, 299], [1290, 171], [1300, 170], [2900, 10], [
    2990,
    1,
  ]] as const
) {
  Deno.test(`prune() takes the events before ${before} ms of a session that goes on, and leaves its numbers as they were`, () => {
    using temp = tempStore();
    using store = Store.open(temp.path);
    fillOngoing(store);
    const ofOther = before > 1500 ? 300 : 0;
    const expected = { sessions: ofOther / 300, events: 300 - left + ofOther };
    const query = { beforeMs: before };
    assertEquals(prune(store, { ...query, dryRun: true }), expected);
    assertEquals(store.size().events, 600);
    assertEquals(prune(store, query), expected);
    assertEquals(
      eventsOf(store, "on").map(({ seq }) => seq),
      Array.from({ length: left }, (_, i) => 300 - left + i),
    );
    countRows(store, temp.path);
    // It has to be made anew; until then it gets events, that are told apart as before.
    assertEquals(store.stale.count, 1);
    assertEquals(put(store, { id: "on", kaizenId: "k299" }), null);
    assertEquals(
      lastSeq(put(store, { id: "on", kaizenId: "k300", lastMs: 9000 })),
      300,
    );
    assertEquals(eventsOf(store, "on").length, left + 1);
    assertEquals(prune(store, query), { sessions: 0, events: 0 });
  });
}

Deno.test("prune() deletes commits with the git events that told them", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  for (const id of ["git:a", "git:b"]) {
    store.transact(() => {
      for (const tsMs of [100, 200]) {
        append(store, { id, startedAt: 100, lastMs: tsMs });
        const place = store.sessions.place("/w", id, { known: null, tsMs: 0 });
        if (place === null) throw new TypeError("no place");
        store.sessions.addCommit(place, {
          tsMs,
          tie: id,
          commit: "c",
          branch: null,
        });
      }
    });
  }
  const commits = () => rawNumber(temp.path, "SELECT count(*) FROM commits");
  assertEquals(commits(), 4);
  prune(store, { session: "git:a" });
  assertEquals(commits(), 2);
  prune(store, { beforeMs: 150 });
  assertEquals(commits(), 1);
});

Deno.test("release() leaves no byte of what prune() deletes in any file, after any writes and beside what stays", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const text = (name: string, n: number) =>
    `SECRET-${name}-${n}-`.repeat(1 + n % 40);
  // Sessions grow side by side, so that pages are split; texts get longer and shorter, so that
  // cells move.
  for (let n = 0; n < 120; n++) {
    store.transact(() => {
      for (let i = 0; i < 30; i++) {
        const name = i % 3 === 0 ? "stays" : "goes";
        const title = text(name, n * 7 + i);
        append(store, {
          id: `${name}${i}`,
          title,
          startedAt: i % 3 === 0 ? 5000 : n,
          state: JSON.stringify({ title }),
          payload: JSON.stringify(text(name, n + i)),
          calls: [{ key: `call-${title.slice(0, 60)}`, body: title }],
          kaizenId: `${name}-${i}-${n}`,
        });
      }
    });
  }
  prune(store, { beforeMs: 5000 });
  assertEquals(store.size().sessions, 10);
  const held = () =>
    [...Deno.readDirSync(temp.folder)]
      .map(({ name }) => Deno.readFileSync(`${temp.folder}/${name}`))
      .map((bytes) => new TextDecoder("latin1").decode(bytes))
      .map((
        bytes,
      ) => [bytes.includes("SECRET-goes"), bytes.includes("SECRET-stays")]);
  assertEquals(held().flatMap(([goes]) => goes), held().map(() => false));
  assert(held().some(([, stays]) => stays));
});

Deno.test("shrink() leaves the time that a write waits as it was, although the WAL cannot be emptied", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store);
  using db = openRaw(temp.path);
  const timeout = () => db.prepare("PRAGMA busy_timeout").get()?.["timeout"];
  const before = timeout();
  let writes = 0;
  const sweeper = new Sweeper(db, {
    pages: { count: 0, scrub: () => 0, sync: () => {} },
    transact: (work) => work(),
    // SQLite empties no WAL in a transaction.
    check: () => ++writes === 2 && db.exec("BEGIN IMMEDIATE"),
    checkWal: () => {},
    noteWrites: () => {},
  });
  assertThrows(() => runSteps(sweeper.shrink()), Error, "locked");
  assertEquals(timeout(), before);
  db.exec("ROLLBACK");
});

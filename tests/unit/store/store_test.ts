// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isSqliteError } from "../../../src/store/mod.ts";
import { markAllStale } from "../../../src/store/mark_all_stale.ts";
import {
  append,
  lastSeq,
  type Made,
  openRaw,
  pageOf,
  put,
  rawNumber,
  Store,
  tempStore,
} from "./_store.ts";

/** The counts in memory, and a recount of the file. */
function counts(store: Store, path: string) {
  const { sessions, events } = store.size();
  assertEquals({ sessions, events }, {
    sessions: rawNumber(path, "SELECT count(*) FROM sessions"),
    events: rawNumber(path, "SELECT count(*) FROM events"),
  });
  return { sessions, events };
}

Deno.test("append() numbers a session's events, per workspace and id", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const seqs = ["a", "a", "b", "a"].map((id) => lastSeq(put(store, { id })));
  assertEquals(seqs, [0, 1, 0, 2]);
  assertEquals(lastSeq(put(store, { id: "a", workspace: "/v" })), 0);
  assertEquals(counts(store, temp.path), { sessions: 3, events: 5 });
});

Deno.test("append() keeps a session with a unique id in the workspace of its first event", () => {
  using temp = tempStore();
  const id = "019a1b2c-0000-7000-8000-000000000001";
  const paths = () =>
    store.listWorkspaces()
      .map(({ path }) => path);
  let n = 0;
  const told = (workspace: string, startedAt: number) =>
    lastSeq(put(store, { id, workspace, startedAt, kaizenId: `k${n++}` }));
  using store = Store.open(temp.path);
  assertEquals(told("/b", 20), 0);
  assertEquals(told("/c", 30), 1);
  assertEquals(paths(), ["/b"]);
  // An earlier event came later.
  assertEquals(told("/a", 10), 2);
  assertEquals(paths(), ["/a"]);
  assertEquals(told("/b", 40), 3);
  assertEquals(paths(), ["/a"]);
  assertEquals(put(store, { id, workspace: "/b", kaizenId: "k1" }), null);
  assertEquals(counts(store, temp.path), { sessions: 1, events: 4 });
  // Events without an id of their own are of another client.
  assertEquals(lastSeq(put(store, { id, workspace: "/b" })), 0);
});

Deno.test("append() keeps a session that waits for a rebuild in the workspace of its first event", () => {
  using temp = tempStore();
  const id = "019a1b2c-0000-7000-8000-000000000001";
  {
    using store = Store.open(temp.path);
    put(store, { id, workspace: "/a", startedAt: 30, kaizenId: "k0" });
  }
  markAllStale(temp.path);
  using store = Store.open(temp.path);
  for (const [workspace, startedAt] of [["/b", 10], ["/a", 20]] as const) {
    put(store, { id, workspace, startedAt, kaizenId: `k${startedAt}` });
    assertEquals(store.listWorkspaces().map(({ path }) => path), ["/b"]);
  }
});

Deno.test("append() tells ids apart that differ only behind a NUL, and keeps those of a MiB", () => {
  using temp = tempStore();
  const long = "\u0000é".repeat(350_000);
  const ids = ["n", "n\u0000", "n\u0000a", "n\u0000b", long, `${long}x`];
  {
    using store = Store.open(temp.path);
    for (const id of ids) assertEquals(lastSeq(put(store, { id })), 0);
  }
  using store = Store.open(temp.path);
  for (const id of ids) assertEquals(lastSeq(put(store, { id })), 1);
  assertEquals(counts(store, temp.path), { sessions: 6, events: 12 });
  assertEquals(pageOf(store).ids, ids.toSorted().join(","));
});

Deno.test("append() moves a session in the order when its last activity does", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { id: "a", startedAt: 10 });
  put(store, { id: "b", startedAt: 20 });
  assertEquals(pageOf(store).ids, "b,a");
  put(store, { id: "a", startedAt: 30 });
  assertEquals(pageOf(store).ids, "a,b");
});

Deno.test("append() keeps a session apart whose state is too long for memory", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const state = "x".repeat(100_000);
  const ids = [1, 2, 2, 3, 1].map((n) =>
    lastSeq(put(store, { state, kaizenId: `k${n}` }))
  );
  assertEquals(ids, [0, 1, null, 2, null]);
});

Deno.test("transact() leaves nothing behind when it fails, in the file and in memory", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { id: "a", kaizenId: "k1" });
  const failure = new Error("no");
  const error = assertThrows(() =>
    store.transact(() => {
      append(store, { id: "a", kaizenId: "k2", startedAt: 5 });
      append(store, { id: "new" });
      append(store, { id: "b", workspace: "/new" });
      throw failure;
    })
  );
  assertEquals(error, failure);
  assertEquals(counts(store, temp.path), { sessions: 1, events: 1 });
  assertEquals(store.listWorkspaces().map(({ path }) => path), ["/w"]);
  assertEquals(pageOf(store), { ids: "a", total: 1, next: null });
  assertEquals(lastSeq(put(store, { id: "a", kaizenId: "k2" })), 1);
  assertEquals(lastSeq(put(store, { id: "b", workspace: "/new" })), 0);
});

Deno.test("transact() survives a statement that fails and a full disk, and goes on when there is room", () => {
  using temp = tempStore();
  Store.open(temp.path).close();
  const pages = rawNumber(temp.path, "PRAGMA page_count");
  using store = Store.open(temp.path, { maxPages: pages + 6 });
  put(store, { id: "a" });
  const big = { id: "b", payload: `"${"x".repeat(100_000)}"` };
  const full = assertThrows(() => put(store, big), Error, "full");
  assertEquals(isSqliteError(full), true);
  assertEquals(counts(store, temp.path), { sessions: 1, events: 1 });
  {
    using db = openRaw(temp.path);
    db.exec(
      "CREATE TRIGGER no BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'never'); END",
    );
    assertThrows(() => put(store, { id: "a" }), Error, "never");
    assertEquals(counts(store, temp.path), { sessions: 1, events: 1 });
    db.exec("DROP TRIGGER no");
  }
  assertEquals(lastSeq(put(store, { id: "a" })), 1);
});

Deno.test("transact() fails when another process writes for too long", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store);
  using db = openRaw(temp.path);
  db.exec("BEGIN IMMEDIATE");
  assertThrows(() => put(store), Error, "locked");
  db.exec("ROLLBACK");
  assertEquals(lastSeq(put(store)), 1);
});

Deno.test("append() takes no event twice that has an id, before or after it is indexed, across reopening", () => {
  using temp = tempStore();
  let store = Store.open(temp.path);
  const stored = new Set<string>();
  for (let i = 0; i < 700; i++) {
    const id = `k${(i * 37) % 300}`;
    assertEquals(put(store, { kaizenId: id }) !== null, !stored.has(id), id);
    stored.add(id);
    if (i % 90 === 89) {
      store.close();
      store = Store.open(temp.path);
    }
  }
  assertEquals(store.size().events, 300);
  assertEquals(
    rawNumber(temp.path, "SELECT count(*) FROM event_ids") > 200,
    true,
  );
  // Another session, and another workspace, have ids of their own; events without one are stored
  // each time.
  assertEquals(lastSeq(put(store, { id: "t", kaizenId: "k1" })), 0);
  assertEquals(lastSeq(put(store, { workspace: "/v", kaizenId: "k1" })), 0);
  assertEquals(lastSeq(put(store)), 300);
  assertEquals(lastSeq(put(store)), 301);
  store.close();
});

Deno.test("append() tells long ids, and ids that differ only behind a NUL", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const ids = [
    "k",
    "k\u0000",
    "k\u0000a",
    "x".repeat(20_000),
    `${"x".repeat(20_000)}y`,
  ];
  assertEquals(ids.map((kaizenId) => lastSeq(put(store, { kaizenId }))), [
    0,
    1,
    2,
    3,
    4,
  ]);
  assertEquals(
    ids.map((kaizenId) => put(store, { kaizenId })),
    ids.map(() => null),
  );
});

Deno.test("append() in one transaction takes no event twice, and forgets the ids of one that failed", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const seqs = store.transact(() =>
    ["a", "b", "a"].map((kaizenId) => lastSeq(append(store, { kaizenId })))
  );
  assertEquals(seqs, [0, 1, null]);
  // Enough to go to the index, and back.
  assertThrows(() =>
    store.transact(() => {
      for (let i = 0; i < 200; i++) append(store, { kaizenId: `n${i}` });
      throw new Error("no");
    })
  );
  for (let i = 0; i < 200; i++) {
    assertEquals(lastSeq(put(store, { kaizenId: `n${i}` })), 2 + i);
  }
  assertEquals(put(store, { kaizenId: "n7" }), null);
});

Deno.test("listWorkspaces() has the workspace of the newest session first, and none that is empty", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { workspace: "/old", startedAt: 1 });
  put(store, { workspace: "/late", startedAt: 30 });
  put(store, { workspace: "/old", id: "t", startedAt: 20 });
  put(store, { workspace: "/same", startedAt: 20 });
  put(store, { workspace: "/negative", startedAt: 2n ** 64n - 1n });
  const paths = () => store.listWorkspaces().map(({ path }) => path);
  assertEquals(paths(), ["/late", "/same", "/old", "/negative"]);
  put(store, { workspace: "/old", id: "t", startedAt: 40 });
  assertEquals(paths(), ["/old", "/late", "/same", "/negative"]);
});

Deno.test("stats() tells what is there", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const empty = store.stats();
  assertEquals([
    empty.sessions,
    empty.workspaces,
    empty.oldest_ms,
    empty.newest_ms,
  ], [0, 0, null, null]);
  put(store, { startedAt: 50 });
  put(store, { workspace: "/v", startedAt: 7 });
  put(store, { workspace: "/v", id: "t", startedAt: 2n ** 63n - 1n });
  const { bytes, free_bytes, ...stats } = store.stats();
  assertEquals(stats, {
    sessions: 3,
    events: 3,
    workspaces: 2,
    oldest_ms: 7,
    newest_ms: 2n ** 63n - 1n,
  });
  assertEquals(
    bytes,
    Deno.statSync(temp.path).size + Deno.statSync(`${temp.path}-wal`).size,
  );
  assertEquals(free_bytes, 0);
});

/** One batch: events, of which some fail alone, or all of it. */
const batch = fc.record({
  events: fc.array(
    fc.record({
      workspace: fc.constantFrom("/a", "/b"),
      id: fc.constantFrom("1", "2", "3"),
      startedAt: fc.nat(5),
      kaizenId: fc.option(fc.nat(40).map(String), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 30 },
  ),
  fails: fc.nat(4).map((n) => n === 0),
  reopens: fc.nat(4).map((n) => n === 0),
});

Deno.test("a Store agrees with a map after any failures and reopenings", () => {
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
      using temp = tempStore();
      let store = Store.open(temp.path);
      let model = new Map<string, string[]>();
      for (const { events, fails, reopens } of batches) {
        const next = structuredClone(model);
        try {
          store.transact(() => {
            for (const it of events) applyBoth(store, next, it);
            if (fails) throw new Error("all");
          });
          model = next;
        } catch (error) {
          assertStringIncludes(String(error), "all");
        }
        for (const workspace of ["/a", "/b"]) {
          const own = [...model.keys()].filter((key) =>
            key.startsWith(workspace)
          );
          assertEquals(store.workspace(workspace)?.sessions ?? 0, own.length);
        }
        if (reopens) {
          store.close();
          store = Store.open(temp.path);
        }
        const events_ = [...model.values()].flat().length;
        assertEquals(counts(store, temp.path), {
          sessions: model.size,
          events: events_,
        });
      }
      store.close();
    }),
    { numRuns: 25 },
  );
});

function applyBoth(
  store: Store,
  model: Map<string, string[]>,
  { kaizenId, ...made }: Omit<Made, "kaizenId"> & {
    kaizenId: string | undefined;
  },
): void {
  const key = `${made.workspace} ${made.id}`;
  const known = model.get(key) ?? [];
  const expected = kaizenId !== undefined && known.includes(kaizenId)
    ? null
    : known.length;
  const stored = append(
    store,
    kaizenId === undefined ? made : { ...made, kaizenId },
  );
  assertEquals(lastSeq(stored), expected);
  if (expected !== null) model.set(key, [...known, kaizenId ?? ""]);
}

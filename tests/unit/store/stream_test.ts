// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { stageBackup, swapStore } from "../../../src/store/backup.ts";
import { backUpStore } from "../../../src/store/mod.ts";
import { STREAM_SQL } from "../../../src/store/stream_reads.ts";
import { openRaw, put, runSteps, Store, tempStore } from "./_store.ts";

/** Puts `count` events into a session, each with its number as its payload. */
function fill(store: Store, id: string, from: number, count: number): void {
  for (let n = from; n < from + count; n++) {
    put(store, { id, kaizenId: `${id}-${n}`, payload: `{"n":${n}}` });
  }
}

/** Session and payload of all events after a key, in their order. */
function eventsAfter(store: Store, key = 0): string[] {
  const reader = store.read();
  const found: string[] = [];
  for (let at = key;;) {
    const events = reader.stream.after(at);
    for (const event of events) {
      const payload = new TextDecoder().decode(
        reader.stream.payload(event.key),
      );
      if (event.session !== null) found.push(`${event.session.id}${payload}`);
      at = event.key;
    }
    if (events.length === 0) break;
  }
  reader.close();
  return found;
}

function lastKey(store: Store): number {
  const reader = store.read();
  const key = reader.stream.lastKey();
  reader.close();
  return key;
}

function deletedKey(store: Store): number {
  const reader = store.read();
  const key = reader.stream.deletedKey();
  reader.close();
  return key;
}

const numbers = (id: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${id}{"n":${from + i}}`);

Deno.test("the stream has the events of all sessions in the order of their commits", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const expected: string[] = [];
  for (let n = 0; n < 300; n++) {
    const id = `s${n % 7}`;
    fill(store, id, n, 1);
    expected.push(`${id}{"n":${n}}`);
  }
  assertEquals(eventsAfter(store), expected);
  assertEquals(eventsAfter(store, 299), expected.slice(299));
  const reader = store.read();
  assertEquals(reader.stream.before(300).at(0)?.key, 299);
  reader.close();
});

Deno.test("every statement of the stream finds its rows by a key, and sorts nothing", () => {
  using temp = tempStore();
  Store.open(temp.path).close();
  using db = openRaw(temp.path);
  for (const sql of Object.values(STREAM_SQL)) {
    for (const { detail } of db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()) {
      assert(String(detail).startsWith("SEARCH "), `${sql}: ${detail}`);
    }
  }
});

Deno.test("a key is not given out again after the newest events are pruned and the store is opened anew", () => {
  using temp = tempStore();
  {
    using store = Store.open(temp.path);
    fill(store, "old", 0, 200);
    fill(store, "new", 0, 200);
    assertEquals(deletedKey(store), 0);
    runSteps(store.prune({ session: "new" }));
    assertEquals([lastKey(store), deletedKey(store)], [400, 400]);
  }
  using store = Store.open(temp.path);
  assertEquals(lastKey(store), 400);
  fill(store, "later", 0, 1);
  assertEquals(lastKey(store), 401);
  assertEquals(eventsAfter(store, 400), ['later{"n":0}']);
});

Deno.test("a prune of some events of a session notes the greatest key among them", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  for (let n = 0; n < 10; n++) {
    put(store, { id: "s", startedAt: 1000, lastMs: 1000 + n });
  }
  runSteps(store.prune({ beforeMs: 1004 }));
  assertEquals(deletedKey(store), 4);
  assertEquals(eventsAfter(store).length, 6);
});

Deno.test("a deleted session is out of the stream before its rows are swept, and noted as deleted", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  fill(store, "gone", 0, 300);
  fill(store, "here", 0, 1);
  const steps = store.prune({ session: "gone" });
  while (store.size().sessions === 2) steps.next();
  assertEquals(eventsAfter(store), ['here{"n":0}']);
  assertEquals(deletedKey(store), 300);
  fill(store, "gone", 0, 1);
  assertEquals(eventsAfter(store), ['here{"n":0}', 'gone{"n":0}']);
  runSteps(steps);
  assertEquals(eventsAfter(store), ['here{"n":0}', 'gone{"n":0}']);
});

Deno.test("cursorOf() and keyOf() are each other's inverse, and cursors sort as their events", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const { epochs } = store;
  const keys = [0, 1, 15, 16, 2 ** 32, Number.MAX_SAFE_INTEGER];
  const cursors = keys.map((key) => epochs.cursorOf(key));
  assertEquals(
    cursors.map((it) => epochs.keyOf(it, Number.MAX_SAFE_INTEGER)),
    keys,
  );
  assertEquals(cursors.toSorted(), cursors);
  assertEquals(epochs.keyOf(epochs.cursorOf(5), 4), "unknown");
  assertEquals(epochs.keyOf("x".repeat(30), 9), "malformed");
  assertEquals(epochs.keyOf("0".repeat(30), 9), "unknown");
});

Deno.test("two stores have different epochs, and one keeps its own", () => {
  using temp = tempStore();
  using other = tempStore();
  const cursorIn = (path: string) => {
    using store = Store.open(path);
    return store.epochs.cursorOf(7);
  };
  assertEquals(cursorIn(temp.path), cursorIn(temp.path));
  assertNotEquals(cursorIn(temp.path), cursorIn(other.path));
});

/** Puts a backup in the place of a store. */
function restore(backup: string, path: string, name: string): void {
  swapStore(stageBackup(backup, path).staged, path, name);
}

Deno.test("after a restore, a cursor goes on after the last event that both stores have", async () => {
  using temp = tempStore();
  const backup = `${temp.folder}/backup`;
  const cursors: string[] = [];
  const at = (store: Store, key: number) => {
    cursors.push(store.epochs.cursorOf(key));
  };
  const keysIn = (store: Store) =>
    cursors.map((it) => store.epochs.keyOf(it, lastKey(store)));
  {
    using store = Store.open(temp.path);
    fill(store, "s", 0, 8);
    await backUpStore(temp.path, backup);
    fill(store, "s", 8, 4);
    [5, 8, 10, 12].forEach((key) => at(store, key));
    assertEquals(keysIn(store), [5, 8, 10, 12]);
  }
  restore(backup, temp.path, "1");
  {
    using store = Store.open(temp.path);
    assertEquals(keysIn(store), [5, 8, 8, 8]);
    // The same event keeps its cursor, and a new one with an old key has another.
    fill(store, "t", 0, 4);
    assertEquals(store.epochs.cursorOf(5), cursors[0]);
    assertNotEquals(store.epochs.cursorOf(10), cursors[2]);
    assertEquals(
      eventsAfter(store, Number(keysIn(store)[3])),
      numbers("t", 0, 4),
    );
    at(store, 11);
  }
  restore(backup, temp.path, "2");
  {
    using store = Store.open(temp.path);
    assertEquals(keysIn(store), [5, 8, 8, 8, 8]);
    fill(store, "u", 0, 3);
    at(store, 9);
  }
  // The store that was replaced first, with its four events more.
  restore(`${temp.path}-before-1`, temp.path, "3");
  using store = Store.open(temp.path);
  assertEquals(keysIn(store), [5, 8, 10, 12, 8, 8]);
});

Deno.test("a restored backup of another store knows no cursor of the one it replaces", async () => {
  using temp = tempStore();
  using other = tempStore();
  const backup = `${temp.folder}/backup`;
  let cursor = "";
  {
    using store = Store.open(temp.path);
    fill(store, "s", 0, 3);
    cursor = store.epochs.cursorOf(2);
    using theirs = Store.open(other.path);
    fill(theirs, "t", 0, 3);
    await backUpStore(other.path, backup);
  }
  restore(backup, temp.path, "1");
  using store = Store.open(temp.path);
  assertEquals(store.epochs.keyOf(cursor, 3), "unknown");
  assertEquals(eventsAfter(store), numbers("t", 0, 3));
});

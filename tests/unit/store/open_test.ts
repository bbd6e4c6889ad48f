// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { StoreError, type StoreFault } from "../../../src/store/mod.ts";
import {
  lastSeq,
  openRaw,
  pageOf,
  put,
  rawNumber,
  runSteps,
  Store,
  takeIn,
  tempStore,
} from "./_store.ts";

function refusal(path: string): StoreError {
  return assertThrows(() => Store.open(path).close(), StoreError);
}

Deno.test("open() makes a file that only its owner reads, in WAL mode, that can give pages back", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store);
  for (const end of ["", "-wal", "-shm"]) {
    const mode = Deno.statSync(temp.path + end).mode ?? 0;
    assertEquals(mode & 0o777, 0o600, end);
  }
  assertEquals(rawNumber(temp.path, "PRAGMA auto_vacuum"), 2);
  using db = openRaw(temp.path);
  assertEquals(
    { ...db.prepare("PRAGMA journal_mode").get() },
    { journal_mode: "wal" },
  );
});

Deno.test("open() finds again what was acknowledged, with and without a clean close", () => {
  using temp = tempStore();
  using crashed = tempStore();
  {
    using store = Store.open(temp.path);
    put(store, { id: "a" });
    put(store, { id: "a" });
    put(store, { id: "b", workspace: "/v" });
    // The state after kill -9: the files as they are, nothing closed.
    for (const end of ["", "-wal"]) {
      Deno.copyFileSync(temp.path + end, crashed.path + end);
    }
  }
  for (const [path, unlisted] of [[temp.path, 0], [crashed.path, 1]] as const) {
    using store = Store.open(path);
    assertEquals(takeIn(store), unlisted);
    const { sessions, events } = store.size();
    assertEquals({ sessions, events }, { sessions: 2, events: 3 });
    assertEquals(pageOf(store), { ids: "a", total: 1, next: null });
    assertEquals(lastSeq(put(store, { id: "a" })), 2);
  }
});

Deno.test("open() sees to it that no read of the WAL is noted in it, which each commit would sync", () => {
  using temp = tempStore();
  const readMs = () => Deno.statSync(`${temp.path}-wal`).atime?.getTime() ?? 0;
  using store = Store.open(temp.path);
  const ms = readMs();
  assert(ms > Date.now());
  put(store, { id: "s" });
  assertEquals(pageOf(store).total, 1);
  assertEquals(readMs(), ms);
});

Deno.test("open() takes an empty file for a new store", () => {
  using temp = tempStore();
  Deno.writeFileSync(temp.path, new Uint8Array());
  using store = Store.open(temp.path);
  assertEquals(lastSeq(put(store)), 0);
});

/**
 * How a rollback journal with one page begins once it counts: SQLite's magic number, and the one.
 */
const SYNCED_JOURNAL = Uint8Array.from(
  [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 1],
);

Deno.test("open() finishes a store whose making was cut short by a kill", () => {
  using temp = tempStore();
  using killed = tempStore();
  {
    // One page, and the journal that undoes what is being done to it: what is there until WAL mode
    // has begun.
    using db = openRaw(temp.path);
    db.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA user_version = 1");
    db.exec("PRAGMA user_version = 0");
    db.exec("BEGIN IMMEDIATE; PRAGMA user_version = 5");
    for (const end of ["", "-journal"]) {
      Deno.copyFileSync(temp.path + end, killed.path + end);
    }
    db.exec("ROLLBACK");
  }
  overwrite(`${killed.path}-journal`, 0, SYNCED_JOURNAL);
  assertEquals(Deno.statSync(killed.path).size, 4096);
  {
    using store = Store.open(killed.path);
    assertEquals(lastSeq(put(store)), 0);
    assertEquals(rawNumber(killed.path, "PRAGMA auto_vacuum"), 2);
  }
  using again = Store.open(killed.path);
  assertEquals(again.size().events, 1);
});

for (
  const [what, leave] of Object.entries<(path: string) => void>({
    "the journal of a program that was killed": (path) => {
      using other = tempStore();
      Deno.copyFileSync(path, other.path);
      using db = openRaw(other.path);
      db.exec("PRAGMA journal_mode = DELETE");
      db.exec("BEGIN IMMEDIATE; PRAGMA user_version = 5");
      for (const end of ["", "-journal"]) {
        Deno.copyFileSync(other.path + end, path + end);
      }
      db.exec("ROLLBACK");
      overwrite(`${path}-journal`, 0, SYNCED_JOURNAL);
    },
    "something else in the place of its journal": (path) =>
      Deno.writeTextFileSync(`${path}-journal`, "no journal"),
  })
) {
  Deno.test(`open() opens a store with ${what}`, () => {
    using temp = tempStore();
    {
      using store = Store.open(temp.path);
      put(store);
    }
    leave(temp.path);
    {
      using store = Store.open(temp.path);
      assertEquals(store.size().events, 1);
    }
  });
}

/** Ways to spoil a good store, and what its file is called then. */
const spoilt: [
  name: string,
  fault: StoreFault,
  spoil: (path: string) => void,
][] = [
  [
    "text",
    "corrupt",
    (path) =>
      Deno.writeTextFileSync(
        path,
        "not a database, but long enough ".repeat(9),
      ),
  ],
  ["a few bytes", "corrupt", (path) => Deno.writeTextFileSync(path, "SQLite")],
  ["a cut end", "corrupt", (path) => Deno.truncateSync(path, 3 * 4096)],
  ["a header without pages", "corrupt", (path) => Deno.truncateSync(path, 200)],
  ["noise inside", "corrupt", (path) => overwrite(path, 4096, noise(6 * 4096))],
  ["a spoilt schema", "corrupt", (path) => overwrite(path, 100, noise(200))],
  ["another program's tables", "foreign", (path) => {
    Deno.removeSync(path);
    using db = openRaw(path);
    db.exec("CREATE TABLE t (a)");
  }],
  ["another program's mark", "foreign", (path) => {
    using db = openRaw(path);
    db.exec("PRAGMA application_id = 7");
  }],
  ["a later version", "newer", (path) => {
    using db = openRaw(path);
    db.exec("PRAGMA user_version = 99");
  }],
];

for (const [name, fault, spoil] of spoilt) {
  Deno.test(`open() refuses ${name} and leaves the file as it is`, () => {
    using temp = tempStore();
    {
      using store = Store.open(temp.path);
      for (let i = 0; i < 50; i++) {
        put(store, { id: `s${i}`, payload: `"${"x".repeat(500)}"` });
      }
    }
    spoil(temp.path);
    const before = Deno.readFileSync(temp.path);
    const error = refusal(temp.path);
    assertEquals([error.name, error.fault], ["StoreError", fault]);
    assertStringIncludes(error.message, temp.path);
    assertEquals(Deno.readFileSync(temp.path), before);
    if (fault === "corrupt") {
      assertStringIncludes(error.message, "move it away");
    }
  });
}

Deno.test("open() tells a later version's number", () => {
  using temp = tempStore();
  Store.open(temp.path).close();
  using db = openRaw(temp.path);
  db.exec("PRAGMA user_version = 12");
  assertStringIncludes(refusal(temp.path).message, "is 12");
});

Deno.test("open() trusts a short file that has its rest in the WAL", () => {
  using temp = tempStore();
  using crashed = tempStore();
  {
    using store = Store.open(temp.path);
    for (let i = 0; i < 40; i++) {
      put(store, { payload: `"${"x".repeat(900)}"` });
    }
    for (const end of ["", "-wal"]) {
      Deno.copyFileSync(temp.path + end, crashed.path + end);
    }
  }
  // A crash inside a checkpoint: page 1, which says how many pages there are, is written first.
  overwrite(crashed.path, 0, Deno.readFileSync(temp.path).subarray(0, 4096));
  using store = Store.open(crashed.path);
  assertEquals(takeIn(store), 39);
  assertEquals(store.size().events, 40);
});

Deno.test("open() says why it cannot write", () => {
  using temp = tempStore();
  assertEquals(refusal(`${temp.folder}/none/store.db`).fault, "not writable");
  assertEquals(refusal(temp.folder).fault, "not writable");
});

Deno.test({
  name: "open() refuses a store that it may only read",
  ignore: Deno.uid() === 0, // who may write to all files
  fn: () => {
    using temp = tempStore();
    Store.open(temp.path).close();
    Deno.chmodSync(temp.path, 0o400);
    const { fault, message } = refusal(temp.path);
    assertEquals(fault, "not writable");
    assertStringIncludes(message, "its owner may not write it");
  },
});

Deno.test("open() refuses a store that another process is writing to", () => {
  using temp = tempStore();
  Store.open(temp.path).close();
  using db = openRaw(temp.path);
  db.exec("BEGIN IMMEDIATE");
  assertEquals(refusal(temp.path).fault, "busy");
});

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(at, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7919) % 251);
}

Deno.test("unlisted() finds at most 63 events after a crash at any moment, and with them the store is as it was", () => {
  using temp = tempStore();
  using crashed = tempStore();
  using store = Store.open(temp.path);
  let most = 0;
  for (let i = 0; i < 420; i++) {
    const id = `s${i % 3 === 0 ? 0 : i % 5}`;
    put(store, { id, kaizenId: `k${i}` });
    if (i === 200) runSteps(store.prune({ session: "s4" }));
    if (i % 13 !== 0) continue;
    for (const end of ["", "-wal"]) {
      Deno.copyFileSync(temp.path + end, crashed.path + end);
    }
    {
      using again = Store.open(crashed.path);
      most = Math.max(most, takeIn(again));
      assertEquals(takeIn(again), 0);
      assertEquals(again.size().events, store.size().events);
      assertEquals(again.size().sessions, store.size().sessions);
      assertEquals(put(again, { id, kaizenId: `k${i}` }), null);
    }
    Deno.removeSync(crashed.path);
  }
  assert(most > 40 && most < 64, `${most}`);
});

Deno.test("open() names a WAL that was cut while another connection holds it, until that is closed", () => {
  const cuts = [() => 0, () => 32, (size: number) => size - 4096];
  for (const cut of cuts) {
    for (const payload of ["{}", `"${"x".repeat(9_000_000)}"`]) {
      using temp = tempStore();
      {
        using store = Store.open(temp.path);
        put(store, { id: "old", payload });
      }
      const other = openRaw(temp.path);
      {
        using store = Store.open(temp.path);
        for (let i = 0; i < 9; i++) put(store, { id: `new${i}` });
        other.prepare("SELECT count(*) FROM events").get();
      }
      const wal = `${temp.path}-wal`;
      Deno.truncateSync(wal, cut(Deno.statSync(wal).size));
      const error = assertThrows(
        () => Store.open(temp.path),
        StoreError,
        "End that process",
      );
      assertEquals(error.fault, "moved");
      other.close();
      using store = Store.open(temp.path);
      assertEquals(pageOf(store).ids.split(",").includes("old"), true);
    }
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import type { DatabaseSync } from "node:sqlite";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { FileWatch, type WalState } from "../../../src/store/file_watch.ts";
import { StoreError } from "../../../src/store/mod.ts";
import { FILE_HEADER_BYTES } from "../../../src/store/file_header.ts";
import { WalFile } from "../../../src/store/wal_file.ts";
import {
  append,
  lastSeq,
  openRaw,
  pageOf,
  put,
  rawNumber,
  runSteps,
  Store,
  tempStore,
} from "./_store.ts";

/**
 * Spoils all of the file but its first two pages, as a broken disk may: nothing has written to it.
 */
function spoil(path: string): void {
  const { atime, mtime } = Deno.statSync(path);
  spoilBytes(path);
  if (atime !== null && mtime !== null) Deno.utimeSync(path, atime, mtime);
}

function spoilBytes(path: string): void {
  const from = 2 * 4096;
  overwrite(path, from, noise(Deno.statSync(path).size - from));
}

/** Writes over a part of a file that is there. */
function overwrite(path: string, at: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(at, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

/** A store with `events` of 50 kB each, opened anew, so that nothing of it is in memory. */
function fill(path: string, events: number): Store {
  {
    using store = Store.open(path);
    const payload = `"${"x".repeat(50_000)}"`;
    for (let i = 0; i < events; i++) put(store, { id: `s${i}`, payload });
  }
  return Store.open(path);
}

function readAnything(store: Store): unknown {
  try {
    pageOf(store);
  } catch (error) {
    return error;
  }
  throw new TypeError("the store was read");
}

Deno.test("a damaged store is written to no more, whether a read or a write has met the damage", () => {
  for (const how of ["read", "write"] as const) {
    using temp = tempStore();
    const store = fill(temp.path, 20);
    spoil(temp.path);
    const files = () =>
      ["", "-wal"].map((end) => Deno.readFileSync(temp.path + end));
    const before = files();
    if (how === "read") {
      const error = store.explain(readAnything(store));
      assert(error instanceof StoreError);
      assertEquals(error.fault, "corrupt");
    }
    for (let i = 0; i < 3; i++) {
      const error = assertThrows(
        () => put(store, { id: "s1" }),
        StoreError,
        "move it away",
      );
      assertEquals(error.fault, "corrupt");
    }
    assertThrows(() => store.prune({ beforeMs: 1 }), StoreError, "damaged");
    store.close();
    assertEquals(files(), before);
  }
});

Deno.test("open() looks at all of a large store that was seen to be damaged, until it has been replaced", () => {
  using temp = tempStore();
  const store = fill(temp.path, 200); // more than is checked otherwise
  spoil(temp.path);
  store.explain(readAnything(store));
  store.close();
  assertThrows(() => Store.open(temp.path), StoreError, "Cannot open store");
  for (const end of ["", "-wal", "-shm"]) Deno.removeSync(temp.path + end);
  {
    using fresh = Store.open(temp.path);
    assertEquals(lastSeq(put(fresh)), 0);
  }
  assertEquals([...Deno.readDirSync(temp.folder)].map(({ name }) => name), [
    "store.db",
  ]);
});

Deno.test("explain() leaves alone what says nothing about the file", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const bug = new RangeError("a bug");
  assertEquals(store.explain(bug), bug);
  const unknown = assertThrows(() => rawNumber(temp.path, "SELECT a FROM b"));
  assertEquals(store.explain(unknown), unknown);
  assertEquals(lastSeq(put(store)), 0);
  using db = openRaw(temp.path);
  db.exec("BEGIN IMMEDIATE");
  const busy = assertThrows(() => put(store), Error, "locked");
  assertEquals(busy instanceof StoreError, false);
  db.exec("ROLLBACK");
  assertEquals(lastSeq(put(store)), 1);
});

for (const end of ["", "-wal", "-shm"]) {
  Deno.test(`transact() writes nothing when store.db${end} is not in its place`, () => {
    using temp = tempStore();
    using store = Store.open(temp.path);
    put(store);
    const path = temp.path + end;
    Deno.renameSync(path, `${path}.old`);
    const error = assertThrows(() => put(store), StoreError, "restart");
    assertEquals(error.fault, "moved");
    assertEquals(store.isInPlace, false);
    Deno.renameSync(`${path}.old`, path);
    assertEquals(lastSeq(put(store)), 1);
  });
}

/** How a backup may be put in the place of a store. */
const replacements: Record<string, (backup: string, path: string) => void> = {
  "renamed over it": (backup, path) => Deno.renameSync(backup, path),
  "copied over it": (backup, path) => Deno.copyFileSync(backup, path),
  "copied over it with its old time": (backup, path) => {
    Deno.copyFileSync(backup, path);
    Deno.utimeSync(path, new Date(0), new Date(0));
  },
};

for (const [how, replace] of Object.entries(replacements)) {
  for (const meets of ["an event", "its end"]) {
    Deno.test(`a store keeps nothing of its own in a backup that was ${how}, as ${meets} meets it`, () => {
      using temp = tempStore();
      const backup = `${temp.folder}/backup`;
      {
        using old = Store.open(temp.path);
        put(old, { id: "old" });
      }
      Deno.copyFileSync(temp.path, backup);
      const store = Store.open(temp.path);
      // Some of it is moved into the file, some is not.
      for (let i = 0; i < 400; i++) put(store, { id: `n${i}` });
      const bytes = Deno.readFileSync(backup);
      replace(backup, temp.path);
      if (meets === "an event") {
        for (let i = 0; i < 2; i++) {
          const error = assertThrows(() => put(store), StoreError, "restore");
          assertEquals(error.fault, "moved");
        }
      }
      assertEquals(store.isInPlace, false);
      store.close();
      assertEquals(Deno.readFileSync(temp.path), bytes);
      // In this process the old file is still open, so it is looked at elsewhere.
      const names = [...Deno.readDirSync(temp.folder)].map(({ name }) => name);
      assertEquals(
        names.filter((name) => /^store\.db-(wal|shm)$/.test(name)),
        [],
      );
      using other = tempStore();
      Deno.copyFileSync(temp.path, other.path);
      using again = Store.open(other.path);
      assertEquals(pageOf(again).ids, "old");
      assertEquals(lastSeq(put(again, { id: "old" })), 1);
    });
  }
}

for (const inPlace of ["nothing", "another file"]) {
  Deno.test(`a store that was moved away has all its events, with ${inPlace} in its place`, () => {
    using temp = tempStore();
    const store = Store.open(temp.path);
    for (let i = 0; i < 3; i++) put(store);
    const moved = `${temp.folder}/moved`;
    Deno.renameSync(temp.path, moved);
    if (inPlace === "another file") {
      Deno.writeTextFileSync(temp.path, "");
      assertThrows(() => put(store), StoreError, "restart");
    }
    store.close();
    // In this process the old file may still be open, so it is looked at elsewhere.
    using other = tempStore();
    Deno.copyFileSync(moved, other.path);
    assertEquals(rawNumber(other.path, "SELECT count(*) FROM events"), 3);
  });
}

for (const isNoticed of [true, false]) {
  Deno.test(`a store whose WAL was removed has all its events ${isNoticed ? "once the next one is refused" : "after its end"}`, () => {
    using temp = tempStore();
    const store = Store.open(temp.path);
    for (let i = 0; i < 3; i++) put(store);
    Deno.removeSync(`${temp.path}-wal`);
    if (isNoticed) {
      const error = assertThrows(() => put(store), StoreError, "restart");
      assertEquals(error.message.includes("may be lost"), false);
    } else store.close();
    // In this process the file is still open, so it is looked at elsewhere.
    using other = tempStore();
    Deno.copyFileSync(temp.path, other.path);
    assertEquals(rawNumber(other.path, "SELECT count(*) FROM events"), 3);
    store.close();
  });
}

for (const end of ["-wal", "-shm"]) {
  Deno.test(`a store writes nothing at its end if another process wrote to its file, and store.db${end} was replaced`, () => {
    using temp = tempStore();
    const store = Store.open(temp.path);
    put(store);
    Deno.writeTextFileSync(`${temp.path}.new`, "");
    Deno.renameSync(`${temp.path}.new`, temp.path + end);
    Deno.utimeSync(temp.path, 1, 1);
    for (let i = 0; i < 2; i++) {
      const error = assertThrows(() => put(store), StoreError, "restart");
      assertEquals(error.message.includes("may be lost"), end === "-wal");
    }
    const bytes = Deno.readFileSync(temp.path);
    store.close();
    assertEquals(Deno.readFileSync(temp.path), bytes);
  });
}

Deno.test("a WAL that cannot be moved into a store that was moved away is kept", () => {
  using temp = tempStore();
  const store = Store.open(temp.path);
  put(store);
  const reader = store.read(); // SQLite moves no page that is newer than what it reads
  for (let i = 0; i < 3; i++) put(store);
  const moved = `${temp.folder}/moved`;
  Deno.renameSync(temp.path, moved);
  Deno.writeTextFileSync(temp.path, "");
  const error = assertThrows(() => put(store), StoreError, "restart");
  const [, kept = ""] = /what is in "(.*)"/.exec(error.message) ?? [];
  reader.close();
  store.close();
  using other = tempStore();
  Deno.copyFileSync(moved, other.path);
  Deno.copyFileSync(kept, `${other.path}-wal`);
  assertEquals(rawNumber(other.path, "SELECT count(*) FROM events"), 4);
});

Deno.test("a store goes on when another program sets the time of its file", () => {
  using temp = tempStore();
  const store = Store.open(temp.path);
  for (let i = 0; i < 3; i++) {
    put(store);
    Deno.utimeSync(temp.path, i, i);
    assertEquals(store.isInPlace, true);
    Deno.utimeSync(temp.path, i, 9 + i);
  }
  store.close();
  assertEquals(rawNumber(temp.path, "SELECT count(*) FROM events"), 3);
});

/** Returns the file as another process leaves it that moves the WAL into it and cuts it. */
function afterCheckpoint(path: string): Uint8Array<ArrayBuffer> {
  using other = tempStore();
  for (const end of ["", "-wal"]) {
    Deno.copyFileSync(path + end, other.path + end);
  }
  {
    using db = openRaw(other.path);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  return Deno.readFileSync(other.path);
}

Deno.test("a store goes on when a checkpoint of another process ends half-way", () => {
  for (const isLarger of [false, true]) {
    using temp = tempStore();
    const store = Store.open(temp.path);
    let count = 0;
    const add = (payload: string) => {
      put(store, { id: `s${count++}`, payload });
    };
    while (count < 20) add('"x"');
    if (isLarger) { while (count < 40) add(`"${"x".repeat(5_000)}"`); }
    const before = Deno.statSync(temp.path).size;
    const pages = afterCheckpoint(temp.path);
    assert(pages.length > before);
    // SQLite writes the pages in the order of their numbers.
    const end = isLarger ? before + 4096 : before / 2;
    overwrite(temp.path, 0, pages.subarray(0, end));
    add('"y"');
    assertEquals(store.isInPlace, true);
    store.close();
    assertEquals(rawNumber(temp.path, "SELECT count(*) FROM events"), count);
    using again = Store.open(temp.path);
    assertEquals(lastSeq(put(again, { id: "s0" })), 1);
  }
});

Deno.test("a store goes on when another process that has made it shorter cuts its file", () => {
  using temp = tempStore();
  using store = fill(temp.path, 20);
  {
    using db = openRaw(temp.path);
    db.exec("DELETE FROM events; VACUUM");
  }
  put(store, { id: "new" });
  const pages = afterCheckpoint(temp.path);
  assert(pages.length < Deno.statSync(temp.path).size);
  Deno.writeFileSync(temp.path, pages);
  assertEquals(store.isInPlace, true);
  assertEquals(lastSeq(put(store, { id: "new" })), 1);
  Deno.truncateSync(temp.path, 8192);
  assertThrows(() => put(store), StoreError, "restart");
});

Deno.test("a store goes on when another process moves the WAL into its file", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  for (const mode of ["PASSIVE", "TRUNCATE", "RESTART", "TRUNCATE"]) {
    for (let i = 0; i < 3; i++) put(store);
    using db = openRaw(temp.path);
    db.exec(`PRAGMA wal_checkpoint(${mode})`);
    assertEquals(store.isInPlace, true);
  }
  assertEquals(lastSeq(put(store)), 12);
});

Deno.test("a store goes on when another process writes to a store with an empty WAL, and empties it again", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store);
  runSteps(store.release());
  for (let i = 1; i < 4; i++) {
    using db = openRaw(temp.path);
    db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    assertEquals(Deno.statSync(`${temp.path}-wal`).size, 0);
    assertEquals(store.isInPlace, true);
  }
  assertEquals(lastSeq(put(store)), 1);
});

/** Lengths to which a program may cut a WAL of some length. */
const CUTS: Record<string, (size: number) => number> = {
  "to nothing": () => 0,
  "to its header": () => 32,
  "in its middle": (size) => Math.floor(size / 2),
  "by its last page": (size) => size - 4096,
  "by the end of its last page": (size) => size - 8,
};
const LARGE = 2_000_000;
/** More than SQLite keeps in memory: it writes pages before the transaction ends. */
const SPILLED = 10_000_000;

for (const [where, cut] of Object.entries(CUTS)) {
  for (const bytes of [2, LARGE, SPILLED]) {
    Deno.test(`a store whose WAL is cut ${where} in a transaction of ${bytes} bytes acknowledges nothing, and copies no gap`, () => {
      using temp = tempStore();
      {
        using store = Store.open(temp.path);
        put(store, { id: "old" });
      }
      using store = Store.open(temp.path);
      for (let i = 0; i < 9; i++) put(store, { id: `new${i}` });
      const wal = `${temp.path}-wal`;
      const before = Deno.readFileSync(temp.path);
      const payload = `"${"x".repeat(bytes - 2)}"`;
      const write = () =>
        store.transact(() => {
          Deno.truncateSync(wal, cut(Deno.statSync(wal).size));
          append(store, { id: "larger", payload });
          if (bytes === SPILLED) throw new TypeError("rolled back");
        });
      const error = assertThrows(write, Error);
      // SQLite itself may read from the gap before the end.
      if (bytes !== SPILLED || !(error instanceof TypeError)) {
        assertInstanceOf(error, StoreError);
        assertStringIncludes(error.message, "has cut");
      }
      assertThrows(() => put(store), StoreError, "has cut");
      store.close();
      assertEquals(Deno.readFileSync(temp.path), before);
      using next = reopen(temp);
      assertEquals(pageOf(next).ids.split(",").includes("old"), true);
    });
  }
}

Deno.test("a WAL that is cut in a transaction replaces nothing that was copied before", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  for (let i = 0; i < 9; i++) put(store, { id: `new${i}` });
  using reader = openRaw(temp.path);
  // As long as this is read, the WAL does not restart.
  reader.exec("BEGIN; SELECT 1 FROM sqlite_schema");
  using db = openRaw(temp.path);
  const { pages } = checkpoint(db, "PASSIVE");
  put(store, { id: "lost" });
  const payload = `"${"x".repeat(50_000)}"`;
  assertThrows(
    () =>
      store.transact(() => {
        Deno.truncateSync(`${temp.path}-wal`, 32 + 4120 * (pages - 1));
        append(store, { id: "larger", payload });
      }),
    StoreError,
    "has cut",
  );
  store.close();
  using next = reopen(temp);
  assertEquals(pageOf(next).total, 9);
});

Deno.test("a WAL that is cut while the last rows of sessions are written is not copied at the end", () => {
  using temp = tempStore();
  {
    using store = Store.open(temp.path);
    put(store, { id: "old" });
  }
  const store = Store.open(temp.path);
  for (let i = 0; i < 9; i++) put(store, { id: "new" });
  const { sessions } = store;
  const write = sessions.catchUp.bind(sessions);
  sessions.catchUp = () => {
    Deno.truncateSync(`${temp.path}-wal`);
    write();
  };
  store.close();
  assertStringIncludes(store.fault?.message ?? "", "has cut");
  using next = reopen(temp);
  assertEquals(pageOf(next).ids, "old");
});

/** Closes a store, or stores an event before, and expects that the fault is found there. */
function meetFault(store: Store, meets: string, words: string): void {
  if (meets === "the next event") {
    assertThrows(() => put(store), StoreError, words);
  }
  store.close();
  assertStringIncludes(store.fault?.message ?? "", words);
}

/**
 * Stores the events "old" and "copied", copies the WAL to the store after each, and stores "lost".
 *
 * @returns The WAL and its index before the first copy.
 */
function copyTwice(
  store: Store,
  path: string,
): [wal: Uint8Array<ArrayBuffer>, index: Uint8Array<ArrayBuffer>] {
  for (let i = 0; i < 9; i++) put(store, { id: "old" });
  const wal = Deno.readFileSync(`${path}-wal`);
  const index = Deno.readFileSync(`${path}-shm`);
  runSteps(store.release());
  put(store, { id: "copied" });
  runSteps(store.release());
  put(store, { id: "lost" });
  return [wal, index];
}

/** What a program may write to a WAL of some length, and where. */
const OVERWRITES: Record<string, (size: number) => [number, Uint8Array]> = {
  "the header": () => [0, noise(32)],
  "all of it": (size) => [0, noise(size)],
  "its middle": (size) => [Math.floor(size / 2), new Uint8Array(9_000)],
};

for (const [where, choose] of Object.entries(OVERWRITES)) {
  for (const meets of ["the next event", "the end"]) {
    if (where === "its middle" && meets === "the next event") continue;
    Deno.test(`a WAL that is overwritten is not copied to the store: ${where}, as ${meets} meets it`, () => {
      using temp = tempStore();
      {
        using store = Store.open(temp.path);
        put(store, { id: "old" });
      }
      const store = Store.open(temp.path);
      for (let i = 0; i < 9; i++) put(store, { id: `new${i}` });
      const wal = `${temp.path}-wal`;
      overwrite(wal, ...choose(Deno.statSync(wal).size));
      meetFault(store, meets, "has cut");
      using next = reopen(temp);
      assertEquals(pageOf(next).ids.split(",").includes("old"), true);
    });
  }
}

Deno.test("a WAL whose middle is overwritten is not copied to the store when it is long", () => {
  using temp = tempStore();
  const store = Store.open(temp.path);
  put(store, { id: "old" });
  const payload = `"${"x".repeat(50_000)}"`;
  for (let i = 0; i < 5; i++) put(store, { id: `new${i}`, payload });
  const wal = `${temp.path}-wal`;
  overwrite(wal, Math.floor(Deno.statSync(wal).size / 2), new Uint8Array(9000));
  assertThrows(
    () => {
      for (let i = 5; i < 50; i++) put(store, { id: `new${i}`, payload });
    },
    StoreError,
    "written to it",
  );
  store.close();
  using next = reopen(temp);
  assertEquals(pageOf(next).ids.split(",").includes("old"), true);
});

for (const meets of ["the next event", "the end"]) {
  Deno.test(`a WAL that is overwritten with an older one replaces nothing that was copied before, as ${meets} meets it`, () => {
    using temp = tempStore();
    const store = Store.open(temp.path);
    const [older] = copyTwice(store, temp.path);
    Deno.writeFileSync(`${temp.path}-wal`, older);
    meetFault(store, meets, "has cut");
    using next = reopen(temp);
    assertEquals(pageOf(next).ids, "copied,old");
  });

  Deno.test(`a WAL whose index is overwritten with an older one is not copied by it, as ${meets} meets it`, () => {
    using temp = tempStore();
    const store = Store.open(temp.path);
    for (let i = 0; i < 9; i++) put(store, { id: "old" });
    const older = Deno.readFileSync(`${temp.path}-shm`);
    runSteps(store.release());
    put(store, { id: "new" });
    overwrite(`${temp.path}-shm`, 0, older);
    meetFault(store, meets, "has cut");
    using next = reopen(temp);
    assertEquals(pageOf(next).ids, "new,old");
  });

  Deno.test(`a WAL whose index is overwritten with that of the event before keeps all events, as ${meets} meets it`, () => {
    using temp = tempStore();
    const store = Store.open(temp.path);
    put(store, { id: "old" });
    const older = Deno.readFileSync(`${temp.path}-shm`);
    put(store, { id: "new" });
    overwrite(`${temp.path}-shm`, 0, older);
    meetFault(store, meets, "its index");
    using next = reopen(temp);
    assertEquals(pageOf(next).ids, "new,old");
  });

  Deno.test(`an older WAL with its index replaces nothing that was copied before, as ${meets} meets it`, () => {
    using temp = tempStore();
    const store = Store.open(temp.path);
    const [wal, index] = copyTwice(store, temp.path);
    overwrite(`${temp.path}-wal`, 0, wal);
    overwrite(`${temp.path}-shm`, 0, index);
    meetFault(store, meets, "its index");
    using next = reopen(temp);
    assertEquals(pageOf(next).ids, "copied,old");
  });
}

Deno.test("an older WAL that is met while it is copied replaces nothing, even if the daemon is killed later", () => {
  using temp = tempStore();
  const store = Store.open(temp.path);
  const [older] = copyTwice(store, temp.path);
  for (const length of [0, older.length]) {
    Deno.writeFileSync(`${temp.path}-wal`, older.subarray(0, length));
    assertThrows(() => put(store), StoreError, "has cut");
  }
  {
    using next = reopen(temp);
    assertEquals(pageOf(next).ids, "copied,old");
  }
  store.close();
});

Deno.test("a store goes on when only the random numbers of its WAL are overwritten", () => {
  using temp = tempStore();
  {
    using store = Store.open(temp.path);
    put(store, { id: "old" });
    overwrite(`${temp.path}-wal`, 16, noise(8));
    put(store, { id: "new" });
  }
  using next = Store.open(temp.path);
  assertEquals(pageOf(next).ids, "new,old");
});

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7919 + 1) % 251);
}

/** Opens the files of a store as the next process does: it makes the index of the WAL anew. */
function reopen({ folder, path }: { folder: string; path: string }): Store {
  const copy = `${folder}/copy.db`;
  for (const end of ["", "-wal"]) Deno.copyFileSync(path + end, copy + end);
  return Store.open(copy);
}

/** A store whose WAL stays, and whose header does. */
const still = {
  moveWal: () => ({ pages: 0, moved: 0 }),
  readHeader: () => "",
  wal: {
    count: Infinity,
    index: { pages: 0, salts: 0n },
    firstSalts: null,
    headers: () => [],
    countWhole: (_from: number, to: number) => to,
  },
  lookAtOpen: () => Deno.statSync("."),
};

/** Moves pages of the WAL as another process may; `NOOP` moves none. Returns what is there then. */
function checkpoint(db: DatabaseSync, mode: string): WalState {
  const row = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
  return { pages: Number(row?.["log"]), moved: Number(row?.["checkpointed"]) };
}

Deno.test("FileWatch keeps to a file into which pages are moved while it reads how many are", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  using db = openRaw(temp.path);
  let mode = "PASSIVE";
  // SQLite before 3.51 does not know NOOP, and moves pages. So may another process at that moment.
  const readWal = () => {
    if (mode === "PASSIVE") put(store);
    return checkpoint(db, mode);
  };
  const moved = new FileWatch(temp.path, { ...still, readWal });
  mode = "NOOP";
  moved.check();
  put(store);
  const watch = new FileWatch(temp.path, { ...still, readWal });
  db.exec("PRAGMA wal_checkpoint(PASSIVE)");
  mode = "PASSIVE";
  watch.check();
  mode = "NOOP";
  watch.check();
});

Deno.test("FileWatch keeps to a file into which another process moves pages during a transaction", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  using db = openRaw(temp.path);
  const readWal = () => checkpoint(db, "NOOP");
  for (const mode of ["PASSIVE", "TRUNCATE"]) {
    put(store);
    const watch = new FileWatch(temp.path, { ...still, readWal });
    const { pages, moved } = readWal();
    assert(moved < pages);
    watch.check();
    put(store);
    checkpoint(db, mode);
    watch.noteTransaction();
    watch.check();
  }
});

Deno.test("FileWatch keeps to a file if another process restarts the WAL, and it grows past its old length", () => {
  for (const mode of ["PASSIVE", "RESTART", "TRUNCATE"]) {
    using temp = tempStore();
    using store = Store.open(temp.path);
    using db = openRaw(temp.path);
    const readWal = () => checkpoint(db, "NOOP");
    put(store);
    let looks = 0;
    const readHeader = () => `another each time: ${looks++}`;
    using file = Deno.openSync(`${temp.path}-wal`);
    using index = Deno.openSync(`${temp.path}-shm`);
    const wal = new WalFile(file, index, 4096);
    const watch = new FileWatch(temp.path, {
      ...still,
      readWal,
      readHeader,
      wal,
    });
    const { pages } = readWal();
    watch.check();
    put(store, { id: "larger", payload: `"${"x".repeat(50_000)}"` });
    checkpoint(db, mode);
    while (readWal().moved > 0 || readWal().pages < pages) put(store);
    watch.noteTransaction();
    watch.check();
  }
});

Deno.test("FileWatch keeps to a file into which another process moves the last pages as it is looked at", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  using db = openRaw(temp.path);
  put(store);
  const readWal = () => checkpoint(db, "NOOP");
  let looks = 0;
  const readHeader = () => {
    if (looks > 0) checkpoint(db, "TRUNCATE");
    return `another each time: ${looks++}`;
  };
  const watch = new FileWatch(temp.path, { ...still, readWal, readHeader });
  Deno.utimeSync(temp.path, 1, 1);
  watch.check();
});

Deno.test("FileWatch.check() looks at the WAL only if the folder has changed", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store);
  const changed = () => Deno.statSync(temp.folder).ctime?.getTime() ?? NaN;
  let now = changed() + 1999;
  const readWal = () => ({ pages: 0, moved: 0 });
  const watch = new FileWatch(temp.path, {
    ...still,
    readWal,
    now: () => now,
  });
  const looks = () => {
    using seen = watchStats();
    watch.check();
    return seen.paths.map((path) => path.slice(temp.folder.length));
  };
  const all = ["", "/store.db", "/store.db-wal", "/store.db-shm"];
  const rest = ["", "/store.db"];
  assertEquals([looks(), looks()], [all, all]);
  now++;
  assertEquals([looks(), looks(), looks()], [all, rest, rest]);
  // The folder's time has whole seconds: the next one must have begun.
  for (const before = changed(); changed() === before;) {
    Deno.writeTextFileSync(`${temp.folder}/touch`, "");
    Deno.removeSync(`${temp.folder}/touch`);
  }
  Deno.renameSync(`${temp.path}-wal`, `${temp.folder}/old`);
  assertThrows(() => watch.check(), StoreError, "restart");
  assertThrows(() => watch.check(), StoreError, "restart");
  Deno.renameSync(`${temp.folder}/old`, `${temp.path}-wal`);
  assertEquals(looks(), all);
});

/** Notes what is asked of the system about files. */
function watchStats(): Disposable & { paths: string[] } {
  const { statSync, lstatSync } = Deno;
  const paths: string[] = [];
  const note = (look: typeof statSync) => (path: string | URL) => {
    paths.push(String(path));
    return look(path);
  };
  Deno.statSync = note(statSync);
  Deno.lstatSync = note(lstatSync);
  return {
    paths,
    [Symbol.dispose]() {
      Object.assign(Deno, { statSync, lstatSync });
    },
  };
}

Deno.test("FileWatch takes no file for SQLite's work that another program has cut", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store);
  let pages = 1;
  const watch = new FileWatch(temp.path, {
    ...still,
    readWal: () => ({ pages, moved: 0 }),
    readHeader: () =>
      Deno.readFileSync(temp.path).subarray(0, FILE_HEADER_BYTES).join(),
  });
  Deno.truncateSync(temp.path);
  pages++; // of a transaction just before
  watch.noteWrites();
  assertThrows(() => watch.check(), StoreError, "restart");
});

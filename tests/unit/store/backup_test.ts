// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  backUpStore,
  stageBackup,
  StoreError,
  swapStore,
} from "../../../src/store/mod.ts";
import {
  lastSeq,
  openRaw,
  pageOf,
  put,
  rawNumber,
  Store,
  takeIn,
  tempStore,
} from "./_store.ts";

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("backUpStore() copies a store that is written to, into one file that only its owner may read", async () => {
  using temp = tempStore();
  const backup = `${temp.folder}/backup`;
  using store = Store.open(temp.path);
  for (let i = 0; i < 300; i++) put(store, { id: `s${i % 3}` });
  const { bytes, ...content } = await backUpStore(temp.path, backup);
  assertEquals(content, { sessions: 3, events: 300 });
  const { size, mode } = await Deno.stat(backup);
  assertEquals([bytes, (mode ?? 0) & 0o777], [size, 0o600]);
  put(store, { id: "later" });
  assertEquals(store.isInPlace, true);
  using copy = Store.open(backup);
  assertEquals(takeIn(copy) > 0, true);
  assertEquals(pageOf(copy).ids, "s0,s1,s2");
  assertEquals(lastSeq(put(copy, { id: "s0" })), 100);
});

Deno.test("backUpStore() overwrites nothing, and leaves nothing when it fails", async () => {
  using temp = tempStore();
  const backup = `${temp.folder}/backup`;
  await assertRejects(
    () => backUpStore(temp.path, backup),
    StoreError,
    "read store",
  );
  Store.open(temp.path).close();
  await Deno.writeTextFile(backup, "mine");
  await assertRejects(
    () => backUpStore(temp.path, backup),
    StoreError,
    "exists",
  );
  assertEquals(await Deno.readTextFile(backup), "mine");
  await assertRejects(
    () => backUpStore(temp.path, `${temp.folder}/none/backup`),
    StoreError,
    "Cannot write backup",
  );
  await Deno.writeFile(temp.path, new Uint8Array(5000).fill(7));
  await Deno.remove(backup);
  await assertRejects(
    () => backUpStore(temp.path, backup),
    StoreError,
    "damaged",
  );
  assertEquals(namesIn(temp.folder).includes("backup"), false);
});

Deno.test("stageBackup() and swapStore() put a backup in the place of a store, and keep what was there, with what was in its WAL", async () => {
  using temp = tempStore();
  using elsewhere = tempStore();
  const backup = `${elsewhere.folder}/a b?c#d%20é`;
  {
    using store = Store.open(temp.path);
    put(store, { id: "old" });
    await backUpStore(temp.path, backup);
  }
  // A daemon that was killed leaves its WAL.
  using killed = tempStore();
  {
    using store = Store.open(temp.path);
    put(store, { id: "new" });
    for (const end of ["", "-wal", "-shm"]) {
      await Deno.copyFile(temp.path + end, killed.path + end);
    }
  }
  const { staged, bytes: _, ...content } = stageBackup(backup, killed.path);
  assertEquals(content, { sessions: 1, events: 1 });
  const kept = swapStore(staged, killed.path, "x");
  assertEquals(namesIn(killed.folder), [
    "store.db",
    "store.db-before-x",
  ]);
  using restored = Store.open(killed.path);
  assertEquals(pageOf(restored).ids, "old");
  using before = Store.open(kept ?? "");
  assertEquals(pageOf(before).ids, "new,old");
  assertEquals(namesIn(elsewhere.folder).length, 1);
});

Deno.test("swapStore() keeps what was there twice in a second", async () => {
  using temp = tempStore();
  using elsewhere = tempStore();
  const backup = `${elsewhere.folder}/backup`;
  {
    using store = Store.open(temp.path);
    put(store, { id: "old" });
    await backUpStore(temp.path, backup);
  }
  const kept = [1, 2].map(() =>
    swapStore(stageBackup(backup, temp.path).staged, temp.path, "x")
  );
  assertEquals(kept, [`${temp.path}-before-x`, `${temp.path}-before-x-2`]);
});

Deno.test("swapStore() leaves the store in its place if the system refuses the copy", () => {
  using temp = tempStore();
  {
    using store = Store.open(temp.path);
    put(store, { id: "old" });
  }
  assertThrows(() => swapStore(`${temp.folder}/none`, temp.path, "x"));
  assertEquals(namesIn(temp.folder), ["store.db"]);
  using store = Store.open(temp.path);
  assertEquals(pageOf(store).ids, "old");
});

Deno.test("stageBackup() takes a plain copy of a store's files, from where nothing can be written", () => {
  using temp = tempStore();
  using elsewhere = tempStore();
  {
    using store = Store.open(elsewhere.path);
    put(store, { id: "s" });
  }
  Deno.chmodSync(elsewhere.path, 0o400);
  Deno.chmodSync(elsewhere.folder, 0o500);
  const { staged } = stageBackup(elsewhere.path, temp.path);
  assertEquals(swapStore(staged, temp.path, "x"), null);
  Deno.chmodSync(elsewhere.folder, 0o700);
  assertEquals(namesIn(elsewhere.folder), ["store.db"]);
  using store = Store.open(temp.path);
  assertEquals(pageOf(store).ids, "s");
});

Deno.test("stageBackup() takes a store of an earlier version", async () => {
  using temp = tempStore();
  using elsewhere = tempStore();
  const { body } = await fetch(
    new URL("../../fixtures/store_v1.db.gz", import.meta.url),
  );
  const plain = body?.pipeThrough(new DecompressionStream("gzip"));
  await Deno.writeFile(elsewhere.path, plain ?? new Uint8Array());
  const { staged, sessions } = stageBackup(elsewhere.path, temp.path);
  assertEquals(sessions, 50);
  assertEquals(rawNumber(staged, "PRAGMA user_version"), 1);
});

const refusals: Record<string, [make: (path: string) => void, why: string]> = {
  "a text": [
    (path) => Deno.writeTextFileSync(path, "hello ".repeat(2000)),
    "not a store of kaizen",
  ],
  "another program's database": [(path) => {
    using db = openRaw(path);
    db.exec("CREATE TABLE a (b)");
  }, "not a store of kaizen"],
  "a later version": [(path) => {
    Store.open(path).close();
    using db = openRaw(path);
    db.exec("PRAGMA user_version = 99");
  }, "current version is 99"],
  "a damaged one": [(path) => {
    {
      using store = Store.open(path);
      for (let i = 0; i < 300; i++) {
        put(store, { id: `s${i}`, payload: `"${"x".repeat(3000)}"` });
      }
    }
    using file = Deno.openSync(path, { write: true });
    file.seekSync(4096 * 60, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(4096 * 20).fill(3));
  }, "damaged"],
  "none": [() => {}, "Cannot read backup"],
  "a large file that is none of SQLite's": [
    (path) => {
      Deno.writeTextFileSync(path, "");
      Deno.truncateSync(path, 3 * 1024 ** 3);
    },
    "not a store of kaizen",
  ],
  "a store with a named pipe for its WAL": [(path) => {
    Store.open(path).close();
    new Deno.Command("mkfifo", { args: [`${path}-wal`] }).outputSync();
  }, "-wal"],
  "a store with a trigger": [(path) => {
    Store.open(path).close();
    using db = openRaw(path);
    db.exec(
      "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
    );
  }, 'it has an unknown trigger "t"'],
  "a store with an endless view in the place of its events": [(path) => {
    Store.open(path).close();
    using db = openRaw(path);
    db.exec(
      `DROP TABLE events;
       CREATE VIEW events AS WITH RECURSIVE c (x) AS
         (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c`,
    );
  }, '"events"'],
  "a store with a table of its own": [(path) => {
    Store.open(path).close();
    using db = openRaw(path);
    db.exec("CREATE TABLE a (b, c AS (zeroblob(1000000000)))");
  }, 'it has an unknown table "a"'],
  "a store that says an earlier version": [(path) => {
    Store.open(path).close();
    using db = openRaw(path);
    db.exec("PRAGMA user_version = 1");
  }, "an unknown"],
};

for (const [name, [make, why]] of Object.entries(refusals)) {
  Deno.test(`stageBackup() refuses ${name}, and leaves the store as it is`, () => {
    using temp = tempStore();
    using elsewhere = tempStore();
    Store.open(temp.path).close();
    const before = Deno.readFileSync(temp.path);
    make(elsewhere.path);
    assertThrows(
      () => stageBackup(elsewhere.path, temp.path),
      StoreError,
      why,
    );
    assertEquals(Deno.readFileSync(temp.path), before);
    assertEquals(namesIn(temp.folder), ["store.db"]);
    assert(rawNumber(temp.path, "PRAGMA user_version") > 0);
  });
}

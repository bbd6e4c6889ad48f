// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { decodeJson } from "../../../src/proto/mod.ts";
import { MIGRATIONS } from "../../../src/store/migrations.ts";
import {
  asObject,
  lastSeq,
  openRaw,
  put,
  rawNumber,
  runSteps,
  Store,
  tempStore,
} from "./_store.ts";

const V1 = await Deno.readTextFile(new URL("store_v1.sql", import.meta.url));

function schemaOf(path: string): string[] {
  using db = openRaw(path);
  return db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
    .all().map(({ sql }) => String(sql)).sort();
}

function build(path: string, sql: string): void {
  using db = openRaw(path);
  db.exec(sql);
}

Deno.test("the first migration makes what version 1 made", () => {
  using stored = tempStore();
  using made = tempStore();
  build(stored.path, V1);
  build(made.path, MIGRATIONS[0] ?? "");
  assertEquals(schemaOf(made.path), schemaOf(stored.path));
});

Deno.test("open() brings a store of version 1 up to date and keeps all of its events", () => {
  using temp = tempStore();
  build(temp.path, V1);
  using store = Store.open(temp.path);
  assertEquals(rawNumber(temp.path, "PRAGMA user_version"), MIGRATIONS.length);
  const { sessions, events } = store.size();
  assertEquals([sessions, events], [2, 5]);
  assertEquals(store.listWorkspaces().map(({ path }) => path), [
    "/w/app",
    "/w/other",
  ]);
  assertEquals(store.stale.count, 2);

  const reader = store.read();
  const key = store.workspace("/w/app")?.key ?? 0;
  const session = runSteps(reader.sessions.find([key], "old", 0)).result;
  if (session === null) throw new TypeError("not found");
  assertEquals(session.isStale, true);
  const text = [
    ...reader.sessions.events(session),
  ]
    .map((part) => new TextDecoder().decode(part)).join("");
  const read = decodeJson(new TextEncoder().encode(`[${text}]`));
  const kinds = Array.isArray(read)
    ? read.map((event) => asObject(event).kind)
    : [];
  assertEquals(kinds, ["Lifecycle", "ToolCall", "ToolCall", "ToolResult"]);
  assertEquals(text.length, session.eventBytes + 3);
  reader.close();

  // It goes on where that left off: its ids are known, its numbers go on.
  const own = { workspace: "/w/app", id: "old" };
  assertEquals(put(store, { ...own, kaizenId: "k-pre" }), null);
  assertEquals(lastSeq(put(store, { ...own, lastMs: 1714000000040 })), 4);
  assertEquals(store.stats().newest_ms, 1714000000040);

  // The rows that it had derived are removed a few at a time.
  const names = () =>
    schemaOf(temp.path).flatMap((sql) => /TABLE "?(\w+)/.exec(sql)?.[1] ?? []);
  assertEquals(names().includes("old_spans"), true);
  runSteps(store.sweepSpans());
  assertEquals(names().includes("old_spans"), false);
  assertEquals(
    rawNumber(temp.path, "SELECT count(*) FROM blocks WHERE kind = 1"),
    0,
  );
  assertEquals(runSteps(store.sweepSpans()).count, 1);
});

Deno.test("open() changes nothing in a store of the latest version", () => {
  using temp = tempStore();
  {
    using store = Store.open(temp.path);
    runSteps(store.sweepSpans());
  }
  const before = Deno.readFileSync(temp.path);
  Store.open(temp.path).close();
  assertEquals(Deno.readFileSync(temp.path), before);
});

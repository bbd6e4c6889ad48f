// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What an event costs in a small store and in a large one, counted, not timed. KAIZEN_TEST_EVENTS sets the size of the large one.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ID_SQL } from "../../../src/store/event_ids.ts";
import { LIST_SQL } from "../../../src/store/row_lists.ts";
import { WRITE_SQL } from "../../../src/store/write_sql.ts";
import { append, openRaw, put, Store, tempStore } from "./_store.ts";

const SMALL_EVENTS = 1000;
const LARGE_EVENTS = Number(Deno.env.get("KAIZEN_TEST_EVENTS") ?? 20_000);
const BATCH = 500;
const MEASURED = 256;

Deno.test("every statement of an event finds its rows by a key, and sorts nothing", () => {
  using temp = tempStore();
  Store.open(temp.path).close();
  using db = openRaw(temp.path);
  for (
    const [name, sql] of Object.entries({
      ...WRITE_SQL,
      ...ID_SQL,
      ...LIST_SQL,
    })
  ) {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
      .map(({ detail }) => String(detail));
    for (const line of plan) {
      const isKeyed = line.startsWith("SEARCH ") || line.startsWith("SCALAR ");
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

/** Pages that the process has read so far; null where the system does not tell. */
function countReads(): number | null {
  try {
    const text = Deno.readTextFileSync("/proc/self/io");
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

Deno.test(`an event writes and reads as many pages after ${LARGE_EVENTS} events as after ${SMALL_EVENTS}`, () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  fill(store, 0, SMALL_EVENTS);
  const small = measure(store, temp.path);
  fill(store, SMALL_EVENTS, LARGE_EVENTS);
  const large = measure(store, temp.path);
  const stored = store.size().events;
  assertEquals(stored > LARGE_EVENTS, true);
  if (Deno.env.get("KAIZEN_TEST_EVENTS")) {
    // deno-lint-ignore no-console
    console.log(
      `pages an event, after ${SMALL_EVENTS}:`,
      small,
      `after ${LARGE_EVENTS}:`,
      large,
    );
  }
  // A page of events, one of sessions, now and then a new page; the ids of 128 events at once, each perhaps on a page of its own.
  assert(small.written > 1 && small.written < 5, JSON.stringify(small));
  assert(large.written < small.written + 2.5, JSON.stringify({ small, large }));
  assert(large.read < small.read + 4, JSON.stringify({ small, large }));
});

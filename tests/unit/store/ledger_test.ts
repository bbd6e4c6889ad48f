// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { Ledger } from "../../../src/store/ledger.ts";
import type { StoredSession } from "../../../src/store/stored_session.ts";
import { NO_ROWS } from "../../../src/store/row_lists.ts";
import { append, lastSeq, put, Store, tempStore } from "./_store.ts";

const NONE = { events: 0, stale: 0 };
const LAST = { session: 0, event: 0 };

function makeSession(key: number, state = ""): StoredSession {
  return {
    key,
    workspaceKey: 1,
    id: "s",
    lastSeq: 0,
    firstMs: 0,
    lastMs: 0,
    agent: "cursor",
    trace: null,
    state,
    form: null,
    row: null,
    isStale: false,
    eventBytes: 1,
    events: NO_ROWS,
    recentIds: new Set(),
    recentCalls: new Map(),
  };
}

Deno.test("Ledger keeps the sessions used last, at most 1,024 of them", () => {
  const ledger = new Ledger([], NONE, LAST);
  for (let i = 0; i < 1100; i++) {
    ledger.setSession(1, `s${i}`, makeSession(i));
    if (i > 20) ledger.setSession(1, "s10", makeSession(10));
    ledger.commit();
  }
  const kept = Array.from({ length: 1100 }, (_, i) => i)
    .filter((i) => ledger.session(1, `s${i}`) !== undefined);
  assertEquals(kept.length, 256);
  assertEquals(kept.slice(0, 3), [10, 845, 846]);
});

Deno.test("Ledger does not keep a session whose state is long", () => {
  const ledger = new Ledger([], NONE, LAST);
  ledger.setSession(1, "s", makeSession(1, "x".repeat(16 * 1024)));
  assertEquals(ledger.session(1, "s")?.key, 1);
  ledger.setSession(1, "s", makeSession(1, "x".repeat(16 * 1024 + 1)));
  assertEquals(ledger.session(1, "s"), undefined);
});

Deno.test("Ledger gives no key out twice, though the transaction fails", () => {
  const ledger = new Ledger([], NONE, { session: 4, event: 5 });
  assertEquals(
    (["session", "event"] as const).map((kind) => ledger.nextKey(kind)),
    [5, 6],
  );
  ledger.undo.rollback();
  assertEquals(ledger.nextKey("session"), 6);
});

Deno.test("sessions that are not in memory are read again, with the ids of their events", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  for (let round = 0; round < 3; round++) {
    store.transact(() => {
      for (let i = 0; i < 1100; i++) {
        const made = { id: `s${i}`, kaizenId: `k${round}` };
        assertEquals(lastSeq(append(store, made)), round);
        assertEquals(append(store, made), null);
      }
    });
    for (const id of ["s0", "s1099"]) {
      assertEquals(put(store, { id, kaizenId: `k${round}` }), null);
    }
  }
  assertEquals(store.size().events, 3300);
});

Deno.test("Ledger counts stale sessions as the transaction ends", () => {
  const ledger = new Ledger([], { events: 0, stale: 3 }, LAST);
  ledger.countStale(-1);
  ledger.commit();
  ledger.countStale(5);
  ledger.undo.rollback();
  assertEquals(ledger.staleSessions, 2);
});

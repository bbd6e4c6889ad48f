// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { Ledger, type StoredSession } from "../../../src/store/ledger.ts";
import { NO_ROWS } from "../../../src/store/row_lists.ts";
import {
  append,
  lastSeq,
  makeRecord,
  put,
  Store,
  tempStore,
} from "./_store.ts";

const LAST = { session: 0, event: 0, span: 0 };

function makeSession(key: number): StoredSession {
  return {
    key,
    workspaceKey: 1,
    record: makeRecord({}, 1),
    eventBytes: 1,
    events: NO_ROWS,
    spans: NO_ROWS,
    recentIds: [],
  };
}

Deno.test("Ledger keeps the sessions used last, at most 1,024 of them", () => {
  const ledger = new Ledger([], 0, LAST);
  for (let i = 0; i < 1100; i++) {
    ledger.setSession(1, `s${i}`, makeSession(i));
    if (i > 20) ledger.setSession(1, "s10", makeSession(10));
    ledger.commit();
  }
  const kept = Array.from({ length: 1100 }, (_, i) => i)
    .filter((i) => ledger.session(1, `s${i}`) !== undefined);
  assertEquals(kept.length, 1024);
  assertEquals(kept.slice(0, 3), [10, 77, 78]);
});

Deno.test("Ledger does not keep a session whose record is long", () => {
  const ledger = new Ledger([], 0, LAST);
  ledger.setSession(1, "s", makeSession(1), 16 * 1024);
  assertEquals(ledger.session(1, "s")?.key, 1);
  ledger.setSession(1, "s", makeSession(1), 16 * 1024 + 1);
  assertEquals(ledger.session(1, "s"), undefined);
});

Deno.test("Ledger gives no key out twice, though the transaction fails", () => {
  const ledger = new Ledger([], 0, { session: 4, event: 5, span: 6 });
  assertEquals(
    (["session", "event", "span"] as const).map((kind) => ledger.nextKey(kind)),
    [5, 6, 7],
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

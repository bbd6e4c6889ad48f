// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { preparePage } from "../../../src/store/page_sql.ts";
import { SHORT_ROWS, ShortPages } from "../../../src/store/short_pages.ts";
import {
  askPage,
  openRaw,
  put,
  readAnswer,
  runSteps,
  Store,
  tempStore,
} from "./_store.ts";

const id = fc.constantFrom("a", "b", "c", "d", "e");
const ms = fc.nat(50);
const NEW = { known: null, tsMs: 0 };
const TOKENS = {
  output: 1,
  cache_read: 1,
  cache_write_5m: 1,
  cache_write_1h: 1,
  reasoning: null,
};

function addUsage(store: Store, id: string, tsMs: number, input: number): void {
  const session = store.sessions.place("/w", id, NEW)?.current?.key;
  if (session === undefined) return;
  store.usage.put(store.transcripts.demand("/t", session, "claude"), {
    message: `${session} ${tsMs}`,
    session,
    agentId: "",
    call: null,
    model: "m",
    tsMs,
    tokens: { ...TOKENS, input },
    cost: { cost: 7, source: "priced" },
    isCopy: false,
  });
}

function addCommit(store: Store, tsMs: number, name: string): void {
  const place = store.sessions.place("/w", "git:w", NEW);
  if (place === null) return;
  const commit = JSON.stringify(name);
  store.sessions.addCommit(place, { tsMs, tie: name, commit, branch: null });
}

/** Changes that write what a page shows, and one that writes nothing. */
const change = fc.oneof(
  fc.tuple(id, ms, fc.constantFrom("x", "y"), ms).map((
    [id, startedAt, title, quietMs],
  ) =>
  (store: Store) => {
    const quiet = quietMs > 40 ? {} : { quietMs };
    put(store, { id, startedAt, title, ...quiet });
  }),
  fc.tuple(id, ms, fc.nat(9)).map((made) => (store: Store) =>
    store.transact(() => addUsage(store, ...made))
  ),
  fc.tuple(ms, id).map((made) => (store: Store) =>
    store.transact(() => addCommit(store, ...made))
  ),
  id.map((session) => (store: Store) => {
    runSteps(store.prune({ session }));
  }),
  fc.constant(() => {}),
);

function readText(store: Store, limit: number, nowMs: number): string {
  const { answer } = askPage(store, { limit, nowMs });
  return new TextDecoder().decode(readAnswer(answer));
}

Deno.test("a page that is asked for again is the page that is read anew, after any changes at any time", () => {
  const steps = fc.array(fc.tuple(change, ms), { maxLength: 12 });
  fc.assert(
    fc.property(steps, (steps) => {
      using temp = tempStore();
      using store = Store.open(temp.path);
      for (const [change, nowMs] of steps) {
        change(store);
        // A longer limit is not read as a usual page, and the rows are fewer than either.
        const anew = readText(store, SHORT_ROWS + 1, nowMs);
        assertEquals(readText(store, SHORT_ROWS, nowMs), anew);
        assertEquals(readText(store, SHORT_ROWS, nowMs), anew);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("a reader that began before a change reads the page from before it", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { id: "a" });
  const before = readText(store, 100, 0);
  const workspaces = store.listWorkspaces();
  const early = store.read();
  put(store, { id: "b" });
  const after = readText(store, 100, 0);
  const query = { workspaces, offset: 0, limit: 100, filter: {}, nowMs: 0 };
  const { result } = runSteps(early.answer(early.planPage(query)));
  assertEquals(new TextDecoder().decode(readAnswer(result)), before);
  assert(after !== before);
});

Deno.test("ShortPages keeps the last page until the store's version or a session's state changes", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { id: "a", quietMs: 50 });
  store.listWorkspaces();
  using db = openRaw(temp.path);
  const pages = new ShortPages(preparePage(db));
  const query = { workspace: 1, offset: 0, limit: 9, nowMs: 20 };
  const first = pages.read(query);
  assertEquals(first?.rows, 1);
  const isKept = (asked: Partial<typeof query>) =>
    pages.read({ ...query, ...asked }) === first;
  assertEquals(isKept({ nowMs: 50 }), true);
  for (
    const asked of [{ nowMs: 51 }, { nowMs: 19 }, { limit: 8 }, { offset: 1 }, {
      workspace: 2,
    }]
  ) {
    const other = new ShortPages(preparePage(db));
    const own = other.read(query);
    assert(other.read({ ...query, ...asked }) !== own, JSON.stringify(asked));
  }
  pages.version++;
  assertEquals(isKept({}), false);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type CallChange,
  packChanges,
  unpackChanges,
} from "../../../src/store/calls.ts";
import {
  append,
  put,
  rawNumber,
  runSteps,
  Store,
  tempStore,
} from "./_store.ts";

const change = fc.record({
  key: fc.string({ unit: "grapheme-composite" }),
  body: fc.option(fc.string({ unit: "grapheme-composite" })),
});

Deno.test("unpackChanges() returns what packChanges() was given", () => {
  fc.assert(fc.property(fc.array(change), (changes) => {
    assertEquals(unpackChanges(packChanges(changes) ?? ""), changes);
  }));
  assertEquals(packChanges([]), null);
});

Deno.test("unpackChanges() refuses what is cut short", () => {
  for (const text of ["1", "1 ", "x"]) {
    assertThrows(() => unpackChanges(text), TypeError, "no call");
  }
});

/** The calls of a session as a reader and the writer see them, by their keys. */
function callsOf(store: Store): [reader: object, writer: object] {
  const reader = store.read();
  const key = store.workspace("/w")?.key ?? 0;
  const found = runSteps(reader.sessions.find([key], "s", 0)).result;
  if (found === null) throw new TypeError("not found");
  const seen = [...reader.sessions.calls(found)];
  const keys = seen.map(({ key }) => key);
  const next = reader.sessions.bodies(found, keys);
  assertEquals(keys.map(next), seen.map(({ body }) => body));
  reader.close();
  const current =
    store.sessions.place("/w", "s", { known: null, tsMs: 0 })?.current ?? null;
  if (current === null) throw new TypeError("no session");
  const written = [...store.sessions.calls.all(current)];
  for (const { key, body } of written) {
    assertEquals(store.sessions.calls.read(current, key), body);
  }
  assertEquals(store.sessions.calls.read(current, "none"), null);
  const sorted = (calls: readonly CallChange[]) =>
    Object.fromEntries(
      calls.map(({ key, body }) => [key, body] as const).toSorted(),
    );
  return [sorted(seen), sorted(written)];
}

Deno.test("a session's calls are those of its events, filed or not, in memory or not", () => {
  using temp = tempStore();
  let store = Store.open(temp.path);
  const expected = new Map<string, string>();
  for (let n = 0; n < 700; n++) {
    const key = `c\u0000${n % 200}`;
    const calls = n % 3 === 0 ? [] : [{ key, body: `"é${n}\u0000"` }];
    for (const { body } of calls) expected.set(key, body);
    store.transact(() => append(store, { calls }));
    if (n % 70 !== 69) continue;
    if (n % 140 === 69) {
      store.close();
      store = Store.open(temp.path);
    }
    const all = Object.fromEntries([...expected].toSorted());
    assertEquals(callsOf(store), [all, all]);
  }
  // An event writes what it has made of a call with itself alone.
  assertEquals(rawNumber(temp.path, "SELECT count(*) FROM calls"), 200);
  put(store, { calls: [{ key: "new", body: "x" }] });
  assertEquals(rawNumber(temp.path, "SELECT count(*) FROM calls"), 200);
  store.close();
});

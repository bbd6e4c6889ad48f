// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertObjectMatch } from "@std/assert";
import fc from "fast-check";
import {
  type CostSource,
  type NewUsage,
  Store,
  type UsagePart,
} from "../../../src/store/mod.ts";
import { openRaw, put, runSteps, tempStore } from "./_store.ts";

const HOUR_MS = 3_600_000;

function message(made: Partial<NewUsage> & { session: number }): NewUsage {
  return {
    message: "m",
    agentId: "",
    call: null,
    model: "claude-opus-4-8",
    tsMs: HOUR_MS,
    tokens: {
      input: 10,
      output: 5,
      cache_read: 100,
      cache_write_5m: 20,
      cache_write_1h: 3,
      reasoning: null,
    },
    cost: { cost: 7, source: "priced" },
    isCopy: false,
    ...made,
  };
}

function sessionKey(store: Store, id: string): number {
  const session = put(store, { id });
  if (session === null) throw new Error("not stored");
  return session.key;
}

function read(
  store: Store,
  path: string,
  usage: NewUsage,
): boolean {
  return store.transact(() =>
    store.usage.put(
      store.transcripts.demand(path, usage.session, "claude"),
      usage,
    )
  );
}

/** The end of the totals of session "s", which has no other totals here. */
function readTotals(store: Store): unknown {
  const reader = store.read();
  const keys = store.listWorkspaces().map(({ key }) => key);
  const { result } = runSteps(reader.sessions.find(keys, "s", 0));
  reader.close();
  const text = new TextDecoder().decode(result?.record);
  return JSON.parse(
    /,("tokens_in".*?)}/.exec(text)?.[0].replace(",", "{") ?? "null",
  );
}

function partsOf(store: Store, byTime = false): UsagePart[] {
  const reader = store.read();
  const parts: UsagePart[] = [];
  const query = { workspace: null, session: null, sinceMs: null, byTime };
  runSteps(reader.usage.parts(query, (part) => parts.push(part)));
  reader.close();
  return parts;
}

Deno.test("UsageWrites.put() counts a message once, as the last line of its file tells it", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const session = sessionKey(store, "s");
  const first = message({ session });
  const { tokens } = first;
  assertEquals(read(store, "/t", first), true);
  assertEquals(read(store, "/t", first), false);
  const last = message({ session, tokens: { ...tokens, output: 90 } });
  assertEquals(read(store, "/t", last), true);
  const [part, ...others] = partsOf(store);
  assertEquals(others, []);
  assertEquals(part, {
    sessionId: "s",
    workspace: "/w",
    agent: "cursor",
    model: "claude-opus-4-8",
    quarterMs: null,
    messages: 1,
    unpriced: 0,
    input: 10,
    output: 90,
    cache_read: 100,
    cache_write_5m: 20,
    cache_write_1h: 3,
    reasoning: null,
    cost: 7,
  });
});

Deno.test("UsageWrites.put() leaves no empty sums where a message moves to another model", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const session = sessionKey(store, "s");
  read(store, "/t", message({ session, model: "a" }));
  read(store, "/t", message({ session, model: "b" }));
  assertEquals(partsOf(store).map(({ model }) => model), ["b"]);
});

Deno.test("a session's totals are null where nothing is known, and incomplete where a price is missing", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const session = sessionKey(store, "s");
  const unpriced = { cost: null, source: "unpriced" } as const;
  assertEquals(readTotals(store), null);
  read(store, "/t", message({ session, model: "x", cost: unpriced }));
  assertEquals(readTotals(store), {
    tokens_in: 10,
    tokens_out: 5,
    cost_usd_e6: null,
    cost_complete: false,
    cache_read_tokens: 100,
    cache_creation_tokens: 23,
    reasoning_tokens: null,
    unpriced_models: ["x"],
  });
  const { tokens } = message({ session });
  read(
    store,
    "/t",
    message({ session, message: "n", tokens: { ...tokens, reasoning: 2 } }),
  );
  assertObjectMatch(Object(readTotals(store)), {
    cost_usd_e6: 7,
    cost_complete: false,
    reasoning_tokens: 2,
  });
});

Deno.test("usage is told apart by quarters of an hour, and from an exact time on", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const session = sessionKey(store, "s");
  for (const [i, tsMs] of [0, 899_999, 900_000, 1_000_000].entries()) {
    read(store, "/t", message({ session, message: `${i}`, tsMs }));
  }
  const counts = partsOf(store, true)
    .map(({ quarterMs, messages }) => [quarterMs, messages]);
  assertEquals(counts, [[0, 2], [900_000, 2]]);
  const reader = store.read();
  let seen = 0;
  const query = {
    workspace: null,
    session: "s",
    sinceMs: 900_001,
    byTime: false,
  };
  runSteps(reader.usage.parts(query, ({ messages }) => seen += messages));
  reader.close();
  assertEquals(seen, 1);
});

Deno.test("pruning a session removes all that transcripts told of it", () => {
  using temp = tempStore();
  {
    using store = Store.open(temp.path);
    const gone = sessionKey(store, "gone");
    const kept = sessionKey(store, "kept");
    read(store, "/t", message({ session: gone, message: "1" }));
    read(store, "/u", message({ session: kept, message: "2" }));
    store.transact(() =>
      store.transcripts.putCall({
        session: gone,
        call: "c",
        tsMs: 1,
        agentId: "",
      })
    );
    runSteps(store.prune({ session: "gone" }));
    assertEquals(partsOf(store).map(({ sessionId }) => sessionId), ["kept"]);
  }
  using db = openRaw(temp.path);
  const count = (table: string) =>
    db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
  assertEquals(
    ["usage", "usage_sums", "transcripts", "transcript_calls"].map(count),
    [1, 1, 1, 0],
  );
});

/** The usage of one message in one file. */
interface Fact {
  message: number;
  file: number;
  session: number;
  agent: boolean;
  isCopy: boolean;
  output: number;
  source: CostSource;
}

const facts: fc.Arbitrary<Fact> = fc.record({
  message: fc.nat(3),
  file: fc.nat(2),
  session: fc.nat(2),
  agent: fc.boolean(),
  isCopy: fc.boolean(),
  output: fc.nat(99),
  source: fc.constantFrom("reported", "priced", "unpriced"),
});

/** All lines of one file about one message say the same of whose it is. */
function agree(all: readonly Fact[]): Fact[] {
  return all.map((fact) => {
    const { message, file, output, source } = fact;
    const first = all.find((it) => it.message === message && it.file === file);
    return { ...first ?? fact, output, source };
  });
}

/** The order of quality that the documentation tells, as numbers. */
function rank({ isCopy, session, agent, file }: Fact): number[] {
  return [isCopy ? 1 : 0, session, agent ? 0 : 1, file];
}

Deno.test("any order of reads and any number of them gives the same rows and sums", () => {
  fc.assert(
    fc.property(
      fc.array(facts, { maxLength: 12 }).map(agree),
      fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      (all, order, restart) => {
        using temp = tempStore();
        let store = Store.open(temp.path);
        const keys = ["a", "b", "c"].map((id) => sessionKey(store, id));
        for (const file of [...order, 0, 1, 2]) {
          if (restart) {
            store.close();
            store = Store.open(temp.path);
          }
          store.transact(() => {
            for (const fact of all) {
              if (fact.file !== file) continue;
              const { message: id, session, agent, isCopy, output, source } =
                fact;
              const key = keys[session] ?? 0;
              const made = message({
                message: `m${id}`,
                session: key,
                agentId: agent ? "x" : "",
                isCopy,
                cost: { cost: source === "unpriced" ? null : output, source },
              });
              store.usage.put(
                store.transcripts.demand(`/${file}`, key, "claude"),
                { ...made, tokens: { ...made.tokens, output } },
              );
            }
          });
        }
        const expected = [0, 1, 2, 3].flatMap((id) => {
          const last = [0, 1, 2].flatMap((file) =>
            all.findLast((it) => it.message === id && it.file === file) ?? []
          );
          const [best] = last.sort((a, b) => compareLists(rank(a), rank(b)));
          return best ?? [];
        });
        const found = new Map<string, number[]>();
        for (
          const { sessionId, messages, unpriced, output, cost } of partsOf(
            store,
          )
        ) {
          const sums = found.get(sessionId) ?? [0, 0, 0, 0];
          found.set(
            sessionId,
            [messages, unpriced, output, cost].map((it, i) =>
              it + (sums[i] ?? 0)
            ),
          );
        }
        for (const [i, id] of ["a", "b", "c"].entries()) {
          const own = expected.filter(({ session }) => session === i);
          const known = own.filter(({ source }) => source !== "unpriced");
          const sum = (some: readonly Fact[]) =>
            some.reduce((total, { output }) => total + output, 0);
          const sums = [
            own.length,
            own.length - known.length,
            sum(own),
            sum(known),
          ];
          assertEquals(found.get(id) ?? [0, 0, 0, 0], sums);
        }
        store.close();
      },
    ),
    { numRuns: 25 },
  );
});

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const difference = value - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

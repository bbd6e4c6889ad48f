// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { SessionStatus } from "../../../src/proto/mod.ts";
import {
  append,
  type Asked,
  askPage,
  asObject,
  type Made,
  pageOf,
  put,
  readAnswer,
  readPage,
  runSteps,
  Store,
  tempStore,
} from "./_store.ts";

const U64_MAX = 2n ** 64n - 1n;

/** E22: a and b began at 2000, c at 1000. */
function fillE22(store: Store): void {
  for (
    const [id, startedAt] of [["c", 1000], ["b", 2000], ["a", 2000]] as const
  ) {
    put(store, { workspace: "/w/app", id, startedAt });
  }
}

const e22: [asked: Asked, ids: string, total: number, next: number | null][] = [
  [{ offset: 0, limit: 2 }, "a,b", 3, 2],
  [{ offset: 2, limit: 2 }, "c", 3, null],
  [{ offset: 0, limit: 0 }, "", 3, 0],
  [{ offset: 1, limit: 0 }, "", 3, 1],
  [{ offset: 3, limit: 5 }, "", 3, null],
  [{ offset: 3, limit: 0 }, "", 3, null],
  [{ offset: 0, limit: U64_MAX }, "a,b,c", 3, null],
  [{ offset: 1, limit: U64_MAX }, "b,c", 3, null],
  [{ offset: U64_MAX, limit: U64_MAX }, "", 3, null],
  [{ workspace: "/w/app/" }, "", 0, null],
  [{ workspace: "/w" }, "", 0, null],
  [{ filter: { agent_prefix: "CUR" } }, "a,b,c", 3, null],
  [{ filter: { agent_prefix: "CUR" }, limit: 1, offset: 1 }, "b", 3, 2],
  [{ filter: { agent_prefix: "c%" } }, "", 0, null],
  [{ filter: { agent_prefix: "" } }, "a,b,c", 3, null],
  [
    { filter: { agent_prefix: null, status: null, since_ms: null } },
    "a,b,c",
    3,
    null,
  ],
  [{ filter: { since_ms: 2000 } }, "a,b", 2, null],
  [{ filter: { since_ms: 2001 } }, "", 0, null],
  [{ filter: { since_ms: 2000 }, limit: 0 }, "", 2, 0],
  [{ filter: { since_ms: 2n ** 63n } }, "a,b,c", 3, null],
  [{ filter: { since_ms: U64_MAX } }, "a,b,c", 3, null],
  [{ filter: { since_ms: 2n ** 63n - 1n } }, "", 0, null],
  [{ filter: { status: "Running" } }, "a,b,c", 3, null],
  [{ filter: { status: "Done", since_ms: 0 } }, "", 0, null],
];

for (const [asked, ids, total, next] of e22) {
  const name = JSON.stringify(
    asked,
    (_, it) => typeof it === "bigint" ? `${it}` : it,
  );
  Deno.test(`planPage() answers E22's ${name}`, () => {
    using temp = tempStore();
    using store = Store.open(temp.path);
    fillE22(store);
    assertEquals(pageOf(store, { workspace: "/w/app", ...asked }), {
      ids,
      total,
      next,
    });
  });
}

Deno.test("planPage() answers what a row says, then what commits say, then its state", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const id = 'q"\u0000\u2028é';
  put(store, { id, startedAt: U64_MAX, title: "\u0001" });
  const text = new TextDecoder().decode(readAnswer(askPage(store).answer));
  const record = JSON.stringify({
    id,
    agent: "cursor",
    title: "\u0001",
    events: 1,
    start_commit: null,
    end_commit: null,
    branch: null,
    status: "Running",
  });
  assertEquals(
    text,
    `{"type":"sessions","rows":[${record}],"total":1,"next_offset":null}`,
  );
});

Deno.test("planPage() says that a session is quiet from its time on, and finds it by that", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { id: "a", quietMs: 5000 });
  put(store, { id: "b", quietMs: 6000, startedAt: 999 });
  put(store, { id: "c", startedAt: 998 });
  const found = (status: SessionStatus, nowMs: number) =>
    pageOf(store, { filter: { status }, nowMs }).ids;
  assertEquals(found("Running", 5000), "a,b,c");
  assertEquals([found("Running", 5001), found("Idle", 5001)], ["b,c", "a"]);
  assertEquals([found("Running", 9000), found("Idle", 9000)], ["c", "a,b"]);
  for (const limit of [3, 500]) {
    const { rows } = asObject(readPage(store, { nowMs: 5001, limit }));
    const statuses = Array.isArray(rows)
      ? rows.map((row) => asObject(row).status)
      : [];
    assertEquals(statuses, ["Idle", "Running", "Running"]);
  }
});

Deno.test("planPage() joins the newest commit of the directory up to the session's first and last time, however late it came", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { id: "s", startedAt: 100, lastMs: 200 });
  put(store, { id: "t", startedAt: 100, lastMs: 201, branch: '"own"' });
  put(store, { id: "u", startedAt: 10, lastMs: 20 });
  put(store, { workspace: "/x", id: "v", startedAt: 100, lastMs: 200 });
  const commits = [
    [150, "c2", "main"],
    [200, "c3", null],
    [50, "c1", "old"],
    [250, "c4", "late"],
  ] as const;
  store.transact(() => {
    for (const [tsMs, commit, branch] of commits) {
      const place = store.sessions.place("/w", "git:w", {
        known: null,
        tsMs: 0,
      });
      if (place === null) throw new TypeError("no place");
      store.sessions.addCommit(place, { tsMs, tie: "", commit, branch });
    }
  });
  const told = (workspace: string) => {
    const { rows } = asObject(readPage(store, { workspace }));
    return Array.isArray(rows)
      ? rows.map(asObject).map((it) =>
        [it.id, it.start_commit, it.end_commit, it.branch].join(" ")
      )
      : [];
  };
  assertEquals(told("/w"), ["t c1 c3 own", "s c1 c3 ", "u   "]);
  assertEquals(told("/x"), ["v   "]);
});

for (
  const [name, long, count, filter] of [
    ["all short", [], 300, {}],
    ["one longer than what is read at once", [7], 20, {}],
    ["one longer, far behind the beginning", [290], 300, {}],
    ["many longer, with a filter", [3, 9, 200, 201], 300, {
      status: "Running",
    }],
  ] as const
) {
  Deno.test(`planPage() answers the records as they are: ${name}`, () => {
    using temp = tempStore();
    using store = Store.open(temp.path);
    const made = Array.from({ length: count }, (_, i): Made => ({
      id: `s${i}`,
      startedAt: 1000 - i,
      title: "é".repeat(long.some((at) => at === i) ? 70_000 : i),
    }));
    store.transact(() => made.forEach((it) => append(store, it)));
    const asked = [[0, 10], [5, 20], [0, 128], [0, 1000]] as const;
    for (const [offset, limit] of asked) {
      const { answer } = askPage(store, { offset, limit, filter });
      const bytes = readAnswer(answer);
      assertEquals(bytes.length, answer.length);
      const { rows } = JSON.parse(new TextDecoder().decode(bytes));
      assertEquals(
        rows.map((row: Record<string, unknown>) => [row.id, row.title]),
        made.slice(offset, offset + limit)
          .map(({ id, title }) => [id, title]),
      );
    }
  });
}

Deno.test("planPage() orders by last activity as a signed integer, newest first, then by the bytes of the id", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const starts = [0, 1, 2n ** 63n - 1n, 2n ** 63n, U64_MAX, 2 ** 53];
  for (const [i, startedAt] of starts.entries()) {
    put(store, { id: `s${i}`, startedAt });
  }
  // UTF-16 would put the pair (d83d dca9) before fffd, and "Z" stands before "a".
  for (const id of ["\ufffd", "\u{1f4a9}", "a", "Z"]) {
    put(store, { id, startedAt: 1 });
  }
  assertEquals(pageOf(store).ids, "s2,s5,Z,a,s1,\ufffd,\u{1f4a9},s0,s4,s3");
});

const agents = [
  "cursor",
  "Cursor",
  "codex",
  "c%x",
  "c_x",
  "c\\x",
  "Ünï",
  "git",
];
const prefixes: [prefix: string, found: string][] = [
  ["c", "cursor,Cursor,codex,c%x,c_x,c\\x"],
  ["C", "cursor,Cursor,codex,c%x,c_x,c\\x"],
  ["cursor", "cursor,Cursor"],
  ["cursors", ""],
  ["c%", "c%x"],
  ["c_", "c_x"],
  ["c\\", "c\\x"],
  ["ünï", ""], // lower case of the pattern is Unicode's, that of the agent is ASCII's
  ["ü", ""],
  ["gi", "git"],
  ["\u212a", ""], // Kelvin sign: its lower case is "k"
];
for (const [prefix, found] of prefixes) {
  Deno.test(`planPage() finds agents that begin with ${JSON.stringify(prefix)}`, () => {
    using temp = tempStore();
    using store = Store.open(temp.path);
    store.transact(() => {
      for (const [i, agent] of agents.entries()) {
        append(store, { id: agent, agent, startedAt: 100 - i });
      }
    });
    assertEquals(
      pageOf(store, { filter: { agent_prefix: prefix } }).ids,
      found,
    );
  });
}

Deno.test("planPage() lets SQLite refuse a prefix of more than 50,000 bytes, as the reference does", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const asked = (chars: number) => ({
    filter: { agent_prefix: "x".repeat(chars) },
  });
  assertEquals(pageOf(store, asked(60_000)).total, 0); // no row to compare with
  put(store);
  assertEquals(pageOf(store, asked(49_999)).total, 0);
  assertThrows(() => askPage(store, asked(50_000)), Error, "too complex");
  assertThrows(() => askPage(store, asked(16_000_000)), Error, "too complex");
  assertEquals(pageOf(store).total, 1);
  // No reader is left that would keep the WAL from being taken into the file.
  runSteps(store.release());
  assertEquals(Deno.statSync(`${temp.path}-wal`).size, 0);
});

/** The rules of 5.1 over a list. */
function expectPage(
  made: Made[],
  { offset = 0, limit = 100, filter = {} }: Asked,
) {
  const signed = (value: number | bigint) => BigInt.asIntN(64, BigInt(value));
  const rows = made
    .filter(({ status }) => !filter.status || filter.status === status)
    .filter(({ agent = "" }) =>
      agent.startsWith((filter.agent_prefix ?? "").toLowerCase())
    )
    .filter(({ startedAt = 0 }) =>
      filter.since_ms === undefined || filter.since_ms === null ||
      signed(startedAt) >= signed(filter.since_ms)
    )
    .filter(({ lastMs = 0 }) =>
      filter.active_since_ms === undefined ||
      filter.active_since_ms === null ||
      signed(lastMs) >= signed(filter.active_since_ms)
    )
    .filter(({ id = "" }) => id.startsWith(filter.id_prefix ?? ""))
    .sort((a, b) => {
      const [x, y] = [signed(a.lastMs ?? 0), signed(b.lastMs ?? 0)];
      return x === y ? (a.id ?? "") < (b.id ?? "") ? -1 : 1 : x < y ? 1 : -1;
    });
  const page = rows.filter((_, i) =>
    i >= offset && BigInt(i) < BigInt(offset) + BigInt(limit)
  );
  const end = BigInt(offset) + BigInt(page.length);
  return {
    ids: page.map(({ id }) => id).join(","),
    total: rows.length,
    next: end < rows.length ? Number(end) : null,
  };
}

const time = fc.oneof(
  fc.nat(50),
  fc.nat(500_000),
  fc.bigInt(2n ** 63n - 2n, 2n ** 63n + 2n),
  fc.bigInt(U64_MAX - 2n, U64_MAX),
);
const status = fc.constantFrom<SessionStatus[]>("Running", "Done");
const edge = fc.oneof(
  fc.nat(40),
  fc.nat(6000),
  fc.bigInt(2n ** 63n - 1n, U64_MAX),
);
const asked = fc.record({
  offset: edge,
  limit: edge,
  filter: fc.record({
    agent_prefix: fc.constantFrom("c", "CU", "x"),
    status,
    since_ms: time,
    active_since_ms: time,
    id_prefix: fc.constantFrom("", "n", "n0", "n000", "é", "a"),
  }, { requiredKeys: [] }),
});

Deno.test("planPage() agrees with the rules applied to a list, for any request", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const [made] = fc.sample(
    fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, unit: "grapheme-ascii" }),
        startedAt: time,
        lastMs: time,
        agent: fc.constantFrom("cursor", "codex", "xyz"),
        status,
      }),
      { selector: ({ id }) => id, minLength: 60, maxLength: 60 },
    ),
    1,
  );
  // Enough rows for several leaps and a jump from both ends.
  const many = Array.from({ length: 4000 }, (_, i) => ({
    id: `n${String(i).padStart(5, "0")}`,
    startedAt: i % 7,
    lastMs: (i % 7) * 20_000,
    agent: "cursor",
    status: i % 3 === 0 ? "Done" as const : "Running" as const,
  }));
  const all = [...made ?? [], ...many];
  store.transact(() => all.forEach((it) => append(store, it)));
  fc.assert(
    fc.property(asked, (it) => {
      assertEquals(pageOf(store, it), expectPage(all, it));
    }),
    { numRuns: 150 },
  );
});

Deno.test("planPage() finds ids that start with a prefix, in all the workspaces that are named", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const made = ["ab", "a", "ab\u{10ffff}", "ac", "b", "é", "è"];
  for (const [i, id] of made.entries()) {
    put(store, { id, workspace: i % 2 ? "/w" : "/other", startedAt: i });
  }
  const ids = (id_prefix: string, workspace: string | null = null) =>
    pageOf(store, { workspace, filter: { id_prefix } }).ids;
  assertEquals(ids("a"), "ac,ab\u{10ffff},a,ab");
  assertEquals(ids("a", "/w"), "ac,a");
  assertEquals(ids("ab"), "ab\u{10ffff},ab");
  assertEquals(ids("ab\u{10ffff}"), "ab\u{10ffff}");
  assertEquals([ids("é"), ids("e"), ids("abc")], ["é", "", ""]);
});

Deno.test("planPage() says which prefix it has looked at, and nothing of one that was not asked for", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { id: "a" });
  const said = (filter: Asked["filter"]) =>
    asObject(readPage(store, { filter: filter ?? {} })).id_prefix;
  assertEquals(said({ id_prefix: 'é"' }), 'é"');
  assertEquals(said({ id_prefix: "" }), "");
  assertEquals([said({ id_prefix: null }), said({})], [undefined, undefined]);
});

Deno.test("planPage() looks at the ids that start with a prefix, and at no others", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  store.transact(() => {
    for (let i = 0; i < 3000; i++) append(store, { id: `s${i}` });
    for (let i = 0; i < 2500; i++) append(store, { id: `t${i}` });
  });
  const steps = (id_prefix: string) =>
    askPage(store, { limit: 20, filter: { id_prefix } }).count;
  // A step is up to a thousand ids; the last one makes the answer.
  assertEquals(["s1234", "x", "t"].map(steps), [2, 1, 4]);
  const { ids, ...rest } = pageOf(store, {
    limit: 2,
    filter: { id_prefix: "t" },
  });
  assertEquals([ids, rest], ["t0,t1", { total: 2500, next: 2 }]);
});

Deno.test("planPage() streams a page of everything, in steps and chunks of bounded size", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  const count = 10_000;
  store.transact(() => {
    for (let i = 0; i < count; i++) {
      append(store, { id: `s${i}`, startedAt: 1000 * i });
    }
  });
  const { answer, count: steps } = askPage(store, { limit: 2n ** 63n - 1n });
  assert(steps > 10, `${steps} steps`);
  const lengths = [...answer.chunks()].map(({ length }) => length);
  assert(answer.length > 1_000_000);
  assert(Math.max(...lengths) <= 128 * 1024);
  assertEquals(lengths.reduce((a, b) => a + b), answer.length);
  const page = asObject(readPage(store, { limit: U64_MAX }));
  assertEquals(Array.isArray(page.rows) && page.rows.length, count);
  // The whole of a page far inside is not read for it.
  assertEquals(askPage(store, { offset: 5000, limit: 10 }).count <= 4, true);
});

Deno.test("planPage() reads the moment at which it began, however long it takes", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  store.transact(() => {
    for (let i = 0; i < 3000; i++) append(store, { id: `s${i}`, startedAt: i });
  });
  const reader = store.read();
  const steps = reader.answer(reader.planPage({
    workspaces: store.listWorkspaces(),
    offset: 0,
    limit: 5000,
    filter: { status: "Running" },
    nowMs: 0,
  }));
  steps.next();
  put(store, { id: "late", startedAt: 9999 });
  put(store, { id: "s1", startedAt: 1, status: "Done" });
  for (let step = steps.next();; step = steps.next()) {
    if (!step.done) continue;
    put(store, { id: "later", startedAt: 9999 });
    const text = new TextDecoder().decode(readAnswer(step.value));
    assertEquals(text.includes('"total":3000'), true);
    assertEquals(text.includes('"late'), false);
    break;
  }
  assertEquals(pageOf(store).total, 3002);
});

Deno.test("read() fixes what is read, before anything is", () => {
  using temp = tempStore();
  using store = Store.open(temp.path);
  put(store, { id: "a" });
  const reader = store.read();
  const workspaces = store.listWorkspaces();
  put(store, { id: "b" });
  const query = {
    workspaces,
    offset: 0,
    limit: 9,
    filter: { status: "Running" },
    nowMs: 0,
  } as const;
  const { result } = runSteps(reader.answer(reader.planPage(query)));
  const text = new TextDecoder().decode(readAnswer(result));
  assertEquals(text.includes('"total":1'), true);
});

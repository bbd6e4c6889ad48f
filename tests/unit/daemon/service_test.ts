// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type DaemonRequest,
  HOOK_SOURCES,
  type HookSource,
  type SessionFilter,
} from "../../../src/proto/mod.ts";
import { readExamples } from "../../fixtures/worked_examples.ts";
import { asList, asObject, NOW, TestService } from "./_service.ts";

const ACK = { type: "ack", message: "ingested" };
const U64_MAX = 2n ** 64n - 1n;

function errorOf(message: string) {
  return { type: "error", message, supported_min: null, supported_max: null };
}

function event(id: string, fields: Record<string, unknown> = {}) {
  return JSON.stringify({
    event: "Notification",
    session_id: id,
    timestamp_ms: 5,
    ...fields,
  });
}

for (
  const { name, title, steps } of readExamples({
    workspace: "/w/app",
    now: NOW,
  })
) {
  Deno.test(`Service answers as worked example ${name} says: ${title}`, async () => {
    await using it = new TestService();
    for (const step of steps) {
      switch (step.do) {
        case "ingest": {
          const source = HOOK_SOURCES.find((known) => known === step.source);
          if (!source) throw new TypeError(`unknown source ${step.source}`);
          assertEquals(await it.ingest(source, step.payload), ACK);
          break;
        }
        case "restart":
          await it.restart();
          break;
        case "expect": {
          const { session, events, spans } = await it.detail(step.id);
          const { totals: _, ...record } = asObject(session);
          assertEquals({ session: record, events, spans }, {
            session: step.session,
            events: step.events,
            spans: step.spans,
          });
        }
      }
    }
  });
}

Deno.test("hello names version and daemon, and refuses another version without remembering it", async () => {
  await using it = new TestService();
  const hello = { type: "hello", client: "cli", proto_version: 1 } as const;
  assertEquals(await it.ask(hello), {
    type: "hello",
    proto_version: 1,
    daemon_version: "9.9.9",
    workspaces: [],
  });
  assertEquals(await it.ask({ ...hello, proto_version: 2 }), {
    type: "error",
    message: "unsupported proto_version 2",
    supported_min: 1,
    supported_max: 1,
  });
  assertEquals((await it.ask({ type: "status" })).last_error, null);
});

Deno.test("hello lists the workspaces whose directory exists, newest session first", async () => {
  await using it = new TestService();
  const path = (name: string) => `${it.folder.path}/${name}`;
  for (const name of ["a", "b", "gone", "file"]) await Deno.mkdir(path(name));
  for (
    const [name, timestamp_ms] of [["a", 10], ["b", 20], ["gone", 30], [
      "file",
      40,
    ]] as const
  ) {
    await it.ingest("cursor", event("s", { timestamp_ms }), path(name));
  }
  await Deno.remove(path("gone"));
  await Deno.remove(path("file"));
  await Deno.writeTextFile(path("file"), "");
  const workspaces = async () =>
    (await it.ask({ type: "hello", client: "cli", proto_version: 1 }))
      .workspaces;
  assertEquals(await workspaces(), [path("b"), path("a")]);
  await it.ingest("cursor", event("t", { timestamp_ms: 50 }), path("a"));
  assertEquals(await workspaces(), [path("a"), path("b")]);
  await it.restart();
  assertEquals(await workspaces(), [path("a"), path("b")]);
});

Deno.test("status tells of the process, the queue, the last error and the store", async () => {
  await using it = new TestService();
  await it.ingest("cursor", event("s"));
  await it.ingest("cursor", event("s"));
  const { store, ...status } = await it.ask({ type: "status" });
  assertEquals(status, {
    type: "status",
    pid: 4242,
    uptime_ms: 1234,
    queue_depth: 0,
    last_error: null,
    capture: [],
  });
  const { bytes, ...counts } = asObject(store);
  assertEquals(counts, { sessions: 1, events: 2 });
  const files = [it.path, `${it.path}-wal`].map((path) =>
    Deno.statSync(path).size
  );
  assertEquals(bytes, files[0]! + files[1]!);
});

const e23: [source: HookSource, payload: string, message: string][] = [
  [
    "cursor",
    "not json",
    "cursor hook: invalid JSON: expected ident at line 1 column 2",
  ],
  ["cursor", "[]", "cursor hook: expected JSON object"],
  ["cursor", '{"session_id":"s"}', "cursor hook: missing 'event' field"],
  [
    "claude",
    '{"event":"Stop","session_id":"s"}',
    "claude hook: missing 'hook_event_name' field",
  ],
  [
    "vibe",
    '{"event":"stop","session_id":""}',
    "vibe hook: missing 'session_id' field",
  ],
];

Deno.test("the refusals of E23 have the reference's words, store nothing, and the last one stays", async () => {
  await using it = new TestService();
  const status = async () => await it.ask({ type: "status" });
  for (const [source, payload, message] of e23) {
    const answer = await it.ingest(source, payload);
    // Divergence 16: the parser's words are our own.
    const shared = message.replace(/(invalid JSON: ).*/, "$1");
    assertStringIncludes(String(answer.message), shared);
    assertEquals(answer, errorOf(String(answer.message)));
    assertEquals((await status()).last_error, answer.message);
  }
  assertEquals(await it.ask(list({})), {
    type: "sessions",
    rows: [],
    total: 0,
    next_offset: null,
  });
  assertEquals(await it.ingest("cursor", event("s")), ACK);
  await it.ask({ type: "hello", client: "cli", proto_version: 2 });
  assertEquals(
    (await status()).last_error,
    "vibe hook: missing 'session_id' field",
  );
});

function list(
  fields: {
    workspace?: string;
    offset?: number | bigint;
    limit?: number | bigint;
    filter?: SessionFilter;
  },
): DaemonRequest {
  return {
    type: "list_sessions",
    workspace: "/w/app",
    offset: 0,
    limit: 100,
    filter: {},
    ...fields,
  };
}

Deno.test("list_sessions answers E22", async () => {
  await using it = new TestService();
  for (
    const [id, timestamp_ms] of [["b", 2000], ["c", 1000], ["a", 2000]] as const
  ) {
    await it.ingest("cursor", event(id, { timestamp_ms }));
  }
  const cases: [
    asked: Parameters<typeof list>[0],
    ids: string[],
    total: number,
    next: number | null,
  ][] = [
    [{ limit: 2 }, ["a", "b"], 3, 2],
    [{ offset: 2, limit: 2 }, ["c"], 3, null],
    [{ limit: 0 }, [], 3, 0],
    [{ offset: 1, limit: 0 }, [], 3, 1],
    [{ offset: 3, limit: 5 }, [], 3, null],
    [{ limit: U64_MAX }, ["a", "b", "c"], 3, null],
    [{ workspace: "/w/app/" }, [], 0, null],
    [{ filter: { agent_prefix: "CUR" } }, ["a", "b", "c"], 3, null],
    [{ filter: { agent_prefix: "c%" } }, [], 0, null],
    [{ filter: { agent_prefix: "" } }, ["a", "b", "c"], 3, null],
    [{ filter: { since_ms: 2000 } }, ["a", "b"], 2, null],
    [{ filter: { since_ms: 2n ** 63n } }, ["a", "b", "c"], 3, null],
  ];
  for (const [asked, ids, total, next] of cases) {
    const answer = await it.ask(list(asked));
    assertEquals(asList(answer.rows).map((row) => asObject(row).id), ids);
    assertEquals([answer.total, answer.next_offset], [total, next]);
  }
});

Deno.test("a workspace is found by its canonical path for detail, by its text for a list", async () => {
  await using it = new TestService();
  const real = `${it.folder.path}/real`;
  await Deno.mkdir(real);
  await Deno.symlink(real, `${it.folder.path}/link`);
  const spellings = [
    real,
    `${real}/`,
    `${it.folder.path}/link`,
    "real",
    "./real",
    `${real}/../real`,
  ];
  for (const [i, workspace] of spellings.entries()) {
    assertEquals(
      await it.ingest("cursor", event("s", { n: i }), workspace),
      ACK,
    );
  }
  for (const workspace of spellings) {
    const { session, events } = await it.detail("s", workspace);
    assertEquals(asObject(session).workspace, real);
    assertEquals(asList(events).length, spellings.length);
    const { total } = await it.ask(list({ workspace }));
    assertEquals(total, workspace === real ? 1 : 0, workspace);
  }
});

Deno.test("a workspace that is gone is taken as it is written, and none means the daemon's own", async () => {
  await using it = new TestService();
  for (const workspace of ["/gone/a", "/gone/a/", "/gone/../gone/a"]) {
    await it.ingest("cursor", event("s"), workspace);
    const { session, events } = await it.detail("s", workspace);
    assertEquals(asObject(session).workspace, workspace);
    assertEquals(asList(events).length, 1);
    assertEquals((await it.ask(list({ workspace }))).total, 1);
  }
  await it.ingest("cursor", event("mine"), null);
  const { session } = await it.detail("mine", null);
  assertEquals(asObject(session).workspace, it.folder.path);
});

Deno.test("get_session_detail without a workspace takes the first whose directory exists, newest first", async () => {
  await using it = new TestService();
  const path = (name: string) => `${it.folder.path}/${name}`;
  for (const name of ["a", "b", "c"]) await Deno.mkdir(path(name));
  for (
    const [name, timestamp_ms] of [["a", 10], ["b", 30], ["c", 20]] as const
  ) {
    await it.ingest("cursor", event("same", { timestamp_ms }), path(name));
    await it.ingest(
      "cursor",
      event(`only-${name}`, { timestamp_ms }),
      path(name),
    );
  }
  const where = async (id: string) => {
    const { session } = await it.detail(id, null);
    return session === null ? null : asObject(session).workspace;
  };
  assertEquals(await where("same"), path("b"));
  await Deno.remove(path("b"));
  assertEquals(await where("same"), path("c"));
  await Deno.remove(path("c"));
  assertEquals(await where("same"), path("a"));
  assertEquals(await where("only-a"), path("a"));
  assertEquals(await where("only-b"), null);
  assertEquals((await it.detail("only-b", path("b"))).type, "detail");
});

Deno.test("get_session_detail of what is not there is an empty detail, never an error", async () => {
  await using it = new TestService();
  const nothing = { type: "detail", session: null, events: [], spans: [] };
  assertEquals(await it.detail("s"), nothing);
  assertEquals(await it.detail("s", null), nothing);
  await it.ingest("cursor", event("s"));
  for (const id of ["S", "s ", "", "t", "s\u0000"]) {
    assertEquals(await it.detail(id), nothing, id);
  }
  assertEquals(await it.detail("s", "/w"), nothing);
});

Deno.test("integers of 64 bits come back as they were, and sort as signed ones", async () => {
  await using it = new TestService();
  for (
    const [id, time] of [["max", U64_MAX], ["half", 2n ** 63n], [
      "top",
      2n ** 63n - 1n,
    ], ["one", 1n]] as const
  ) {
    await it.ingest(
      "cursor",
      `{"event":"X","session_id":"${id}","timestamp_ms":${time},"n":${U64_MAX}}`,
    );
    const { session, events } = await it.detail(id);
    const exact = time > 2n ** 53n ? time : Number(time);
    assertEquals(asObject(session).started_at_ms, exact);
    const [first] = asList(events).map(asObject);
    assertEquals(first?.ts_ms, exact);
    assertEquals(asObject(first?.payload).n, U64_MAX);
  }
  const { rows } = await it.ask(list({}));
  assertEquals(asList(rows).map((row) => asObject(row).id), [
    "top",
    "one",
    "max",
    "half",
  ]);
});

Deno.test("NULs, ids of a MiB and 10,000 events of one session are stored and found", async () => {
  await using it = new TestService();
  const long = "x\u0000é".repeat(262_144);
  await it.ingest(
    "cursor",
    event(long, {
      event: "PreToolUse",
      tool_name: "T\u0000",
      tool_call_id: long,
      path: "p\u0000q",
    }),
  );
  await it.ingest(
    "cursor",
    event(long, {
      event: "PostToolUse",
      tool_name: "T\u0000",
      tool_call_id: long,
    }),
  );
  await it.restart();
  const { session, spans } = await it.detail(long);
  assertEquals(asObject(session).id, long);
  const [root] = asList(spans).map((node) => asObject(asObject(node).span));
  assertEquals([root?.tool, root?.paths], ["T\u0000", ["p\u0000q"]]);
  assertEquals(root?.span_id, `v1:${262_144 * 4}:${long}:${long}`);
  assertEquals((await it.detail("x")).session, null);
});

Deno.test("10,000 sessions of one event are listed by pages", async () => {
  await using it = new TestService();
  const asked: Promise<unknown>[] = [];
  for (let i = 0; i < 10_000; i++) {
    if (!it.service.hasRoom()) await it.service.room();
    asked.push(
      it.ingest(
        "cursor",
        event(`s${String(i).padStart(5, "0")}`, { timestamp_ms: i + 1 }),
      ),
    );
  }
  assertEquals(
    new Set((await Promise.all(asked)).map((answer) => JSON.stringify(answer))),
    new Set([JSON.stringify(ACK)]),
  );
  let seen = 0;
  for (let offset: number | null = 0; offset !== null;) {
    const { rows, next_offset, total } = await it.ask(
      list({ offset, limit: 3333 }),
    );
    assertEquals(total, 10_000);
    for (const row of asList(rows)) {
      assertEquals(asObject(row).started_at_ms, 10_000 - seen++);
    }
    offset = typeof next_offset === "number" ? next_offset : null;
  }
  assertEquals(seen, 10_000);
});

for (
  const type of [
    "ensure_workspace_capture",
    "ensure_proxy",
    "begin_observed_session",
  ] as const
) {
  Deno.test(`${type} is answered in words`, async () => {
    await using it = new TestService();
    assertEquals(
      await it.ask({ type }),
      errorOf(`This daemon does not do "${type}"`),
    );
  });
}

Deno.test("totals and the store's counts agree with a recount, also after a restart and a prune", async () => {
  await using it = new TestService();
  const check = async () => {
    const { store } = await it.ask({ type: "status" });
    const { rows } = await it.ask(list({}));
    let events = 0;
    for (const row of asList(rows)) {
      const { id, totals } = asObject(row);
      const detail = await it.detail(String(id));
      assertEquals(asObject(asObject(detail.session).totals), totals);
      assertEquals(asObject(totals).events, asList(detail.events).length);
      events += asList(detail.events).length;
    }
    const { bytes: _, ...counts } = asObject(store);
    assertEquals(counts, { sessions: asList(rows).length, events });
    return events;
  };
  for (let i = 0; i < 60; i++) {
    const fields = {
      event: i % 3 === 0 ? "PreToolUse" : "PostToolUse",
      timestamp_ms: 1000 * (i % 7) + 1,
      input_tokens: i,
    };
    await it.ingest("cursor", event(`s${i % 7}`, fields));
  }
  assertEquals(await check(), 60);
  await it.restart();
  assertEquals(await check(), 60);
  const removed = await it.prune({ before_ms: 3001 });
  const left = await check();
  assertEquals(removed, { sessions: 3, events: 60 - left });
  await it.restart();
  assertEquals(await check(), left);
});

Deno.test("store_prune forgets the session's spans: the next event of that id begins anew", async () => {
  await using it = new TestService();
  await it.ingest(
    "cursor",
    event("s", { event: "PreToolUse", tool_name: "A", tool_call_id: "1" }),
  );
  assertEquals(await it.prune({ session: "s" }), { sessions: 1, events: 1 });
  await it.ingest(
    "cursor",
    event("s", { event: "PostToolUse", tool_name: "A", tool_call_id: "1" }),
  );
  const { events, spans } = await it.detail("s");
  assertEquals([asList(events).length, asList(spans).length], [1, 0]);
});

Deno.test("store_prune refuses to delete everything, and counts when asked to", async () => {
  await using it = new TestService();
  await it.ingest("cursor", event("s"));
  assertEquals((await it.ask({ type: "store_prune" })).type, "error");
  const counted = await it.ask({
    type: "store_prune",
    session: "s",
    dry_run: true,
  });
  assertEquals([
    counted.removed_sessions,
    counted.removed_events,
    counted.done,
    counted.sessions,
  ], [1, 1, true, 1]);
  const elsewhere = await it.ask({
    type: "store_prune",
    session: "s",
    workspace: "/w",
  });
  assertEquals([elsewhere.removed_sessions, elsewhere.sessions], [0, 1]);
});

Deno.test("store_stats tells what is stored", async () => {
  await using it = new TestService();
  await it.ingest("cursor", event("s", { timestamp_ms: 70 }));
  await it.ingest("cursor", event("s", { timestamp_ms: 90 }), "/v");
  const { bytes: _, ...stats } = await it.ask({ type: "store_stats" });
  assertEquals(stats, {
    type: "store",
    sessions: 2,
    events: 2,
    workspaces: 2,
    free_bytes: 0,
    oldest_ms: 70,
    newest_ms: 90,
  });
});

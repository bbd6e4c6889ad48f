// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type { SessionFilter } from "../../../src/proto/mod.ts";
import { asList, asObject, event, list, TestService } from "./_service.ts";

const ACK = { type: "ack", message: "ingested" };
const U64_MAX = 2n ** 64n - 1n;

Deno.test("list_sessions finds a prefix of an id in the workspace, or in all", async () => {
  await using it = new TestService();
  for (const [id, workspace] of [["a1", "/w/app"], ["a2", "/gone"]] as const) {
    await it.ingest("cursor", event(id), workspace);
  }
  const ids = async (filter: SessionFilter) => {
    const answer = await it.ask(list({ filter }));
    return asList(answer.rows).map((row) => asObject(row).id);
  };
  assertEquals(await ids({ id_prefix: "a" }), ["a1"]);
  assertEquals(await ids({ id_prefix: "a2" }), []);
  assertEquals(await ids({ id_prefix: "a2", any_workspace: true }), ["a2"]);
  const all = await it.ask(list({ filter: { any_workspace: true } }));
  assertEquals(
    all.message,
    'Cannot list sessions: "any_workspace" needs an "id_prefix"',
  );
});

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

Deno.test("a workspace that does not exist is used as it is written, and none means the daemon's own", async () => {
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

Deno.test("get_session_detail without a workspace uses the one that was active last, even if its directory is gone", async () => {
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
  assertEquals(await where("same"), path("b"));
  assertEquals(await where("only-a"), path("a"));
  assertEquals(await where("only-b"), path("b"));
  await it.ingest("cursor", event("same", { timestamp_ms: 40 }), path("a"));
  assertEquals(await where("same"), path("a"));
});

Deno.test("get_session_detail of a missing session is an empty detail, never an error", async () => {
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

Deno.test("integers of 64 bits are returned exactly, and sort as signed ones", async () => {
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

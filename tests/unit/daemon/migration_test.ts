// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A store that version 0.1.0 wrote (see tests/fixtures/make_store_v1.ts) is rebuilt from its
 * events.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { wireSourceOf } from "../../../src/events/mod.ts";
import type { JsonObject, JsonValue } from "../../../src/proto/mod.ts";
import { asList, asObject, event, list, TestService } from "./_service.ts";

const FIXTURE = new URL("../../fixtures/store_v1.db.gz", import.meta.url);
const WORKSPACES = ["/repo/app", "/repo/lib"];
/** Version 1 filed a session in both workspaces, which stays two. Today it would be one. */
const HALVES = "5f0c7c1e-0000-4000-8000-000000000001";
const APART = HALVES.replace(/-(?=\d+$)/, "_");
/** After the newest event, except those with huge times. */
const CLOCK = 1_770_000_000_000;
const fixture = await new Response(
  new Blob([await Deno.readFile(FIXTURE)]).stream()
    .pipeThrough(new DecompressionStream("gzip")),
).bytes();

/** A service on a copy of the store. */
function openOld(turn?: () => Promise<void>): TestService {
  return new TestService({
    now: () => CLOCK,
    ...turn === undefined ? {} : { turn },
  }, fixture);
}

/** Returns all lists and details of a service. */
async function readAll(it: TestService): Promise<JsonObject> {
  const all: JsonObject = {};
  for (const workspace of WORKSPACES) {
    const page = await it.ask(list({ workspace, limit: 1000 }));
    all[workspace] = page;
    for (const row of asList(page.rows)) {
      const id = String(asObject(row).id);
      all[`${workspace} ${id}`] = await it.detail(id, workspace);
    }
  }
  return all;
}

/** Returns the answers of today's version to the same events, stored for the first time. */
async function readExpected(): Promise<JsonObject> {
  await using old = new TestService({}, fixture);
  await using fresh = new TestService({ now: () => CLOCK });
  using db = new DatabaseSync(old.path);
  const agents = new Map(
    db.prepare(
      `SELECT CAST(path AS TEXT) || CAST(id AS TEXT) AS name, agent
       FROM sessions JOIN workspaces ON workspaces.key = workspace`,
    )
      .all().map(({ name, agent }) => [String(name), String(agent)]),
  );
  for (const workspace of WORKSPACES) {
    const page = await old.ask(list({ workspace, limit: 1000 }));
    for (const row of asList(page.rows)) {
      const id = String(asObject(row).id);
      const source = wireSourceOf(agents.get(workspace + id) ?? "");
      const { events } = await old.detail(id, workspace);
      for (const one of asList(events)) {
        const stored = printExact(asObject(one).payload);
        const payload = workspace === WORKSPACES[0] ? stored : stored.replace(
          `"session_id":"${HALVES}"`,
          `"session_id":"${APART}"`,
        );
        const answer = await fresh.ingest(source, payload, workspace);
        assertEquals(answer.type, "ack", String(answer.message));
      }
    }
  }
  return asObject(withoutApart(await readAll(fresh)));
}

/** Gives the second half of the session its id back. */
function withoutApart(value: JsonValue): JsonValue {
  if (typeof value === "string") return value.replaceAll(APART, HALVES);
  if (Array.isArray(value)) return value.map(withoutApart);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, it]) => [key.replaceAll(APART, HALVES), withoutApart(it)]),
  );
}

/** Prints integers and floats as they were read. */
function printExact(value: unknown): string {
  return JSON.stringify(value, (_, it) => {
    if (typeof it === "bigint") return JSON.rawJSON(String(it));
    const isFloat = typeof it === "number" && !Number.isSafeInteger(it);
    return isFloat ? JSON.rawJSON(it.toExponential()) : it;
  });
}

const expected = await readExpected();

Deno.test("a store of version 1 answers as if its events were stored today, and requested sessions at once", async () => {
  for (const status of ["Running", "Waiting", "Idle", "Done"] as const) {
    await using it = openOld();
    for (const workspace of WORKSPACES) {
      const page = await it.ask(
        list({ workspace, limit: 1000, filter: { status } }),
      );
      const { rows } = asObject(expected[workspace]);
      assertEquals(
        asList(page.rows),
        asList(rows).filter((row) => asObject(row).status === status),
      );
    }
  }
  await using it = openOld();
  const [, ...details] = Object.keys(expected).filter((key) =>
    key.startsWith("/repo/lib")
  );
  const [first = ""] = details;
  const id = first.slice("/repo/lib ".length);
  assertEquals(await it.detail(id, "/repo/lib"), expected[first]);
  const page = await it.ask(list({ workspace: "/repo/app", limit: 3 }));
  const { rows } = asObject(expected["/repo/app"]);
  assertEquals(asList(page.rows), asList(rows).slice(0, 3));
  assertEquals(await readAll(it), expected);
});

Deno.test("a store of version 1 survives a kill at any step of the migration", async () => {
  const snapshots: Uint8Array[][] = [];
  let steps = 0;
  let path = "";
  const turn = async () => {
    await Promise.resolve();
    steps++;
    snapshots.push(
      ["", "-wal"].map((end) => Deno.readFileSync(path + end)),
    );
  };
  {
    await using it = openOld(turn);
    path = it.path;
    // In the background all sessions are rebuilt, and the old rows are removed.
    await it.settled();
    assertEquals(it.number("SELECT count(*) FROM sessions WHERE stale = 1"), 0);
  }
  assert(steps > 40, `${steps} steps`);
  for (let n = 0; n < 16; n++) {
    const [file, wal] = snapshots[Math.floor(n * (steps - 1) / 15)] ?? [];
    await using it = new TestService({ now: () => CLOCK }, file, wal);
    assertEquals(await readAll(it), expected);
  }
});

Deno.test("an event of a session that is being rebuilt waits for few steps, and is part of it", async () => {
  let turns = 0;
  await using it = openOld(() => {
    turns++;
    return new Promise((resolve) => setImmediate(resolve));
  });
  await using twin = openOld();
  await readAll(twin);
  const ids = ["5f0c7c1e-0000-4000-8000-000000000007", "git:app", "c1"];
  let most = 0;
  for (let n = 0; n < 30; n++) {
    const id = ids[n % 3] ?? "";
    const made = event(id, {
      event: n % 2 === 0 ? "PreToolUse" : "PostToolUse",
      tool_name: "T",
      tool_call_id: `late${n >> 1}`,
      timestamp_ms: 1_760_100_000_000 + n,
    });
    const before = turns;
    for (const one of [it, twin]) {
      assertEquals((await one.ingest("cursor", made, "/repo/app")).type, "ack");
      if (one === it) most = Math.max(most, turns - before);
    }
  }
  assert(most <= 4, `waited for ${most} slices`);
  assertEquals(await readAll(it), await readAll(twin));
});

Deno.test("the stream has all events of an old store, in the order of their keys", async () => {
  await using old = openOld();
  const reply = await old.service.handle({ type: "watch_events" });
  let events = 0;
  const stop = new AbortController();
  for (
    let body = await reply.stream?.next(stop.signal) ?? null;
    body !== null;
    body = await reply.stream?.next(stop.signal) ?? null
  ) {
    const text = await new Response(
      new Blob([...body.chunks()].map((it) => it.slice())),
    ).text();
    events += text.split('{"type":"event","cursor":').length - 1;
    body.close?.();
  }
  reply.stream?.close();
  assertEquals(events, old.number("SELECT count(*) FROM events"));
  assertEquals(
    old.number("SELECT count(*) FROM events WHERE session IS NULL"),
    0,
  );
});

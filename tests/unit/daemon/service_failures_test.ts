// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { HookSource } from "../../../src/proto/mod.ts";
import { asList, asObject, TestService } from "./_service.ts";

/** Makes every event fail at its statement. */
const BREAK_STATEMENT =
  "CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END";
/** Makes every event fail at COMMIT: it adds a row whose parent never exists. */
const BREAK_COMMIT = `
  CREATE TABLE parents (key INTEGER PRIMARY KEY);
  CREATE TABLE children (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
  CREATE TRIGGER broken AFTER INSERT ON events BEGIN INSERT INTO children VALUES (1); END`;
const MEND = "DROP TRIGGER broken";

const breaks: [name: string, sql: string, words: string][] = [
  ["a statement", BREAK_STATEMENT, "broken on purpose"],
  ["COMMIT", BREAK_COMMIT, "FOREIGN KEY constraint failed"],
];

function event(id: string, fields: Record<string, unknown> = {}) {
  return { event: "Notification", session_id: id, timestamp_ms: 5, ...fields };
}

Deno.test("a refused event fails alone in its batch", async () => {
  await using it = new TestService();
  const answers = await Promise.all([
    it.ingest("cursor", event("a")),
    it.ingest("cursor", "nonsense"),
    it.ingest("cursor", event("b")),
    it.ingest("claude", event("c")),
    it.ingest("cursor", event("a")),
  ]);
  assertEquals(answers.map(({ type }) => type), [
    "ack",
    "error",
    "ack",
    "error",
    "ack",
  ]);
  const { store, last_error } = await it.ask({ type: "status" });
  const { sessions, events } = asObject(store);
  assertEquals([sessions, events], [2, 3]);
  assertEquals(last_error, answers[3]?.message);
});

for (const [name, sql, words] of breaks) {
  Deno.test(`when ${name} fails the whole batch is answered with errors, and nothing has changed`, async () => {
    await using it = new TestService();
    // The result of the same events in a store that never fails.
    await using twin = new TestService();
    const call = event("a", {
      event: "PreToolUse",
      tool_name: "T",
      tool_call_id: "1",
      kaizen_id: "k1",
      input_tokens: 3,
    });
    const other = { ...call, session_id: "other" };
    for (const one of [it, twin]) {
      await one.ingest("cursor", call);
      await one.ingest("cursor", other);
    }
    const before = await it.detail("a");
    it.tamper(sql);
    const result = event("a", {
      event: "PostToolUse",
      tool_name: "T",
      tool_call_id: "1",
      timestamp_ms: 9,
      kaizen_id: "k2",
      input_tokens: 4,
      total_cost_usd: 0.5,
    });
    const otherResult = { ...result, session_id: "other" };
    const late = event("new", { timestamp_ms: 4_000_000, kaizen_id: "k3" });
    const answers = await Promise.all([
      it.ingest("cursor", result),
      it.ingest("cursor", late),
      it.ingest("cursor", "nonsense"),
    ]);
    for (const answer of answers.slice(0, 2)) {
      // A broken statement is a bug, not a passing fault.
      assertEquals([answer.type, answer.temporary], ["error", undefined]);
      assertStringIncludes(String(answer.message), words);
    }
    assertStringIncludes(String(answers[2]?.message), "invalid JSON");
    assertEquals(await it.detail("a"), before);
    assertEquals((await it.detail("new")).session, null);
    const { store } = await it.ask({ type: "status" });
    assertEquals(asObject(store).events, 2);
    it.tamper(MEND);
    // As if they arrived for the first time: no id, no total and no span of theirs is remembered.
    for (const one of [it, twin]) {
      for (const payload of [result, otherResult, late, result]) {
        assertEquals((await one.ingest("cursor", payload)).type, "ack");
      }
    }
    for (const id of ["a", "other", "new"]) {
      assertEquals(await it.detail(id), await twin.detail(id));
    }
    const { session, events, spans } = await it.detail("a");
    const { events: count } = asObject(asObject(session).totals);
    assertEquals([count, asList(events).length], [2, 2]);
    assertEquals(asList(spans).length, 1);
    const sizes = [it, twin].map(async (one) => {
      const { sessions, events } = asObject(
        (await one.ask({ type: "status" })).store,
      );
      return [sessions, events];
    });
    assertEquals(await Promise.all(sizes), [[3, 5], [3, 5]]);
  });
}

Deno.test("a full store answers errors that say so, and continues when there is room", async () => {
  await using it = new TestService();
  await it.ingest("cursor", event("a"));
  await it.restart({ maxPages: 40 });
  const payload = event("b", { text: "x".repeat(20_000) });
  let stored = 0;
  let refused = 0;
  for (let i = 0; i < 30; i++) {
    const answer = await it.ingest("cursor", payload);
    if (answer.type === "ack") stored++;
    else {
      refused++;
      assertStringIncludes(String(answer.message), "database or disk is full");
      assertEquals(answer.temporary, true);
    }
  }
  assert(stored > 0 && refused > 10);
  assertEquals(asList((await it.detail("b")).events).length, stored);
  await it.restart({ maxPages: 4000 });
  assertEquals(asList((await it.detail("b")).events).length, stored);
  assertEquals((await it.ingest("cursor", payload)).type, "ack");
});

Deno.test("a store that cannot be read answers an error, and the next request is answered", async () => {
  await using it = new TestService();
  await it.ingest("cursor", event("a"));
  it.tamper("ALTER TABLE sessions RENAME TO gone");
  const answer = await it.detail("a");
  assertEquals(answer.type, "error");
  assertStringIncludes(String(answer.message), "no such table");
  it.tamper("ALTER TABLE gone RENAME TO sessions");
  assertEquals(asObject((await it.detail("a")).session).id, "a");
});

Deno.test("an event with a known id is acknowledged again and stored once, in a batch and after a restart", async () => {
  await using it = new TestService();
  const payload = event("a", {
    event: "PreToolUse",
    input_tokens: 3,
    kaizen_id: "k",
  });
  const batch = await Promise.all(
    [1, 2, 3].map(() => it.ingest("cursor", payload)),
  );
  assertEquals(batch.map(({ message }) => message), [
    "ingested",
    "ingested",
    "ingested",
  ]);
  await it.ingest("cursor", payload);
  await it.restart();
  await it.ingest("cursor", payload);
  const { session, events } = await it.detail("a");
  assertEquals(asList(events).length, 1);
  assertEquals(asObject(asObject(session).totals).tokens_in, 3);
  await it.ingest("cursor", { ...payload, kaizen_id: "" }); // an empty id is none
  await it.ingest("cursor", { ...payload, kaizen_id: "" });
  await it.ingest("cursor", { ...payload, kaizen_id: 7 });
  await it.ingest("cursor", payload, "/w/other");
  assertEquals(asList((await it.detail("a")).events).length, 4);
  assertEquals(asList((await it.detail("a", "/w/other")).events).length, 1);
});

Deno.test("open calls continue after a restart, even with long payloads", async () => {
  await using it = new TestService();
  const long = "x".repeat(20_000);
  const call = (id: string, fields = {}) =>
    event("a", {
      event: "PreToolUse",
      tool_name: "T",
      tool_call_id: id,
      path: `/p/${id}`,
      ...fields,
    });
  await it.ingest("cursor", call("short"));
  await it.ingest("cursor", call("long", { long }));
  await it.ingest("cursor", call("closed", { long }));
  await it.ingest("cursor", call("closed", { event: "PostToolUse", long }));
  await it.ingest("cursor", event("a", { long }));
  await it.restart();
  for (const id of ["long", "short"]) {
    await it.ingest(
      "cursor",
      call(id, { event: "PostToolUse", path: `/q/${id}`, long }),
    );
  }
  const { spans } = await it.detail("a");
  const seen = new Map<string, unknown>();
  for (const left = asList(spans).map(asObject); left.length > 0;) {
    const node = left.pop() ?? {};
    const { span_id, paths, status } = asObject(node.span);
    seen.set(String(span_id), [status, paths]);
    left.push(...asList(node.children).map(asObject));
  }
  assertEquals(Object.fromEntries(seen), {
    "v1:1:a:short": ["done", ["/p/short", "/q/short"]],
    "v1:1:a:long": ["done", ["/p/long", "/q/long"]],
    "v1:1:a:closed": ["done", ["/p/closed"]],
  });
});

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("batch" as const),
      fails: fc.nat(5).map((n) => n === 0),
      events: fc.array(
        fc.record({
          source: fc.constantFrom<HookSource[]>("cursor", "vibe"),
          workspace: fc.constantFrom("/w/app", "/w/other"),
          event: fc.constantFrom(
            "PreToolUse",
            "PostToolUse",
            "Stop",
            "SessionStart",
            "Notification",
          ),
          id: fc.constantFrom("a", "b", "c"),
          tool: fc.constantFrom("R", "W"),
          call: fc.constantFrom("1", "2", "3", undefined),
          transcript: fc.constantFrom("/t/1", "/t/2", undefined),
          time: fc.oneof(
            fc.nat(50),
            fc.integer({ min: 3_600_000, max: 3_600_060 }),
          ),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

Deno.test("a Service agrees with one that never fails, through failures and restarts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      await using it = new TestService();
      await using twin = new TestService();
      for (const one of steps) {
        if (one.do === "restart") {
          await it.restart();
          continue;
        }
        if (one.fails) it.tamper(BREAK_STATEMENT);
        const answers = await Promise.all(
          one.events.map(async ({ source, workspace, ...made }) => {
            const payload = JSON.stringify({
              event: made.event,
              session_id: made.id,
              timestamp_ms: 1 + made.time,
              tool_name: made.tool,
              tool_call_id: made.call,
              transcript_path: made.transcript,
            });
            const answer = it.ingest(source, payload, workspace);
            if (!one.fails) await twin.ingest(source, payload, workspace);
            return await answer;
          }),
        );
        const expected = one.fails ? "error" : "ack";
        assertEquals(
          new Set(answers.map(({ type }) => type)),
          new Set([expected]),
        );
        if (one.fails) it.tamper(MEND);
      }
      for (const workspace of ["/w/app", "/w/other"]) {
        for (const id of ["a", "b", "c"]) {
          assertEquals(
            await it.detail(id, workspace),
            await twin.detail(id, workspace),
          );
        }
      }
    }),
    { numRuns: 40 },
  );
});

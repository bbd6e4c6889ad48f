// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MAX_BATCH_LINES } from "../../../src/proto/mod.ts";
import { asList, asObject, TestService } from "./_service.ts";

function event(id: number, more: object = {}): string {
  return JSON.stringify({
    event: "UserPromptSubmit",
    hook_event_name: "UserPromptSubmit",
    session_id: "s",
    kaizen_id: `k${id}`,
    timestamp_ms: 1000 + id,
    prompt: `prompt ${id}`,
    ...more,
  });
}

function send(made: TestService, payloads: readonly string[], end = "\n") {
  return made.ask({
    type: "ingest_events",
    source: "claude",
    payloads: new TextEncoder().encode(payloads.join("\n") + end),
    workspace: "/w/app",
  });
}

Deno.test("events of one request are as good as events that come alone", async () => {
  await using many = new TestService();
  await using alone = new TestService();
  const payloads = Array.from({ length: 300 }, (_, i) => event(i));
  const answer = { type: "ingested", stored: 300, refused: 0, reason: null };
  assertEquals(await send(many, payloads), answer);
  for (const payload of payloads) await alone.ingest("claude", payload);
  assertEquals(await many.detail("s"), await alone.detail("s"));
  // Once more, without the last line feed: they are stored already.
  assertEquals(await send(many, payloads, ""), answer);
  assertEquals(await many.detail("s"), await alone.detail("s"));
});

Deno.test("an event that is none is refused, and the others of its request are stored", async () => {
  await using made = new TestService();
  const payloads = [event(1), "[]", event(2), "{half", "", event(3)];
  const answer = await send(made, payloads);
  assertEquals([answer.stored, answer.refused], [3, 3]);
  assertStringIncludes(String(answer.reason), "expected JSON object");
  assertEquals(asList((await made.detail("s")).events).length, 3);
  assertEquals(await send(made, [], ""), {
    type: "ingested",
    stored: 0,
    refused: 0,
    reason: null,
  });
});

Deno.test("a request carries the most events and not one more", async () => {
  await using made = new TestService();
  const payloads = Array.from({ length: MAX_BATCH_LINES }, () => event(1));
  assertEquals((await send(made, payloads)).stored, MAX_BATCH_LINES);
  const refused = await send(made, [...payloads, event(2)]);
  assertEquals(refused.type, "error");
  assertStringIncludes(String(refused.message), `<= ${MAX_BATCH_LINES}`);
  assertEquals(asList((await made.detail("s")).events).length, 1);
});

Deno.test("events that a full store cannot keep are asked for once more", async () => {
  await using made = new TestService();
  await made.ingest("claude", event(0));
  await made.restart({ maxPages: 60 });
  const text = "x".repeat(20_000);
  const payloads = Array.from({ length: 40 }, (_, i) => event(i, { text }));
  const answer = await send(made, payloads);
  assertEquals([answer.type, answer.temporary], ["error", true]);
  await made.restart({ maxPages: 4000 });
  assertEquals((await send(made, payloads)).stored, 40);
  const { session } = await made.detail("s");
  const { events } = asObject(asObject(session).totals);
  assertEquals(events, 40);
  assert(asList((await made.detail("s")).events).length === 40);
});

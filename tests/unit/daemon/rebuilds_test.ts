// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../../src/proto/mod.ts";
import { TestService } from "./_service.ts";

/** An event of Claude Code in session "s". */
function hook(
  timestamp_ms: number,
  hook_event_name: string,
  fields: JsonObject = {},
): JsonObject {
  return {
    session_id: "s",
    transcript_path: "/home/u/.claude/projects/-w-app/s.jsonl",
    kaizen_id: `k${timestamp_ms}`,
    timestamp_ms,
    hook_event_name,
    ...fields,
  };
}

function call(timestamp_ms: number, name: string, id: string): JsonObject {
  const tool_input = { command: `make ${id}` };
  const fields = { tool_name: "Bash", tool_use_id: id, tool_input };
  return hook(timestamp_ms, name, fields);
}

/** Two calls, of which the user is asked about the second, with the first end arriving late. */
const EVENTS: readonly JsonObject[] = [
  hook(1000, "UserPromptSubmit", { prompt: "make it" }),
  call(1010, "PreToolUse", "a"),
  call(1020, "PreToolUse", "b"),
  hook(1040, "PermissionRequest", {
    tool_name: "Bash",
    tool_input: { command: "make b" },
  }),
  call(1030, "PostToolUse", "a"),
  call(1050, "PostToolUse", "b"),
];

/** Stores events and returns the daemon's detail of their session. */
async function detailOf(
  it: TestService,
  events: readonly JsonObject[],
): Promise<JsonObject> {
  for (const event of events) {
    assertEquals((await it.ingest("claude", event)).type, "ack");
  }
  return await it.detail("s");
}

Deno.test("a late event of a session with too many calls is answered as one of any other session", async () => {
  for (let end = 5; end <= EVENTS.length; end++) {
    const events = EVENTS.slice(0, end);
    await using small = new TestService();
    await using large = new TestService({ maxLateCalls: 1 });
    const expected = await detailOf(small, events);
    assertEquals(await detailOf(large, events), expected);
    await large.restart();
    assertEquals(await large.detail("s"), expected);
    await large.crash();
    assertEquals(await large.detail("s"), expected);
  }
});

Deno.test("a late event that arrives during a rebuild is part of it, however often that happens", async () => {
  const late = Array.from(
    { length: 5 },
    (_, i) => call(1031 + i, "PreToolUse", `late${i}`),
  );
  await using small = new TestService();
  const expected = await detailOf(small, [...EVENTS.slice(0, 5), ...late]);
  const left = [...late];
  const arrivals: Promise<JsonObject>[] = [];
  const turn = async () => {
    await Promise.resolve();
    const event = left.shift();
    if (event !== undefined) arrivals.push(it.ingest("claude", event));
  };
  await using it = new TestService({ maxLateCalls: 1, turn });
  for (const event of EVENTS.slice(0, 5)) await it.ingest("claude", event);
  while (left.length > 0) await it.detail("s");
  for (const answer of await Promise.all(arrivals)) {
    assertEquals(answer.type, "ack");
  }
  const { session, spans } = await it.detail("s");
  assertEquals(session, expected.session);
  assertEquals(spans, expected.spans);
  assert(arrivals.length === late.length);
});

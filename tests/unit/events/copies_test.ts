// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { type Members, MemorySession } from "./_session.ts";

/** Sends one event as Cursor's own hook does, or as Claude Code's, which Cursor runs, too. */
function send(
  session: MemorySession,
  via: "cursor" | "claude",
  members: Members,
): boolean {
  const { duplicate } = session.send("cursor", {
    conversation_id: session.id,
    cursor_version: "3.1.0",
    kaizen_id: crypto.randomUUID(),
    ...(via === "claude" ? { kaizen_source: "claude" } : {}),
    ...members,
  });
  return duplicate;
}

const bash = {
  tool_name: "Shell",
  tool_use_id: "t1",
  tool_input: { command: "ls" },
};

for (
  const [first, second] of [["cursor", "claude"], ["claude", "cursor"]] as const
) {
  Deno.test(`applyFacts() takes an event once that ${first}'s hook delivers, then ${second}'s`, () => {
    const session = new MemorySession();
    const events: Members[] = [
      { hook_event_name: "sessionStart", timestamp_ms: 1000 },
      { hook_event_name: "preToolUse", timestamp_ms: 1001, ...bash },
      { hook_event_name: "postToolUse", timestamp_ms: 1002, ...bash },
      { hook_event_name: "stop", timestamp_ms: 1003, status: "completed" },
    ];
    for (const event of events) {
      assertEquals(send(session, first, event), false);
      const later = { ...event, timestamp_ms: Number(event.timestamp_ms) + 5 };
      assertEquals(send(session, second, later), true);
    }
    assertEquals(session.record().totals?.events, 4);
    assertEquals(session.record().totals?.tool_calls, 1);
    assertEquals(session.record().last_event_at_ms, 1003);
  });
}

Deno.test("applyFacts() tells an event that happens twice from a copy", () => {
  const session = new MemorySession();
  const stop = { hook_event_name: "stop", status: "completed" };
  const told = (via: "cursor" | "claude", timestamp_ms: number) =>
    send(session, via, { ...stop, timestamp_ms });
  assertEquals(told("cursor", 1000), false);
  assertEquals(told("cursor", 2000), false);
  assertEquals(told("claude", 2000), true);
  assertEquals(told("claude", 2001), true);
  // Both are paired now.
  assertEquals(told("claude", 2002), false);
  // Too long after.
  assertEquals(told("cursor", 200_000), false);
});

Deno.test("applyFacts() takes the same text of another agent for two events", () => {
  const session = new MemorySession();
  const members = { kaizen_source: "cursor", tool_use_id: "t1" };
  assertEquals(session.claude(1, "PreToolUse").duplicate, false);
  assertEquals(session.claude(1, "PreToolUse", members).duplicate, false);
  assertEquals(session.record().totals?.events, 2);
});

Deno.test("applyFacts() counts a copy that is in the store as an event, and as nothing else", () => {
  const session = new MemorySession();
  send(session, "cursor", {
    hook_event_name: "preToolUse",
    timestamp_ms: 1,
    ...bash,
  });
  const before = session.state;
  const [stored] = session.stored;
  if (stored === undefined) throw new Error("nothing stored");
  session.stored.push({
    ...stored,
    payload: new TextEncoder().encode(
      new TextDecoder().decode(stored.payload).replace(
        "{",
        '{"kaizen_source":"claude",',
      ),
    ),
  });
  const rebuilt = session.rebuilt("cursor");
  assertEquals(rebuilt.state.events, 2);
  assertEquals(rebuilt.state.sums, before.sums);
});

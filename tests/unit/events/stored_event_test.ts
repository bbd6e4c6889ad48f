// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { readStoredEvent, wireSourceOf } from "../../../src/events/mod.ts";
import { MemorySession } from "./_session.ts";

/** A session with most of what may happen in one. */
function fillSession(): MemorySession {
  const session = new MemorySession();
  const tool = { tool_name: "Bash", tool_input: { command: "é ls" } };
  session.claude(1, "SessionStart", { model: "m" });
  session.claude(2, "UserPromptSubmit", { prompt: "do" });
  session.claude(3, "PreToolUse", { ...tool, tool_use_id: "t1" });
  session.claude(4, "PermissionRequest", tool);
  session.claude(6, "PostToolUse", {
    ...tool,
    tool_use_id: "t1",
    duration_ms: 1,
  });
  session.claude(5, "PreToolUse", {
    ...tool,
    tool_use_id: "t2",
    agent_id: "a",
  });
  session.claude(7, "SubagentStart", { agent_id: "a", agent_type: "x" });
  session.claude(8, "Stop", { background_tasks: [{ id: "a" }] });
  session.claude(9, "Stop", { agent_event: "SessionEnd" });
  return session;
}

Deno.test("readStoredEvent() makes the same session again", () => {
  const session = fillSession();
  assertEquals(session.rebuilt().text(), session.text());
});

Deno.test("readStoredEvent() finds the source that an event came as, if another is given", () => {
  const session = fillSession();
  assertEquals(session.rebuilt("cursor").text(), session.text());
  const vibe = new MemorySession();
  vibe.send("vibe", {
    hook_event_name: "tool_start",
    timestamp_ms: 1,
    tool_name: "bash",
  });
  vibe.send("vibe", {
    hook_event_name: "tool_end",
    timestamp_ms: 2,
    tool_name: "bash",
  });
  assertEquals(vibe.tree(), ["bash done"]);
  assertEquals(vibe.rebuilt("vibe").text(), vibe.text());
});

Deno.test("readStoredEvent() refuses what is no stored event", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const refused = [["{}", "{}"], [',"ts_ms":1,"kind":"Hook"', "[]"]] as const;
  for (const [head, payload] of refused) {
    assertThrows(
      () => readStoredEvent("claude", encode(head), encode(payload)),
      TypeError,
      "Cannot read stored event",
    );
  }
});

Deno.test("wireSourceOf() is the source that an agent's events travel as", () => {
  const sources = ["claude", "codex", "cursor", "vibe", "openclaw", "git"]
    .map(wireSourceOf);
  const expected = ["claude", "claude", "cursor", "vibe", "openclaw", "claude"];
  assertEquals(sources, expected);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { decodeJson, encodeJson } from "../../../src/proto/mod.ts";
import { ROOT } from "../../../scripts/lib/project.ts";

/** The events that the demo must show. */
const KINDS = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PermissionRequest",
  "Notification",
  "SubagentStart",
  "SubagentStop",
  "PreCompact",
  "PostCompact",
  "Stop",
  "SessionEnd",
];

const text = await Deno.readTextFile(
  `${ROOT}/tests/fixtures/claude_session.jsonl`,
);
const lines = text.trimEnd().split("\n");
const events = lines.map((line) => decodeJson(new TextEncoder().encode(line)));

function field(event: unknown, name: string): unknown {
  return typeof event === "object" && event !== null
    ? Reflect.get(event, name)
    : undefined;
}

Deno.test("the recorded session has at least 30 events, of every common kind", () => {
  const kinds = new Set(events.map((event) => field(event, "hook_event_name")));
  assertEquals(KINDS.filter((kind) => !kinds.has(kind)), []);
  assertGreaterOrEqual(events.length, 30);
});

Deno.test("the recorded session is one session, and every line is as the agent wrote it", () => {
  assertEquals(
    new Set(events.map((event) => field(event, "session_id"))).size,
    1,
  );
  for (const [i, event] of events.entries()) {
    assertEquals(encodeJson(event), lines[i]);
  }
});

Deno.test("every tool call of the recorded session ended, failed or was refused", () => {
  const open = new Map<unknown, string>();
  for (const event of events) {
    const id = field(event, "tool_use_id");
    const kind = field(event, "hook_event_name");
    if (kind === "PreToolUse") open.set(id, String(field(event, "tool_name")));
    else if (id !== undefined) assert(open.delete(id), `${kind} ${id}`);
  }
  assertEquals([...open.values()], []);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type { SessionActivity } from "../../../src/proto/mod.ts";
import {
  describeState,
  sessionDuration,
} from "../../../src/output/session_facts.ts";
import { session, START_MS } from "./_samples.ts";

const NOW_MS = START_MS + 3 * 3_600_000;

const states: [
  state: SessionActivity["state"],
  tool: string | null,
  agoMs: number,
  text: string,
][] = [
  ["working", null, 5_000, "working 5s"],
  ["tool", "Bash", 14_000, "Bash 14s"],
  ["tool", null, 14_000, "tool 14s"],
  ["needs_permission", "Bash", 120_000, "needs permission 2m"],
  ["needs_answer", null, 61_000, "needs answer 1m"],
  ["idle", null, 3 * 3_600_000, "idle 3h"],
  ["failed", null, 59_999, "failed 59s"],
  ["silent", null, 2 * 86_400_000, "silent 2d"],
  ["ended", null, -5_000, "ended 0s"],
];
for (const [state, tool, agoMs, text] of states) {
  Deno.test(`describeState() of ${state} ${tool ?? ""} says "${text}"`, () => {
    const since_ms = NOW_MS - agoMs;
    const one = session({
      activity: { state, since_ms, tool, message: null },
    });
    assertEquals(describeState(one, NOW_MS), text);
    assertEquals(describeState(one, null), text.replace(/ \d+\w$/, ""));
  });
}

Deno.test("describeState() is the status where the daemon does not tell more", () => {
  assertEquals(describeState(session({ status: "Idle" }), NOW_MS), "Idle");
});

const durations: [Parameters<typeof session>[0], number | null][] = [
  [{ started_at_ms: 0, last_event_at_ms: 5 }, null],
  [{ status: "Done" }, null],
  [{ status: "Running" }, null],
  [{ ended_at_ms: START_MS + 5 }, 5],
  [{ last_event_at_ms: START_MS + 7, ended_at_ms: START_MS + 5 }, 7],
  [{ ended_at_ms: START_MS - 5 }, 0],
];
for (const [changes = {}, duration] of durations) {
  Deno.test(`sessionDuration() of ${JSON.stringify(changes)} is ${duration}`, () => {
    const found = sessionDuration(session(changes));
    assertEquals(found === null ? null : Number(found), duration);
  });
}

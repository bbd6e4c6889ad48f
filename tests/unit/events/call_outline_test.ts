// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { outlineCalls, printCalls } from "../../../src/events/mod.ts";
import { MemorySession } from "./_session.ts";

/** A session of N calls, the last of which is open. */
function fillSession(calls: number): MemorySession {
  const session = new MemorySession();
  for (let i = 0; i < calls; i++) {
    const members = {
      tool_name: "Bash",
      tool_use_id: `t${i}`,
      tool_input: { command: `é${"x".repeat(150)}` },
    };
    session.claude(i + 1, "PreToolUse", members);
    if (i < calls - 1) session.claude(i + 1, "PostToolUse", members);
  }
  return session;
}

Deno.test("outlineCalls() keeps the texts of few calls, and asks for the rows of many again", () => {
  for (
    const [calls, asked] of [[0, 0], [1, 0], [500, 0], [5000, 4999]] as const
  ) {
    const session = fillSession(calls);
    const steps = outlineCalls(session.state, session.access.all());
    let step = steps.next();
    let pauses = 0;
    while (!step.done) {
      pauses++;
      step = steps.next();
    }
    const keys: string[] = [];
    let bytes = 0;
    let text = "";
    const decoder = new TextDecoder();
    for (
      const piece of printCalls(step.value, (key) => {
        keys.push(key);
        return session.rows.get(key) ?? "";
      })
    ) {
      bytes += piece.length;
      text += decoder.decode(piece, { stream: true });
    }
    assertEquals(keys, [...step.value.keys]);
    assertEquals(keys.length, asked);
    assertEquals(bytes, step.value.bytes);
    assertEquals(JSON.parse(text).length, calls);
    assertEquals(pauses >= Math.floor(calls / 500), true);
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Searches of the whole store, in slices whose turns the test counts.
 */
import { assert, assertEquals } from "@std/assert";
import type { RequestOf } from "../../../src/proto/mod.ts";
import { nextTurn } from "../../../src/daemon/pace.ts";
import { readReply, TestService } from "./_service.ts";

/** Turns after which the client leaves. */
const LEAVES_AT = 3;

const requests: Record<
  string,
  RequestOf<"watch_events"> | RequestOf<"search_events">
> = {
  "a search": { type: "search_events", text: "nowhere" },
  "a search for the newest": {
    type: "search_events",
    text: "nowhere",
    last: 5,
  },
  "a watch that looks for the newest": {
    type: "watch_events",
    filter: { path: "*.none" },
    last: 5,
  },
};

for (const [name, request] of Object.entries(requests)) {
  Deno.test(`${name} is answered before it reads, and stops reading when its client leaves`, async () => {
    let turns = -Infinity; // not counted before the request
    const left = new AbortController();
    await using it = new TestService({
      turn: async () => {
        if (++turns === LEAVES_AT) left.abort();
        await nextTurn();
      },
    });
    // Slices are bounded by time: this is many of them on any machine.
    for (let n = 0; n < 64; n++) {
      await it.ingest("claude", {
        hook_event_name: "PreToolUse",
        session_id: "s",
        timestamp_ms: 1000 + n,
        tool_name: "Bash",
        tool_use_id: `t${n}`,
        tool_input: { command: "x ".repeat(250_000) },
      });
    }
    await it.settled();
    turns = 0;
    const reply = await it.service.handle(request);
    assertEquals(readReply(reply).state, "begin");
    assertEquals(turns, 0);
    await reply.stream?.next(left.signal);
    reply.stream?.close();
    assert(turns > 0 && turns <= LEAVES_AT, `${turns} turns`);
  });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { SessionStates } from "../../../src/daemon/session_states.ts";
import { Writer } from "../../../src/daemon/writer.ts";
import { readHookEvent } from "../../../src/events/mod.ts";
import type { Arrival } from "../../../src/daemon/intake.ts";
import {
  type EventSlot,
  type NewEvent,
  Store,
} from "../../../src/store/mod.ts";
import { tempFolder } from "./_folder.ts";

const poison = new RangeError("a bug that one event meets");

/** Writes to a store in which sessions called "poison" fail after they were written. */
function poisoned(store: Store): SessionStates {
  const { sessions } = store;
  return new SessionStates({
    workspacePath: (key) => store.workspacePath(key),
    sessions: {
      append: (place: EventSlot, event: NewEvent) => {
        const session = sessions.append(place, event);
        if (place.id === "poison") throw poison;
        return session;
      },
      addCommit: (...commit) => sessions.addCommit(...commit),
      byTrace: (trace) => sessions.byTrace(trace),
      change: (...changed) => sessions.change(...changed),
      markStale: (session) => sessions.markStale(session),
      calls: sessions.calls,
      unlisted: () => sessions.unlisted(),
    },
  });
}

function makeEvent(
  session_id: string,
  fields: Record<string, unknown> = {},
): Arrival {
  const payload = JSON.stringify({
    event: "Notification",
    session_id,
    timestamp_ms: 5,
    ...fields,
  });
  return {
    source: "cursor",
    workspace: null,
    chars: payload.length,
    read: { event: readHookEvent("cursor", payload, 7) },
  };
}

function setUp() {
  const folder = tempFolder();
  const store = Store.open(`${folder.path}/store.db`);
  const asked: (string | null)[] = [];
  const writer = new Writer({
    store,
    states: poisoned(store),
    workspaceOf: ({ workspace }) => {
      asked.push(workspace ?? null);
      return "/w";
    },
  });
  return {
    store,
    writer,
    asked,
    [Symbol.dispose]() {
      store.close();
      folder[Symbol.dispose]();
    },
  };
}

Deno.test("ingest() lets an event that fails by itself fail alone, and undoes its effect on its session", () => {
  using it = setUp();
  const call = { event: "PreToolUse", tool_name: "T", tool_call_id: "1" };
  const end = { ...call, event: "PostToolUse", timestamp_ms: 9 };
  const outcomes = it.writer.ingest([
    makeEvent("a", call),
    makeEvent("poison", call),
    makeEvent("a", end),
    makeEvent("b"),
  ]);
  assertEquals(outcomes, [null, poison, null, null]);
  const { sessions, events } = it.store.size();
  assertEquals([sessions, events], [2, 3]);
  const place = it.store.sessions.place("/w", "a", { known: null, tsMs: 0 });
  assertEquals([place?.seq, place?.current?.lastMs], [2, 9]);
  if (!place?.current) throw new TypeError("no session");
  const calls = [...it.store.sessions.calls.all(place.current)];
  assertEquals(calls.length, 1);
});

Deno.test("ingest() fails an event that is alone in its transaction", () => {
  using it = setUp();
  assertEquals(it.writer.ingest([makeEvent("poison")]), [poison]);
  assertEquals(it.store.size().sessions, 0);
  assertEquals(it.writer.ingest([]), []);
});

Deno.test("ingest() resolves a workspace's path once a batch", () => {
  using it = setUp();
  const here = { ...makeEvent("a"), workspace: "/link" };
  const there = { ...makeEvent("b"), workspace: "/other" };
  it.writer.ingest([here, there, here, makeEvent("c"), here, makeEvent("d")]);
  assertEquals(it.asked, ["/link", "/other", null]);
  it.writer.ingest([here]);
  assertEquals(it.asked, ["/link", "/other", null, "/link"]);
  assertEquals(it.store.size().events, 7);
});

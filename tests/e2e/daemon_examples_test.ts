// SPDX-License-Identifier: AGPL-3.0-or-later
/** Sends the worked examples of the specification through the socket, step by step. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type DaemonRequest,
  decodeJson,
  HOOK_SOURCES,
  type HookSource,
  type JsonObject,
} from "../../src/proto/mod.ts";
import { readExamples, REFUSALS } from "../fixtures/worked_examples.ts";
import { ask, connect, readToEnd, writeTo } from "./_socket.ts";
import { type Home, tempHome } from "./harness.ts";

const NOW = "the daemon's clock";
const ACK = { type: "ack", message: "ingested" };

async function answer(
  home: Home,
  request: DaemonRequest,
): Promise<JsonObject> {
  const { text } = await ask(home.socket, request);
  const value = decodeJson(new TextEncoder().encode(text));
  assert(typeof value === "object" && value !== null && !Array.isArray(value));
  return value;
}

async function ingest(
  home: Home,
  source: HookSource,
  payload: string,
  workspace: string,
): Promise<JsonObject> {
  const request = { type: "ingest_hook", source, payload, workspace } as const;
  return await answer(home, request);
}

function findSource(name: string): HookSource {
  const source = HOOK_SOURCES.find((known) => known === name);
  assert(source !== undefined, name);
  return source;
}

/** Replaces the time of the run, so that E17 compares equal. */
function hideNow(value: JsonObject, since: number): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) =>
      key.endsWith("_ms") && typeof part === "number" && part >= since &&
        part <= Date.now()
        ? [key, NOW]
        : [key, part]
    ),
  );
}

Deno.test("a daemon answers as the worked examples say", async (t) => {
  await using home = await tempHome();
  await using first = await home.startDaemon();
  let daemon = first;
  const since = Date.now();
  for (const name of readExamples({ workspace: "", now: NOW }).keys()) {
    const workspace = `${home.root}/${name}`;
    await Deno.mkdir(workspace);
    const example = readExamples({ workspace, now: NOW })[name];
    assert(example !== undefined);
    await t.step(`${example.name}: ${example.title}`, async () => {
      for (const step of example.steps) {
        if (step.do === "ingest") {
          const source = findSource(step.source);
          assertEquals(
            await ingest(home, source, step.payload, workspace),
            ACK,
          );
        } else if (step.do === "restart") {
          await daemon.stop();
          daemon = await home.startDaemon();
        } else {
          // The reference does not send the other keys; truth.md defines them.
          const { session, events } = await answer(home, {
            type: "get_session_detail",
            id: step.id,
            workspace,
          });
          assert(Array.isArray(events));
          assert(typeof session === "object" && session !== null);
          assert(!Array.isArray(session));
          assertEquals([session.id, session.workspace], [step.id, workspace]);
          assertEquals<unknown>(
            events.map((event) => {
              assert(typeof event === "object" && event !== null);
              assert(!Array.isArray(event));
              return hideNow(event, since);
            }),
            step.events,
          );
        }
      }
    });
  }
  await daemon.stop();
});

Deno.test("a daemon pages as worked example E22 says", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const { workspace } = home;
  for (
    const [session_id, timestamp_ms] of [["c", 1000], ["b", 2000], ["a", 2000]]
  ) {
    const payload = JSON.stringify({
      event: "SessionStart",
      session_id,
      timestamp_ms,
    });
    assertEquals(await ingest(home, "cursor", payload, workspace), ACK);
  }
  const list = async (
    more: Partial<Extract<DaemonRequest, { type: "list_sessions" }>>,
  ) => {
    const { rows, total, next_offset } = await answer(home, {
      type: "list_sessions",
      workspace,
      offset: 0,
      limit: 100,
      filter: {},
      ...more,
    });
    assert(Array.isArray(rows));
    const ids = rows.map((row) =>
      typeof row === "object" && row !== null && !Array.isArray(row)
        ? row.id
        : row
    );
    return [ids.join(), total, next_offset];
  };
  assertEquals(await list({ limit: 2 }), ["a,b", 3, 2]);
  assertEquals(await list({ offset: 2, limit: 2 }), ["c", 3, null]);
  assertEquals(await list({ limit: 0 }), ["", 3, 0]);
  assertEquals(await list({ offset: 1, limit: 0 }), ["", 3, 1]);
  assertEquals(await list({ offset: 3, limit: 5 }), ["", 3, null]);
  assertEquals(await list({ limit: 2n ** 64n - 1n }), ["a,b,c", 3, null]);
  assertEquals(await list({ workspace: `${workspace}/` }), ["", 0, null]);
  const filters: [
    filter: Record<string, string | number | bigint>,
    ids: string,
  ][] = [
    [{ agent_prefix: "CUR" }, "a,b,c"],
    [{ agent_prefix: "c%" }, ""],
    [{ agent_prefix: "" }, "a,b,c"],
    [{ since_ms: 2000 }, "a,b"],
    [{ since_ms: 2n ** 63n }, "a,b,c"],
  ];
  for (const [filter, ids] of filters) {
    const count = ids.split(",").filter(Boolean).length;
    assertEquals(await list({ filter }), [ids, count, null]);
  }
});

Deno.test("a daemon refuses as worked example E23 says", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const { workspace } = home;
  for (const [source, payload, message] of REFUSALS) {
    const refusal = await ingest(home, source, payload, workspace);
    assertEquals(
      [refusal.type, refusal.supported_min, refusal.supported_max],
      ["error", null, null],
    );
    assertStringIncludes(String(refusal.message), message);
    if (!message.endsWith(": ")) assertEquals(refusal.message, message);
  }
  const filter = {};
  const list = {
    type: "list_sessions",
    workspace,
    offset: 0,
    limit: 9,
    filter,
  };
  assertEquals(
    (await answer(home, { ...list, type: "list_sessions" })).total,
    0,
  );
  // The reference refuses a workspace that contains the home; we do not (divergence 4).
  for (const workspace of ["/", home.root]) {
    const answered = await answer(home, {
      ...list,
      type: "list_sessions",
      workspace,
    });
    assertEquals([answered.type, answered.total], ["sessions", 0]);
  }
  const lastError = async () =>
    (await answer(home, { type: "status" })).last_error;
  assertEquals(await lastError(), "vibe hook: missing 'session_id' field");
  assertEquals(
    await answer(home, { type: "hello", proto_version: 2, client: "cli" }),
    {
      type: "error",
      message: "unsupported proto_version 2",
      supported_min: 1,
      supported_max: 1,
    },
  );
  assertEquals(await lastError(), "vibe hook: missing 'session_id' field");
  for (
    const body of [
      '{"type":"nope"}',
      '{"type":"hello","proto_version":1,"client":"web"}',
      "{",
    ]
  ) {
    const conn = await connect(home.socket);
    const bytes = new TextEncoder().encode(body);
    await writeTo(conn, Uint8Array.of(0, 0, 0, bytes.length, ...bytes));
    assertEquals(await readToEnd(conn), { text: "", end: "eof" });
    conn.close();
  }
});

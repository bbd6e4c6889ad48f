// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Arrival, Intake } from "../../../src/daemon/intake.ts";
import { nextTurn, Pace } from "../../../src/daemon/pace.ts";
import {
  BudgetError,
  type DaemonRequest,
  encodeRequest,
  MAX_NAME_BYTES,
  MAX_REQUEST_VALUES,
  MAX_WORKSPACE_BYTES,
  type RequestOf,
} from "../../../src/proto/mod.ts";
import { asList, asObject, list, TestService } from "./_service.ts";

const NOW = 7;
/** Long enough for several slices, and few values enough to be decoded. */
const DENSE_VALUES = 200_000;

function ingest(
  fields: Record<string, unknown>,
): RequestOf<"ingest_hook"> {
  const event = { hook_event_name: "Stop", session_id: "s", ...fields };
  const payload = JSON.stringify(event);
  return { type: "ingest_hook", source: "claude", payload, workspace: "/w" };
}

function setUp() {
  let turns = 0;
  const pace = new Pace(async () => {
    turns++;
    await nextTurn();
  });
  return { intake: new Intake(pace, () => NOW), turns: () => turns };
}

function sessionOf({ read }: Arrival): string | null {
  return "event" in read ? read.event.sessionId : null;
}

Deno.test("Intake reads a short event at once", () => {
  const { intake } = setUp();
  const arrival = intake.read(ingest({}));
  assert(!(arrival instanceof Promise));
  assertEquals(sessionOf(arrival), "s");
  assertEquals(arrival.workspace, "/w");
});

Deno.test("Intake lets others in while it decodes and reads a long request", async () => {
  const { intake, turns } = setUp();
  const request = ingest({ x: Array(DENSE_VALUES).fill(1) });
  assertEquals(await intake.decode(encodeRequest(request)), request);
  const decoded = turns();
  assert(decoded > 0);
  assertEquals(sessionOf(await intake.read(request)), "s");
  assert(turns() > decoded);
});

Deno.test("Intake reads one long event at a time, in order", async () => {
  const { intake } = setUp();
  const done: string[] = [];
  const reads = ["a", "b", "c"].map(async (session_id) => {
    const x = Array(DENSE_VALUES).fill(1);
    done.push(sessionOf(await intake.read(ingest({ session_id, x }))) ?? "");
  });
  await intake.idle();
  assertEquals(done, ["a", "b", "c"]);
  await Promise.all(reads);
});

Deno.test("Intake notes why a text is no event", async () => {
  const { intake } = setUp();
  for (const length of [1, 100_000]) {
    const payload = "x".repeat(length);
    const { read } = await intake.read({ ...ingest({}), payload });
    assert("failure" in read);
    assertEquals(
      String(read.failure),
      "NotAnEventError: claude hook: invalid JSON: expected a value at line 1 column 1",
    );
  }
});

Deno.test("Intake decodes as many values as the limit allows, and no more", async () => {
  const { intake } = setUp();
  // The object, two keys, the type and the array are values, too.
  for (const [count, isFine] of [[0, true], [1, false]] as const) {
    const values = "0,".repeat(MAX_REQUEST_VALUES - 6 + count);
    const text = `{"type":"status","x":[${values}0]}`;
    const decoded = intake.decode(new TextEncoder().encode(text));
    if (isFine) assertEquals(await decoded, { type: "status" });
    else await assertRejects(() => decoded, BudgetError);
  }
});

Deno.test("a service refuses an event of too many values with words, and serves on", async () => {
  await using it = new TestService();
  const x = Array(MAX_REQUEST_VALUES).fill(0);
  const answer = await it.service.handle(ingest({ x }));
  assertEquals(answer.type, "error");
  const status = asObject(await it.ask({ type: "status" }));
  assertEquals(
    status.last_error,
    "Cannot decode request as it must hold <= 1000000 values: it holds more",
  );
  assertEquals((await it.service.handle(ingest({}))).type, "ack");
});

Deno.test("a text in an event that holds too many values has no paths", async () => {
  await using it = new TestService();
  const list = Array(MAX_REQUEST_VALUES / 2).fill({ path: "/p" });
  const answer = await it.service.handle(ingest({
    hook_event_name: "PreToolUse",
    tool_name: "Read",
    tool_use_id: "1",
    tool_input: { file_path: "/a" },
    text: JSON.stringify(list),
  }));
  assertEquals(answer.type, "ack");
  const detail = await it.ask({ type: "get_session_detail", id: "s" });
  const [node] = asList(detail.spans);
  assertEquals(asObject(asObject(node).span).paths, ["/a"]);
});

Deno.test("a service takes a name as long as the limit, and refuses a longer one with words", async () => {
  await using it = new TestService();
  const name = "s".repeat(MAX_NAME_BYTES - 2); // and its quotes
  const fits = await it.service.handle(ingest({ session_id: name }));
  assertEquals(fits.type, "ack");
  for (const key of ["session_id", "tool_name", "model", "transcript_path"]) {
    const answer = await it.ask(ingest({ [key]: `${name}s` }));
    assertEquals(
      answer.message,
      `Cannot decode request as "${key}" must be <= 4194304 bytes: current length is 4194305`,
    );
  }
});

Deno.test("a service refuses a request with too long a name, and remembers none of it", async () => {
  await using it = new TestService();
  const path = `/${"w".repeat(MAX_WORKSPACE_BYTES - 3)}`;
  const fits = await it.service.decode(encodeRequest({
    ...ingest({ session_id: "s" }),
    workspace: path,
  }));
  assertEquals((await it.service.handle(fits)).type, "ack");
  const long: [DaemonRequest, key: string, limit: number][] = [
    [
      { ...ingest({}), workspace: `${path}w` },
      "workspace",
      MAX_WORKSPACE_BYTES,
    ],
    [list({ workspace: `${path}w` }), "workspace", MAX_WORKSPACE_BYTES],
    [
      { type: "get_session_detail", id: "i".repeat(MAX_NAME_BYTES - 1) },
      "id",
      MAX_NAME_BYTES,
    ],
    [
      list({ filter: { agent_prefix: "a".repeat(MAX_NAME_BYTES - 1) } }),
      "agent_prefix",
      MAX_NAME_BYTES,
    ],
  ];
  for (const [request, key, limit] of long) {
    const error = await assertRejects(
      () => it.service.decode(encodeRequest(request)),
      BudgetError,
    );
    assertEquals(
      error.message,
      `Cannot decode request as "${key}" must be <= ${limit} bytes: current length is ${
        limit + 1
      }`,
    );
  }
});

Deno.test("a service that is closed has stored what it was reading", async () => {
  await using it = new TestService();
  const x = Array(DENSE_VALUES).fill(1);
  const answer = it.service.handle(ingest({ x }));
  await it.restart();
  assertEquals((await answer).type, "ack");
  const { store } = await it.ask({ type: "status" });
  assertEquals(asObject(store).events, 1);
});

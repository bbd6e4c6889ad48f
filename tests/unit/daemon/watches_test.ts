// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The answers that a client gets while it watches, without its socket.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  decodeJson,
  type JsonObject,
  type RequestOf,
  type WatchFilter,
} from "../../../src/proto/mod.ts";
import type { Reply, ReplyStream } from "../../../src/daemon/reply.ts";
import { MAX_WATCHES } from "../../../src/daemon/watches.ts";
import { asObject, readReply, TestService } from "./_service.ts";

type Asked = Partial<Omit<RequestOf<"watch_events">, "type">>;

/** A client of a service. */
class Watcher {
  readonly #stop = new AbortController();
  readonly first: JsonObject;
  readonly #stream: ReplyStream | undefined;

  private constructor(reply: Reply) {
    this.first = readReply(reply);
    this.#stream = reply.stream;
  }

  static async open(it: TestService, asked: Asked = {}): Promise<Watcher> {
    return new Watcher(
      await it.service.handle({ type: "watch_events", ...asked }),
    );
  }

  /** The answers of the next piece; null at the end. */
  async next(): Promise<JsonObject[] | null> {
    const body = await this.#stream?.next(this.#stop.signal) ?? null;
    if (body === null) return null;
    const bytes = new Uint8Array(body.length);
    let at = 0;
    for (const chunk of body.chunks()) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    body.close?.();
    assertEquals(at, body.length);
    return body.isFramed ? unframe(bytes) : [asObject(decodeJson(bytes))];
  }

  /** All answers up to the end, or up to the first that says that nothing more is stored. */
  async all(): Promise<JsonObject[]> {
    const all = [];
    for (let some = await this.next(); some; some = await this.next()) {
      all.push(...some);
      if (some.at(-1)?.state === "current") break;
    }
    return all;
  }

  stop(): void {
    this.#stop.abort();
  }

  close(): void {
    this.#stream?.close();
  }
}

function unframe(bytes: Uint8Array): JsonObject[] {
  const found = [];
  for (let at = 0; at < bytes.length;) {
    const length = new DataView(bytes.buffer).getUint32(at);
    found.push(
      asObject(decodeJson(bytes.subarray(at + 4, at + 4 + length), 200)),
    );
    at += 4 + length;
  }
  return found;
}

/** Session and number of the events among answers. */
function told(answers: readonly JsonObject[]): string[] {
  return answers.filter(({ type }) => type === "event").map(({ event }) => {
    const { session_id, payload } = asObject(event);
    return `${session_id}${asObject(payload).n}`;
  });
}

async function put(
  it: TestService,
  n: number,
  more: JsonObject = {},
): Promise<void> {
  const answer = await it.ingest("claude", {
    hook_event_name: "PreToolUse",
    session_id: "s",
    timestamp_ms: 1000 + n,
    n,
    ...more,
  }, String(more.workspace ?? "/w/app"));
  assertEquals(answer.type, "ack");
}

const count = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `s${from + i}`);

Deno.test("a watch sends each event once with its place, then the end", async () => {
  await using it = new TestService();
  for (let n = 0; n < 300; n++) await put(it, n);
  const watcher = await Watcher.open(it);
  assertEquals(watcher.first.state, "begin");
  const answers = await watcher.all();
  assertEquals(told(answers), count(0, 300));
  const last = answers.at(-1);
  assertEquals(last?.state, "end");
  assertEquals(last?.cursor, answers.at(-2)?.cursor);
  assertEquals(new Set(answers.map(({ cursor }) => cursor)).size, 300);
  assertEquals(
    [...new Set(answers.map(({ machine }) => machine))],
    ["6d".repeat(16)],
  );
  assertEquals(answers[0]?.workspace, "/w/app");
  watcher.close();
});

Deno.test("a watch goes on after any cursor, also in a service that was started later", async () => {
  await using it = new TestService();
  for (let n = 0; n < 20; n++) await put(it, n);
  const all = (await (await Watcher.open(it)).all()).slice(0, -1);
  await it.restart();
  for (const [i, { cursor }] of all.entries()) {
    const watcher = await Watcher.open(it, { cursor: String(cursor) });
    assertEquals(told(await watcher.all()), count(i + 1, 20));
    watcher.close();
  }
});

Deno.test("a client that follows is woken by each commit and gets nothing twice", async () => {
  await using it = new TestService();
  await put(it, 0);
  const watcher = await Watcher.open(it, { follow: true });
  assertEquals(told(await watcher.all()), ["s0"]);
  for (let n = 1; n < 50; n++) {
    const next = watcher.next();
    await put(it, n);
    assertEquals(told(await next ?? []), [`s${n}`]);
  }
  watcher.stop();
  assertEquals((await watcher.next())?.at(0)?.state, "stopping");
  assertEquals(await watcher.next(), null);
  watcher.close();
});

Deno.test("a client that follows and is not read costs nothing, and gets all later", async () => {
  await using it = new TestService();
  const watcher = await Watcher.open(it, { follow: true });
  for (let n = 0; n < 500; n++) await put(it, n, { text: "x".repeat(2000) });
  const got = [];
  while (got.length < 500) got.push(...told(await watcher.next() ?? []));
  assertEquals(got, count(0, 500));
  watcher.close();
});

Deno.test("a long payload comes alone and whole", async () => {
  await using it = new TestService();
  const text = "é".repeat(400_000);
  await put(it, 0);
  await put(it, 1, { text });
  await put(it, 2);
  const watcher = await Watcher.open(it);
  const pieces = [];
  for (let some = await watcher.next(); some; some = await watcher.next()) {
    pieces.push(some);
  }
  assertEquals(pieces.map((some) => told(some).join()), ["s0", "s1", "s2", ""]);
  const event = asObject(pieces[1]?.[0]?.event);
  assertEquals(asObject(event.payload).text, text);
  watcher.close();
});

const filters: [name: string, filter: WatchFilter, expected: number[]][] = [
  ["nothing", {}, [0, 1, 2, 3, 4, 5]],
  ["a session", { session: "s" }, [0, 1, 2]],
  ["a workspace", { workspace: "/w/lib" }, [4, 5]],
  ["a session of another workspace", {
    workspace: "/w/lib",
    session: "s",
  }, []],
  ["an agent", { agent_prefix: "CLA" }, [0, 1, 2, 3, 4, 5]],
  ["another agent", { agent_prefix: "codex" }, []],
  ["a tool", { tool: "bash" }, [1, 2]],
  ["a kind", { event: "toolresult" }, [2, 4]],
  ["a name", { event: "userpromptsubmit" }, [5]],
  ["failures", { errors: true }, [2]],
  ["a path in the workspace", { path: "src/*.ts" }, [0]],
  ["a path as it is", { path: "/w/**" }, [0, 4]],
  ["the last part of a path", { path: "b.rs" }, [4]],
  ["a time", { since_ms: 1002, until_ms: 1004 }, [2, 3]],
  ["several conditions", { tool: "Bash", errors: true }, [2]],
];

const EVENTS: JsonObject[] = [
  { tool_name: "Edit", tool_input: { file_path: "/w/app/src/a.ts" } },
  { tool_name: "Bash", tool_use_id: "b", tool_input: { command: "false" } },
  {
    hook_event_name: "PostToolUse",
    tool_name: "Bash",
    tool_use_id: "b",
    tool_response: { is_error: true },
  },
  { session_id: "t", tool_name: "Task" },
  {
    session_id: "u",
    hook_event_name: "PostToolUse",
    agent_event: "PostToolUseFailure",
    tool_name: "Write",
    tool_input: { file_path: "/w/lib/b.rs" },
    error: "Interrupted",
    is_interrupt: true,
    workspace: "/w/lib",
  },
  {
    session_id: "u",
    hook_event_name: "UserPromptSubmit",
    prompt: "Bash",
    workspace: "/w/lib",
  },
];

for (const [name, filter, expected] of filters) {
  Deno.test(`a watch filters by ${name}`, async () => {
    await using it = new TestService();
    for (const [n, event] of EVENTS.entries()) await put(it, n, event);
    const watcher = await Watcher.open(it, { filter });
    const answers = await watcher.all();
    assertEquals(
      told(answers).map((it) => Number(it.slice(1))),
      expected,
    );
    watcher.close();
    const newest = await Watcher.open(it, { filter, last: 1 });
    assertEquals(
      told(await newest.all()).map((it) => Number(it.slice(1))),
      expected.slice(-1),
    );
    newest.close();
  });
}

Deno.test("last: 0 begins after the newest event", async () => {
  await using it = new TestService();
  for (let n = 0; n < 3; n++) await put(it, n);
  const watcher = await Watcher.open(it, { last: 0, follow: true });
  await put(it, 3);
  assertEquals(told(await watcher.next() ?? []), ["s3"]);
  watcher.close();
});

Deno.test("a cursor whose later events were pruned is refused, unless a gap is allowed", async () => {
  await using it = new TestService();
  await put(it, 0);
  await put(it, 1, { session_id: "t" });
  await put(it, 2);
  const all = await (await Watcher.open(it)).all();
  const [first, second] = all.map(({ cursor }) => String(cursor));
  assert(first !== undefined && second !== undefined);
  await it.prune({ session: "t" });
  const refused = await Watcher.open(it, { cursor: first });
  assertEquals([refused.first.type, refused.first.reason], ["error", "gone"]);
  const after = await Watcher.open(it, { cursor: second });
  assertEquals(told(await after.all()), ["s2"]);
  const gap = await Watcher.open(it, { cursor: first, allow_gap: true });
  assertEquals(told(await gap.all()), ["s2"]);
});

Deno.test("a client that follows is told when events are pruned before it got them", async () => {
  await using it = new TestService();
  await put(it, 0);
  const watcher = await Watcher.open(it, { follow: true });
  await put(it, 1, { session_id: "t" });
  await it.prune({ session: "t" });
  const answers = await watcher.next();
  assertEquals(answers?.[0]?.reason, "gone");
  assertEquals(await watcher.next(), null);
  watcher.close();
});

Deno.test(`at most ${MAX_WATCHES} clients watch at once`, async () => {
  await using it = new TestService();
  const watchers = [];
  for (let i = 0; i < MAX_WATCHES; i++) {
    watchers.push(await Watcher.open(it, { follow: true }));
  }
  const refused = await Watcher.open(it);
  assertEquals(refused.first.reason, "crowded");
  watchers.pop()?.close();
  const last = await Watcher.open(it);
  assertEquals(last.first.state, "begin");
  for (const watcher of [...watchers, last]) watcher.close();
});

Deno.test("a malformed or foreign cursor is refused by its reason", async () => {
  await using it = new TestService();
  for (
    const [cursor, reason] of [["x", "malformed"], ["f".repeat(30), "unknown"]]
  ) {
    const refused = await Watcher.open(it, { cursor: cursor ?? "" });
    assertEquals(refused.first.reason, reason);
  }
  const watchers = [];
  for (let i = 0; i < MAX_WATCHES; i++) watchers.push(await Watcher.open(it));
  assertEquals(watchers.at(-1)?.first.state, "begin");
});

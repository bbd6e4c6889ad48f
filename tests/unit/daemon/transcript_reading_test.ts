// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assert,
  assertEquals,
  assertMatch,
  assertObjectMatch,
} from "@std/assert";
import fc from "fast-check";
import type { JsonObject, RequestOf } from "../../../src/proto/mod.ts";
import {
  answerLine,
  codexLine,
  countLine,
  Folder,
  print,
  SESSION,
  START_MS,
  THREAD,
  threadLine,
  userLine,
} from "../transcripts/_transcripts.ts";
import { asList, asObject, TestService } from "./_service.ts";

/** A hook event of Claude Code that names its transcript. */
function named(path: string, more: JsonObject = {}): JsonObject {
  return {
    event: "PostToolUse",
    hook_event_name: "PostToolUse",
    session_id: SESSION,
    transcript_path: path,
    cwd: "/repo/app",
    timestamp_ms: START_MS,
    tool_name: "Bash",
    tool_use_id: "toolu_1",
    tool_input: { command: "ls" },
    ...more,
  };
}

async function totalsOf(made: TestService, id = SESSION): Promise<JsonObject> {
  const { session } = await made.detail(id);
  return asObject(asObject(session).totals);
}

async function usage(
  made: TestService,
  request: Partial<RequestOf<"get_usage">> = {},
): Promise<JsonObject> {
  return await made.ask({ by: "model", ...request, type: "get_usage" });
}

/** Asks until no transcript waits. */
async function untilRead(made: TestService): Promise<void> {
  while (true) {
    const { transcripts } = await usage(made);
    if (asObject(transcripts).waiting === 0) return;
  }
}

function streamed(): object[] {
  return [
    userLine(0, "go"),
    answerLine(1, { usage: { output_tokens: 1 } }),
    answerLine(2, { usage: { output_tokens: 10 } }),
    answerLine(3, { id: "msg_2", request: "req_2", model: "strange-1" }),
  ];
}

/** A transcript of as many answers. */
function answers(count: number): object[] {
  return Array.from(
    { length: count },
    (_, i) => answerLine(i, { id: `msg_${i}`, request: `req_${i}` }),
  );
}

Deno.test("an event that names a transcript brings its tokens and cost to the session's totals", async () => {
  await using made = new TestService();
  using folder = new Folder();
  await made.ingest("claude", named(folder.claude(streamed())));
  const expected = {
    tokens_in: 6,
    tokens_out: 20,
    cache_read_tokens: 2000,
    cache_creation_tokens: 200,
    // 3 * 5 + 10 * 25 + 1000 * 0.5 + 40 * 6.25 + 60 * 10
    cost_usd_e6: 1615,
    cost_complete: false,
    unpriced_models: ["strange-1"],
    reasoning_tokens: null,
    tool_calls: 1,
  };
  assertObjectMatch(await totalsOf(made), expected);
  const list = await made.ask({
    type: "list_sessions",
    workspace: "/w/app",
    offset: 0,
    limit: 10,
    filter: {},
  });
  const [row] = asList(list.rows);
  assertObjectMatch(asObject(asObject(row).totals), expected);
});

Deno.test("a session is answered as it is stored to a client that asks for that", async () => {
  await using made = new TestService();
  using folder = new Folder();
  await made.ingest("claude", named(folder.claude(streamed())));
  const tokensOf = async (more: { as_stored?: boolean }) => {
    const type = "get_session_detail";
    const { session } = await made.ask({ type, id: SESSION, ...more });
    return asObject(asObject(session).totals).tokens_out;
  };
  assertEquals(await tokensOf({ as_stored: true }), null);
  assertEquals(await tokensOf({}), 20);
});

Deno.test("usage is grouped, and sums say which part has no price", async () => {
  await using made = new TestService();
  using folder = new Folder();
  await made.ingest("claude", named(folder.claude(streamed())));
  const answer = await usage(made);
  assertEquals(
    asList(answer.rows).map((row) => {
      const { key, messages, cost_usd_e6, cost_complete } = asObject(row);
      return [key, messages, cost_usd_e6, cost_complete];
    }),
    [["claude-opus-4-8", 1, 1615, true], ["strange-1", 1, null, false]],
  );
  assertObjectMatch(asObject(answer.total), {
    messages: 2,
    cost_usd_e6: 1615,
    cost_complete: false,
    unpriced_models: ["strange-1"],
  });
  assertMatch(String(asObject(answer.prices).date), /^\d{4}-\d\d-\d\d$/);
  const keys = async (request: Partial<RequestOf<"get_usage">>) =>
    asList((await usage(made, request)).rows).map((row) => asObject(row).key);
  assertEquals(await keys({ by: "agent" }), ["claude"]);
  assertEquals(await keys({ by: "workspace" }), ["/w/app"]);
  assertEquals(await keys({ by: "session" }), [SESSION]);
  assertEquals(await keys({ by: "session", workspace: "/w/none" }), []);
  assertEquals(await keys({ by: "day" }), ["2026-11-03"]);
  assertEquals(await keys({ since_ms: START_MS + 3000 }), ["strange-1"]);
});

Deno.test("days are those of the asker's time zone, on both sides of a change of the clock", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const line = (time: string, id: string) =>
    answerLine(0, { id, request: id, more: { timestamp: time } });
  await made.ingest(
    "claude",
    named(folder.claude([
      line("2026-10-24T21:59:59.999Z", "a"), // 23:59 in Berlin, in summer time
      line("2026-10-24T22:00:00.000Z", "b"),
      line("2026-10-25T22:59:59.999Z", "c"), // 23:59 in Berlin, in winter time
      line("2026-10-25T23:00:00.000Z", "d"),
    ])),
  );
  const days = async (zone: string) =>
    asList((await usage(made, { by: "day", zone })).rows).map((row) => {
      const { key, messages } = asObject(row);
      return `${key} ${messages}`;
    });
  assertEquals(await days("Europe/Berlin"), [
    "2026-10-24 1",
    "2026-10-25 2",
    "2026-10-26 1",
  ]);
  assertEquals(await days("Asia/Kathmandu"), ["2026-10-25 2", "2026-10-26 2"]);
  assertEquals(await days("UTC"), ["2026-10-24 2", "2026-10-25 2"]);
  const refused = await usage(made, { by: "day", zone: "Mars/Olympus" });
  assertEquals(refused.type, "error");
  assertMatch(String(refused.message), /unknown time zone "Mars\/Olympus"/);
});

Deno.test("a subagent's file counts for its session", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const path = folder.claude(streamed());
  folder.write(
    `.claude/projects/-repo-app/${SESSION}/subagents/agent-a1b2.jsonl`,
    [answerLine(5, {
      id: "msg_s",
      request: "req_s",
      more: { isSidechain: true, agentId: "a1b2" },
    })],
  );
  await made.ingest("claude", named(path));
  assertObjectMatch(await totalsOf(made), { tokens_out: 30 });
});

Deno.test("what a subagent used stands at the call that started it, and in the sums above", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const path = folder.claude(streamed());
  const side = (agentId: string, model: string) =>
    folder.write(
      `.claude/projects/-repo-app/${SESSION}/subagents/agent-${agentId}.jsonl`,
      [answerLine(5, {
        id: `msg_${agentId}`,
        request: `req_${agentId}`,
        model,
        more: { isSidechain: true, agentId },
      })],
    );
  side("a1", "claude-opus-4-8");
  side("a2", "strange-1");
  side("a3", "claude-opus-4-8"); // nothing tells who started it
  const call = (id: string, event: string, more: JsonObject) =>
    made.ingest(
      "claude",
      named(path, {
        event,
        hook_event_name: event,
        tool_name: "Task",
        tool_use_id: id,
        tool_input: { description: id, prompt: id },
        ...more,
      }),
    );
  await call("outer", "PreToolUse", {});
  await call("inner", "PreToolUse", { agent_id: "a1" });
  await call("inner", "PostToolUse", {
    agent_id: "a1",
    tool_response: { agentId: "a2", status: "completed" },
    timestamp_ms: START_MS + 1,
  });
  await call("outer", "PostToolUse", {
    tool_response: { agentId: "a1", status: "completed" },
    timestamp_ms: START_MS + 2,
  });
  const { spans } = await made.detail(SESSION);
  const [node] = asList(spans).map(asObject);
  assertObjectMatch(node ?? {}, {
    span: {
      tool_call_id: "outer",
      tokens_in: 3,
      tokens_out: 10,
      cost_usd_e6: 1615,
      subtree_cost_usd_e6: 1615,
      subtree_token_count: 26,
    },
    subtree_cost_usd_e6: 1615,
    subtree_token_count: 26,
    cost_known: true,
    cost_complete: false,
  });
  const [inner] = asList(node?.children).map(asObject);
  assertObjectMatch(inner ?? {}, {
    span: { tool_call_id: "inner", tokens_out: 10, cost_usd_e6: null },
    cost_known: false,
    cost_complete: false,
  });
  assertObjectMatch(await totalsOf(made), { tokens_out: 20 + 30 });
});

Deno.test("a detail says how many calls of the transcript came by hook", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const call = (second: number, id: string, more: object = {}) =>
    answerLine(second, {
      id: `msg_${id}`,
      request: `req_${id}`,
      content: [{ type: "tool_use", id, name: "Bash", input: {} }],
      more,
    });
  const path = folder.claude([call(-9, "early"), call(1, "toolu_1")]);
  const coverage = async () => (await made.detail(SESSION)).coverage;
  await made.ingest("claude", named("/x.jsonl"));
  assertEquals(await coverage(), null);
  await made.ingest("claude", named(path, { timestamp_ms: START_MS + 1 }));
  const told = { calls: 1, by_hook: 1, in_subagents: 0, before: 1 };
  assertEquals(await coverage(), { ...told, missing: ["PreToolUse"] });
  const start = { event: "PreToolUse", hook_event_name: "PreToolUse" };
  await made.ingest(
    "claude",
    named(path, { ...start, timestamp_ms: START_MS + 2 }),
  );
  assertEquals(await coverage(), { ...told, missing: [] });
  folder.write(
    `.claude/projects/-repo-app/${SESSION}/subagents/agent-a1.jsonl`,
    [call(5, "toolu_2", { isSidechain: true, agentId: "a1" })],
  );
  await made.ingest(
    "claude",
    named(path, {
      ...start,
      tool_use_id: "toolu_3",
      timestamp_ms: START_MS + 3,
    }),
  );
  assertEquals(await coverage(), {
    calls: 2,
    by_hook: 1,
    in_subagents: 1,
    before: 1,
    missing: ["PreToolUse", "PostToolUse"],
  });
  // A transcript tells it, and no hook.
  await made.ingest(
    "claude",
    named(path, {
      ...start,
      tool_use_id: "toolu_2",
      kaizen_event_source: "Tail",
      timestamp_ms: START_MS + 4,
    }),
  );
  assertObjectMatch(asObject(await coverage()), { by_hook: 1 });
});

Deno.test("a Codex thread's tokens are counted", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const path = folder.codex([
    threadLine(0),
    codexLine(1, "turn_context", { model: "gpt-5-codex", cwd: "/repo/app" }),
    countLine(2, [1000, 600, 50, 20], [1000, 600, 50, 20]),
  ]);
  await made.ingest("claude", {
    kaizen_agent: "codex",
    hook_event_name: "Stop",
    event: "Stop",
    session_id: THREAD,
    transcript_path: path,
    turn_id: "t1",
    timestamp_ms: START_MS,
  });
  assertObjectMatch(await totalsOf(made, THREAD), {
    tokens_in: 400,
    cache_read_tokens: 600,
    tokens_out: 50,
    reasoning_tokens: 20,
    cost_usd_e6: 400 * 1.25 + 600 * 0.125 + 50 * 10,
  });
});

Deno.test("a path that is no transcript is not read, and counted", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const secret = folder.write("secret.jsonl", streamed());
  await Deno.mkdir(`${folder.path}/.claude/projects/-x`, { recursive: true });
  const link = `${folder.path}/.claude/projects/-x/link.jsonl`;
  await Deno.symlink(secret, link);
  await made.ingest("claude", named("/etc/passwd"));
  await made.ingest("claude", named(link));
  await made.ingest(
    "claude",
    named(`${folder.path}/.claude/projects/-x/none.jsonl`),
  );
  assertObjectMatch(await totalsOf(made), {
    tokens_in: null,
    tokens_out: null,
    cost_usd_e6: null,
  });
  assertEquals((await made.ask({ type: "status" })).transcripts, {
    read: 0,
    missing: 1,
    unreadable: 2,
    waiting: 0,
    prices_fault: null,
  });
});

Deno.test("what was read outlives its transcript, and a session takes it along when it is pruned", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const path = folder.claude(streamed());
  await made.ingest("claude", named(path));
  await totalsOf(made);
  await Deno.remove(path);
  await made.ingest("claude", named(path, { timestamp_ms: START_MS + 1 }));
  assertObjectMatch(await totalsOf(made), { tokens_out: 20 });
  await made.restart();
  await made.service.settled();
  assertObjectMatch(await totalsOf(made), { tokens_out: 20 });
  assertObjectMatch(
    asObject((await made.ask({ type: "status" })).transcripts),
    {
      read: 1,
      missing: 0,
    },
  );
  await made.prune({ session: SESSION });
  assertEquals(asList((await usage(made)).rows), []);
});

Deno.test("a file whose reading ends in the middle is read to its end after the next start", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const count = 3000;
  await made.ingest("claude", named(folder.claude(answers(count))));
  const asked = usage(made);
  const stored = () => made.number("SELECT count(*) FROM usage");
  while (stored() === 0) await new Promise((done) => setImmediate(done));
  await made.crash();
  assert(stored() < count);
  await asked;
  await made.service.settled();
  await untilRead(made);
  assertObjectMatch(asObject((await usage(made)).total), { messages: count });
});

Deno.test("a full disk leaves what could not be stored to a later time", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const count = 3000;
  await made.ingest("claude", named(folder.claude(answers(count))));
  const maxPages = made.number("PRAGMA page_count") + 4;
  await made.restart({ maxPages });
  for (let i = 0; i < 3; i++) {
    const { total, transcripts } = await usage(made);
    assert(Number(asObject(total).messages) < count);
    assert(Number(asObject(transcripts).waiting) > 0);
  }
  // The next event reports the disk, and not this.
  assertEquals((await made.ask({ type: "status" })).last_error, null);
  assertEquals(made.logged, []);
  await made.restart({ maxPages: 4000 });
  await untilRead(made);
  const { total } = await usage(made);
  assertEquals(asObject(total).messages, count);
});

Deno.test("a transcript waits until it has been read", async () => {
  await using made = new TestService({ readingWaitMs: 0 });
  using folder = new Folder();
  const count = 2000;
  await made.ingest("claude", named(folder.claude(answers(count))));
  let looks = 0;
  while (true) {
    const { total, transcripts } = await usage(made);
    if (asObject(transcripts).waiting === 0) {
      assertEquals(asObject(total).messages, count);
      break;
    }
    looks++;
  }
  assert(looks > 1);
});

Deno.test("transcripts of an import wait for its last event", async () => {
  const delayMs = 5;
  await using made = new TestService({ readingDelayMs: delayMs });
  using folder = new Folder();
  const tokens = async () => {
    const type = "get_session_detail";
    const { session } = await made.ask({ type, id: SESSION, as_stored: true });
    return asObject(asObject(session).totals).tokens_out;
  };
  const { setTimeout, performance: { now } } = globalThis;
  const atMs = performance.now();
  let timers = 0;
  try {
    // No time passes after the event, however often the clock is looked at.
    performance.now = () => atMs;
    globalThis.setTimeout = new Proxy(setTimeout, {
      apply(target, self, args) {
        if (args[1] === delayMs) timers++;
        return Reflect.apply(target, self, args);
      },
    });
    const path = folder.claude(streamed());
    await made.ingest("claude", named(path, { kaizen_event_source: "Tail" }));
    while (timers < 4) assertEquals(await tokens(), null);
  } finally {
    globalThis.setTimeout = setTimeout;
    performance.now = now;
  }
  while (await tokens() === null);
  assertEquals(await tokens(), 20);
});

Deno.test("what belongs to a session that comes after its file was read is counted then", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const other = `b${SESSION.slice(1)}`;
  const project = ".claude/projects/-repo-app";
  const path = folder.claude(streamed());
  // Older versions of Claude Code wrote subagents of all sessions side by side.
  folder.write(`${project}/agent-a7.jsonl`, [
    answerLine(5, {
      id: "msg_s",
      request: "req_s",
      more: { isSidechain: true, agentId: "a7", sessionId: other },
    }),
  ]);
  await made.ingest("claude", named(path));
  assertObjectMatch(await totalsOf(made), { tokens_out: 20 });
  await made.ingest(
    "claude",
    named(folder.claude([], other), { session_id: other }),
  );
  assertObjectMatch(await totalsOf(made, other), { tokens_out: 10 });
});

Deno.test("the transcript of a Codex subagent is remembered with the event that names it", async () => {
  await using made = new TestService();
  using folder = new Folder();
  const thread = `${THREAD.slice(0, -1)}2`;
  const path = folder.codex([
    threadLine(0, {
      source: { subagent: { thread_spawn: { parent_thread_id: THREAD } } },
    }, thread),
    countLine(9, [100, 0, 50, 0], [100, 0, 50, 0]),
  ], thread);
  await made.ingest("claude", {
    kaizen_agent: "codex",
    event: "SubagentStop",
    hook_event_name: "SubagentStop",
    session_id: THREAD,
    transcript_path: null,
    turn_id: "t1",
    agent_id: thread,
    agent_transcript_path: path,
    timestamp_ms: START_MS,
  });
  await made.crash();
  await untilRead(made);
  assertObjectMatch(await totalsOf(made, THREAD), { tokens_out: 50 });
});

Deno.test("the user's own prices count for what is stored already, and broken ones are named and not used", async () => {
  await using made = new TestService();
  using folder = new Folder();
  await made.ingest("claude", named(folder.claude(streamed())));
  assertObjectMatch(await totalsOf(made), { cost_usd_e6: 1615 });
  const own = made.path.replace("store.db", "prices.json");
  await Deno.writeTextFile(
    own,
    '{"models":{"strange-*":{"input":1,"output":2,"cache_read":0}}}',
  );
  await usage(made);
  // 3 * 1 + 100 * 1 + 10 * 2
  assertObjectMatch(await totalsOf(made), {
    cost_usd_e6: 1615 + 123,
    cost_complete: true,
    unpriced_models: [],
  });
  await Deno.writeTextFile(own, '{"models":{"strange-*":{"input":"x"}}}');
  const answer = await usage(made);
  const { fault } = asObject(answer.prices);
  assertMatch(String(fault), /prices\.json": model "strange-\*", "input"/);
  const { transcripts } = await made.ask({ type: "status" });
  assertEquals(asObject(transcripts).prices_fault, fault);
  assertObjectMatch(asObject(answer.total), { cost_usd_e6: 1615 });
});

Deno.test("any order of writes, reads and restarts gives the same sums", async () => {
  const messages = fc.array(
    fc.record({ id: fc.nat(4), output: fc.nat(50), isCut: fc.boolean() }),
    { minLength: 1, maxLength: 12 },
  );
  const acts = fc.array(
    fc.constantFrom("write", "read", "restart", "rewrite"),
    {
      maxLength: 16,
    },
  );
  await fc.assert(
    fc.asyncProperty(messages, acts, async (all, acts) => {
      await using made = new TestService();
      using folder = new Folder();
      const lines = all.map(({ id, output }, i) =>
        answerLine(i, {
          id: `msg_${id}`,
          request: `req_${id}`,
          usage: { output_tokens: output },
        })
      );
      const text = print(lines);
      const path = folder.claude([]);
      let written = 0;
      let ms = START_MS;
      const look = async () => {
        await made.ingest("claude", named(path, { timestamp_ms: ++ms }));
        await usage(made);
      };
      for (const act of [...acts, "write", "all", "read"]) {
        if (act === "write" || act === "all") {
          // Half a line, too.
          const end = act === "all"
            ? text.length
            : Math.min(written + 777, text.length);
          await Deno.writeTextFile(path, text.slice(written, end), {
            append: true,
          });
          written = end;
        } else if (act === "rewrite") {
          await Deno.remove(path);
          await Deno.writeTextFile(path, text.slice(0, written));
        } else if (act === "restart") await made.restart();
        else await look();
      }
      const last = new Map(all.map(({ id, output }) => [id, output]));
      const total = [...last.values()].reduce((sum, output) => sum + output);
      const answer = await usage(made);
      assertObjectMatch(asObject(answer.total), {
        messages: last.size,
        tokens_out: total,
      });
      assertObjectMatch(await totalsOf(made), { tokens_out: total });
    }),
    { numRuns: 20 },
  );
});

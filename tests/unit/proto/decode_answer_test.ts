// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AnswerError,
  type AnswerName,
  decodeAnswer,
  demandSession,
  JsonError,
  MAX_ANSWER_DEPTH,
} from "../../../src/proto/mod.ts";

const encoder = new TextEncoder();
const decode = (value: unknown, maxDepth?: number) =>
  decodeAnswer(
    encoder.encode(typeof value === "string" ? value : JSON.stringify(value)),
    maxDepth,
  );

const SESSION = {
  id: "s1",
  agent: "cursor",
  model: "gpt-5",
  workspace: "/w/app",
  started_at_ms: 1714000000000,
  status: "Running",
  trace_path: "",
};
const EVENT = {
  session_id: "s1",
  seq: 0,
  ts_ms: 1,
  ts_exact: true,
  kind: "Hook",
  source: "Hook",
  payload: null,
};
const SPAN = {
  span_id: "v1:1:s:a",
  tool: "Read",
  status: "done",
  paths: [],
  depth: 0,
};
const COMMIT = {
  commit: "9d5ed678fe57bcca610140957afab571d0a4a7b0",
  ts_ms: 1,
  workspace: "/w",
};
const NODE = {
  span: SPAN,
  children: [],
  subtree_cost_usd_e6: 0,
  subtree_token_count: 0,
};
const SUMS = {
  messages: 1,
  tokens_in: 2,
  tokens_out: 3,
  cache_read_tokens: 4,
  cache_creation_tokens: 5,
  cache_creation_1h_tokens: 0,
  cost_complete: true,
  unpriced_models: [],
};
const good = {
  hello: {
    type: "hello",
    proto_version: 1,
    daemon_version: "x",
    workspaces: [],
  },
  status: { type: "status", pid: 1, uptime_ms: 2, queue_depth: 0 },
  sessions: { type: "sessions", rows: [SESSION], total: 1, next_offset: null },
  detail: {
    type: "detail",
    session: SESSION,
    events: [EVENT],
    spans: [{ ...NODE, children: [NODE] }],
  },
  commits: { type: "commits", rows: [COMMIT], total: 1 },
  ack: { type: "ack", message: "ingested" },
  ingested: { type: "ingested", stored: 1, refused: 1, reason: "no" },
  error: { type: "error", message: "no" },
  store: { type: "store", bytes: 1, sessions: 2, events: 3 },
  usage: {
    type: "usage",
    by: "model",
    rows: [{ key: "m", ...SUMS }],
    total: SUMS,
    prices: { source: "list 1", date: "2026-09-23" },
    transcripts: { read: 1, missing: 0, unreadable: 0, waiting: 0 },
  },
  watch: { type: "watch", state: "begin", cursor: "c", machine: "m" },
  event: {
    type: "event",
    cursor: "c",
    machine: "m",
    workspace: "/w",
    agent: "cursor",
    event: EVENT,
  },
  match: {
    type: "match",
    cursor: "c",
    machine: "m",
    workspace: "/w",
    agent: "cursor",
    session_id: "s",
    seq: 1,
    ts_ms: 2,
    event: "ToolCall",
    tool: null,
    where: "tool_input.command",
    snippet: "ls",
    matches: [{ start: 0, end: 2 }],
  },
} satisfies { [N in AnswerName]: Record<string, unknown> & { type: N } };
for (const [type, answer] of Object.entries(good)) {
  Deno.test(`decodeAnswer() reads "${type}" and keeps unknown keys`, () => {
    assertEquals(printWithoutNulls(decode(answer)), printWithoutNulls(answer));
    const more = { ...answer, later: { deep: [1] } };
    assertEquals(printWithoutNulls(decode(more)), printWithoutNulls(more));
  });
  for (const key of Object.keys(answer).filter((key) => key !== "type")) {
    Deno.test(`decodeAnswer() refuses "${type}" with a wrong "${key}"`, () => {
      assertThrows(
        () => decode({ ...answer, [key]: true }),
        AnswerError,
        `"${key}"`,
      );
    });
  }
}

/** Prints a value. The decoder makes keys null that a daemon left out. */
function printWithoutNulls(value: unknown): string {
  return JSON.stringify(value, (_, part) => part ?? undefined);
}

Deno.test("decodeAnswer() makes figures null that a daemon left out, in parts of an answer, too", () => {
  const answer = decode(good.detail);
  assert(answer.type === "detail");
  const [root] = answer.spans;
  assertEquals([root?.span.lead_time_ms, answer.events[0]?.tool], [null, null]);
});

const broken: [name: string, answer: unknown][] = [
  ["a row without an id", {
    ...good.sessions,
    rows: [{ ...SESSION, id: undefined }],
  }],
  ["a status of another spelling", {
    ...good.sessions,
    rows: [{ ...SESSION, status: "running" }],
  }],
  ["a fraction for an integer", '{"type":"ack","message":1.5}'],
  ["a bad child span", {
    ...good.detail,
    spans: [{
      ...NODE,
      children: [{ ...NODE, span: { ...SPAN, paths: [1] } }],
    }],
  }],
  ["an event with a text for a number", {
    ...good.detail,
    events: [{ ...EVENT, seq: "0" }],
  }],
  ["a required key that is missing", { type: "ack" }],
  ["an unknown type", { type: "capture_status" }],
  ["a list", []],
];
for (const [name, answer] of broken) {
  Deno.test(`decodeAnswer() refuses ${name}`, () => {
    assertThrows(() => decode(answer), AnswerError);
  });
}

Deno.test("decodeAnswer() refuses a text that is not JSON", () => {
  assertThrows(() => decode('{"type":"ack"'), JsonError);
});

Deno.test("decodeAnswer() keeps integers over 2^53 exact", () => {
  const answer = decode(
    '{"type":"sessions","rows":[],"total":18446744073709551615,"next_offset":9007199254740993}',
  );
  assert(answer.type === "sessions");
  assertEquals(answer.total, 18446744073709551615n);
  assertEquals(answer.next_offset, 9007199254740993n);
});

Deno.test("decodeAnswer() reads a span tree deeper than requests may be", () => {
  const depth = 1000;
  const open = JSON.stringify(NODE).replace('"children":[]', '"children":[');
  const [head, tail] = open.split('"children":[');
  const spans = `${head}"children":[`.repeat(depth) + JSON.stringify(NODE) +
    `]${tail}`.repeat(depth);
  const text =
    `{"type":"detail","session":null,"events":[],"spans":[${spans}]}`;
  assertThrows(() => decode(text), JsonError);
  const answer = decode(text, MAX_ANSWER_DEPTH);
  assert(answer.type === "detail");
  assertEquals(answer.spans.length, 1);
});

Deno.test("demandSession() checks one record", () => {
  assertEquals(demandSession(SESSION).id, "s1");
  assertThrows(() => demandSession(EVENT), AnswerError);
});

Deno.test("of large answers, only those that nest deep are not given to the engine's parser", () => {
  const parse = JSON.parse;
  let parsed = 0;
  JSON.parse = (text, ...more) => {
    if (text.startsWith("{")) parsed++;
    return parse(text, ...more);
  };
  try {
    const long = (more: string) =>
      `{"type":"ack","message":${JSON.stringify("a".repeat(70_000))},${more}}`;
    const brackets = JSON.stringify('["[{\\'.repeat(1_000));
    const flat = "[]".repeat(1_000).replaceAll("][", "],[");
    const answer = decode(long(`"x":[${flat},${brackets}]`));
    assertEquals([answer.type, parsed], ["ack", 1]);
    for (const deep of ["[".repeat(200), "[{".repeat(100)]) {
      assertThrows(() => decode(long(`"x":${deep}`)), JsonError);
    }
    assertEquals(parsed, 1);
  } finally {
    JSON.parse = parse;
  }
});

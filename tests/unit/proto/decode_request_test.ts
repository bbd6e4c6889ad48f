// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type DaemonRequest,
  decodeRequest,
  encodeRequest,
  HOOK_SOURCES,
  JsonError,
  RequestError,
  REQUESTS,
  SESSION_STATUSES,
} from "../../../src/proto/mod.ts";

const encoder = new TextEncoder();
const decode = (text: string) => decodeRequest(encoder.encode(text));

/** A filter that lets all sessions through. */
const ALL = {
  agent_prefix: null,
  status: null,
  since_ms: null,
  active_since_ms: null,
  id_prefix: null,
  any_workspace: null,
};

const accepted: [text: string, request: DaemonRequest][] = [
  ['{"type":"status"}', { type: "status" }],
  [' {"x":[{}],"type":"stop","x":1}\n', { type: "stop" }],
  ['["status"]', { type: "status" }],
  ['{"type":"status","limit":1,"limit":2}', { type: "status" }],
  [
    '{"client":"cli","proto_version":4294967295,"type":"hello"}',
    {
      type: "hello",
      proto_version: 4294967295,
      client: "cli",
      workspace: null,
    },
  ],
  [
    '["hello",2,"tui","/w"]',
    { type: "hello", proto_version: 2, client: "tui", workspace: "/w" },
  ],
  [
    '{"type":"hello","proto_version":1,"client":{"mcp":null},"workspace":null}',
    { type: "hello", proto_version: 1, client: "mcp", workspace: null },
  ],
  [
    '["list_sessions","/w",0,10,{}]',
    {
      type: "list_sessions",
      workspace: "/w",
      offset: 0,
      limit: 10,
      filter: ALL,
    },
  ],
  [
    '{"type":"list_sessions","workspace":"","offset":18446744073709551615,"limit":9007199254740993,"filter":["A","Done",0]}',
    {
      type: "list_sessions",
      workspace: "",
      offset: 18446744073709551615n,
      limit: 9007199254740993n,
      filter: { ...ALL, agent_prefix: "A", status: "Done", since_ms: 0 },
    },
  ],
  [
    '{"type":"list_sessions","workspace":"/w","offset":0,"limit":0,"filter":{"status":{"Idle":null},"agent_prefix":null,"new":{}}}',
    {
      type: "list_sessions",
      workspace: "/w",
      offset: 0,
      limit: 0,
      filter: { ...ALL, status: "Idle" },
    },
  ],
  [
    '{"type":"list_sessions","workspace":"/w","offset":0,"limit":0,"filter":{"id_prefix":"é","any_workspace":true}}',
    {
      type: "list_sessions",
      workspace: "/w",
      offset: 0,
      limit: 0,
      filter: { ...ALL, id_prefix: "é", any_workspace: true },
    },
  ],
  [
    '{"type":"hello","proto_version":1,"client":{"cli": { } }}',
    { type: "hello", proto_version: 1, client: "cli", workspace: null },
  ],
  [
    String.raw`{"ty\u0070e":"get_session_detail","id":"\u0000\ud83d\ude00"}`,
    {
      type: "get_session_detail",
      id: "\0😀",
      workspace: null,
      as_stored: null,
    },
  ],
  [
    '{"type":"ingest_hook","source":"vibe","payload":"not json","workspace":null}',
    {
      type: "ingest_hook",
      source: "vibe",
      payload: "not json",
      workspace: null,
    },
  ],
  [
    '{"type":"ensure_workspace_capture","workspace":"/w","deep":true}',
    { type: "ensure_workspace_capture", workspace: "/w", deep: true },
  ],
  [
    '["ensure_proxy","/w","openai"]',
    { type: "ensure_proxy", workspace: "/w", provider: "openai" },
  ],
  [
    '{"type":"begin_observed_session","workspace":"/w","agent":"x"}',
    { type: "begin_observed_session", workspace: "/w", agent: "x" },
  ],
  [
    '{"type":"get_usage","by":"day","since_ms":1,"zone":"Europe/Berlin"}',
    {
      type: "get_usage",
      by: "day",
      workspace: null,
      session: null,
      since_ms: 1,
      zone: "Europe/Berlin",
    },
  ],
  ['{"type":"store_stats"}', { type: "store_stats" }],
  [
    '{"type":"watch_events","last":5,"filter":{"tool":"Bash","errors":true}}',
    {
      type: "watch_events",
      cursor: null,
      last: 5,
      follow: null,
      allow_gap: null,
      filter: {
        workspace: null,
        session: null,
        agent_prefix: null,
        tool: "Bash",
        event: null,
        path: null,
        errors: true,
        since_ms: null,
        until_ms: null,
      },
    },
  ],
  [
    '{"type":"ingest_events",\n"source":"vibe"}\n{}\n{"a":1}\n',
    {
      type: "ingest_events",
      source: "vibe",
      workspace: null,
      payloads: encoder.encode('{}\n{"a":1}\n'),
    },
  ],
  [
    '{"source":"vibe","payloads":"{}","type":"ingest_events"}',
    {
      type: "ingest_events",
      source: "vibe",
      workspace: null,
      payloads: new Uint8Array(),
    },
  ],
  [
    '["ingest_events","vibe","/w"]',
    {
      type: "ingest_events",
      source: "vibe",
      workspace: "/w",
      payloads: new Uint8Array(),
    },
  ],
  [
    '{"type":"search_events","text":"x","last":5}',
    {
      type: "search_events",
      text: "x",
      ignore_case: null,
      redact: null,
      cursor: null,
      last: 5,
      filter: null,
    },
  ],
  [
    '{"type":"store_prune","session":"s","dry_run":true}',
    {
      type: "store_prune",
      before_ms: null,
      session: "s",
      workspace: null,
      dry_run: true,
    },
  ],
  [
    '{"type":"list_commits","ref":"9d5e","offset":0,"limit":5}',
    {
      type: "list_commits",
      workspace: null,
      since_ms: null,
      session: null,
      ref: "9d5e",
      offset: 0,
      limit: 5,
    },
  ],
];
Deno.test("decodeRequest() is tested with every request of the table", () => {
  const tried = new Set(accepted.map(([, { type }]) => type));
  assertEquals([...tried].sort(), Object.keys(REQUESTS).sort());
});

for (const [text, request] of accepted) {
  Deno.test(`decodeRequest() accepts ${text}`, () => {
    assertEquals(decode(text), request);
  });
}

const LIST =
  '{"type":"list_sessions","workspace":"/w","offset":0,"limit":1,"filter":{}}';
const refused: [text: string, error: typeof RequestError | typeof JsonError][] =
  [
    ["", JsonError],
    ["{", JsonError],
    ['{"type":"status"}x', JsonError],
    ['\ufeff{"type":"status"}', JsonError],
    [String.raw`{"type":"status","x":"\ud800"}`, JsonError],
    [`{"type":"status","x":${"[".repeat(127)}${"]".repeat(127)}}`, JsonError],
    ['{"type":"status","x":1e999}', JsonError],
    ["null", RequestError],
    ["{}", RequestError],
    ["[]", RequestError],
    ['{"type":"nope"}', RequestError],
    ['{"type":"Status"}', RequestError],
    ['{"type":null}', RequestError],
    ['{"type":{"status":null}}', RequestError],
    ['{"type":"status","type":"status"}', RequestError],
    ['["status",1]', RequestError],
    ['["hello",1,"cli"]', RequestError],
    ['{"type":"hello","client":"cli"}', RequestError],
    ['{"type":"hello","proto_version":1,"client":"web"}', RequestError],
    ['{"type":"hello","proto_version":2,"client":"CLI"}', RequestError],
    ['{"type":"hello","proto_version":1,"client":{"cli":1}}', RequestError],
    ['{"type":"hello","proto_version":1,"client":{"cli":[]}}', RequestError],
    [
      '{"type":"hello","proto_version":1,"client":{"cli":{"a":null}}}',
      RequestError,
    ],
    [
      '{"type":"hello","proto_version":1,"client":{"cli":null,"tui":null}}',
      RequestError,
    ],
    ...["1.0", "1e0", "-0", "-1", '"1"', "null", "4294967296", "true"].map((
      version,
    ): [string, typeof RequestError] => [
      `{"type":"hello","proto_version":${version},"client":"cli"}`,
      RequestError,
    ]),
    ...["1.0", "-0", "18446744073709551616", "null", '"0"'].map((
      limit,
    ): [string, typeof RequestError] => [
      LIST.replace('"limit":1', `"limit":${limit}`),
      RequestError,
    ]),
    [LIST.replace("{}", "null"), RequestError],
    [LIST.replace(',"filter":{}', ""), RequestError],
    [LIST.replace("{}", "[null,null]"), RequestError],
    // An array has no additive fields.
    [LIST.replace("{}", '[null,null,null,"a"]'), RequestError],
    [LIST.replace("{}", '[null,null,null,"a",true]'), RequestError],
    [LIST.replace("{}", '{"id_prefix":1}'), RequestError],
    [LIST.replace("{}", '{"id_prefix":"a","id_prefix":"a"}'), RequestError],
    [
      LIST.replace("{}", '{"any_workspace":null,"any_workspace":1}'),
      RequestError,
    ],
    [LIST.replace("{}", '{"status":"done"}'), RequestError],
    [LIST.replace("{}", '{"since_ms":-1}'), RequestError],
    [LIST.replace("{}", '{"since_ms":1,"since_ms":1}'), RequestError],
    [LIST.replace('"/w"', "null"), RequestError],
    ['{"type":"get_session_detail"}', RequestError],
    ['{"type":"get_session_detail","id":"a","workspace":7}', RequestError],
    [
      '{"type":"ingest_hook","source":"claude","payload":{}}',
      RequestError,
    ],
    ['{"type":"ingest_hook","source":"codex","payload":"{}"}', RequestError],
    ['{"type":"ensure_workspace_capture","workspace":"/w"}', RequestError],
    ['{"type":"ingest_events","source":"vibe"} {}', RequestError],
    ['["ingest_events","vibe","/w"]\n{}', JsonError],
    ['{"type":"ingest_hook","source":"vibe","payload":"{}"}\n{}', JsonError],
  ];
for (const [text, error] of refused) {
  Deno.test(`decodeRequest() refuses ${text.slice(0, 90)}`, () => {
    assertThrows(() => decode(text), error);
  });
}

Deno.test("decodeRequest() returns nothing that changes with the buffer of the request", () => {
  const bytes = encoder.encode('{"type":"ingest_events","source":"vibe"}\n{}');
  const request = decodeRequest(bytes);
  bytes.fill(0);
  assertEquals(request, {
    type: "ingest_events",
    source: "vibe",
    workspace: null,
    payloads: encoder.encode("{}"),
  });
});

Deno.test("decodeRequest() refuses invalid UTF-8", () => {
  assertThrows(
    () => decodeRequest(Uint8Array.of(0x22, 0xff, 0x22)),
    JsonError,
  );
});

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) =>
  n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n
);
const text = fc.string({ unit: "grapheme-composite" });
const requests: fc.Arbitrary<DaemonRequest> = fc.oneof(
  fc.record({
    type: fc.constant("list_sessions" as const),
    workspace: text,
    offset: u64,
    limit: u64,
    filter: fc.record({
      agent_prefix: fc.option(text),
      status: fc.option(fc.constantFrom(...SESSION_STATUSES)),
      since_ms: fc.option(u64),
      active_since_ms: fc.option(u64),
      id_prefix: fc.option(text),
      any_workspace: fc.option(fc.boolean()),
    }),
  }),
  fc.record({
    type: fc.constant("ingest_hook" as const),
    source: fc.constantFrom(...HOOK_SOURCES),
    payload: text,
    workspace: fc.option(text),
  }),
  fc.record({
    type: fc.constant("ingest_events" as const),
    source: fc.constantFrom(...HOOK_SOURCES),
    workspace: fc.option(text),
    payloads: fc.uint8Array(),
  }),
  fc.record({
    type: fc.constant("get_session_detail" as const),
    id: text,
    workspace: fc.option(text),
    as_stored: fc.option(fc.boolean()),
  }),
);

Deno.test("decodeRequest() returns the request that encodeRequest() encoded", () => {
  fc.assert(fc.property(requests, (request) => {
    assertEquals(decodeRequest(encodeRequest(request)), request);
  }));
});

Deno.test("decodeRequest() throws no other error than its two", () => {
  fc.assert(fc.property(
    requests,
    fc.nat(),
    fc.integer({ min: 0, max: 255 }),
    (request, at, byte) => {
      const bytes = encodeRequest(request);
      bytes[at % bytes.length] = byte;
      try {
        decodeRequest(bytes);
      } catch (error) {
        assert(error instanceof RequestError || error instanceof JsonError);
      }
    },
  ));
});

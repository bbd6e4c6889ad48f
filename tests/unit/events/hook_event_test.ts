// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeJson,
  encodeJson,
  type HookSource,
  type JsonValue,
} from "../../../src/proto/mod.ts";
import {
  HookError,
  type HookEvent,
  readHookEvent,
} from "../../../src/events/mod.ts";
import { REFUSALS } from "../../fixtures/worked_examples.ts";
import { NOW, readEvent } from "./_read_event.ts";

const payloadOf = (event: HookEvent) => new TextDecoder().decode(event.payload);

const refused: [source: HookSource, text: string, message: string][] = [
  ...REFUSALS,
  ["cursor", "", "cursor hook: invalid JSON: "],
  ["cursor", "{}{}", "cursor hook: invalid JSON: "],
  [
    "vibe",
    '{"event":"stop","session_id":"s"',
    "vibe hook: invalid JSON: ",
  ],
  ["cursor", '\uFEFF{"event":"a","session_id":"s"}', "cursor hook: invalid J"],
  ["cursor", '{"event":"a","session_id":"s","x":"\\ud800"}', "cursor hook: in"],
  ["cursor", '{"event":"a","session_id":"s","x":1e400}', "cursor hook: inval"],
  [
    "cursor",
    `{"event":"a","session_id":"s","x":${"[".repeat(127)}${"]".repeat(127)}}`,
    "cursor hook: invalid JSON: ",
  ],
  ["openclaw", ' "x" ', "openclaw hook: expected JSON object"],
  ["vibe", "null", "vibe hook: expected JSON object"],
  ["cursor", '{"event":1}', "cursor hook: missing 'event' field"],
  ["vibe", '{"event":null}', "vibe hook: missing 'event' field"],
  ["openclaw", "{}", "openclaw hook: missing 'event' field"],
  [
    "cursor",
    '{"event":"stop","sessionId":"s","conversation_id":"s"}',
    "cursor hook: missing 'session_id' field",
  ],
  [
    "claude",
    '{"hook_event_name":"Stop","session_id":7}',
    "claude hook: missing 'session_id' field",
  ],
  [
    "cursor",
    '{"event":"a","session_id":"s","event":null}',
    "cursor hook: missing 'event' field",
  ],
];

for (const [source, text, message] of refused) {
  Deno.test(`readHookEvent() refuses ${source} ${text.slice(0, 60)}`, () => {
    const error = assertThrows(
      () => readHookEvent(source, text, NOW),
      HookError,
    );
    assertEquals(
      message.endsWith(" field") || message.endsWith("object")
        ? error.message
        : error.message.slice(0, message.length),
      message,
    );
  });
}

Deno.test("readHookEvent() says where the JSON is wrong, counted after the white space", () => {
  const error = assertThrows(
    () => readHookEvent("cursor", ' \n{\n "event" x', NOW),
    HookError,
  );
  assertEquals(error.message.slice(-20), " at line 2 column 10");
});

Deno.test("readHookEvent() takes empty names, blank ids and any key order", () => {
  const event = readHookEvent("cursor", '{"session_id":" ","event":""}', NOW);
  assertEquals([event.sessionId, event.kind], [" ", "Hook"]);
});

Deno.test("readHookEvent() trims Unicode white space around the text and nothing else", () => {
  const space = "\u0009\u000a\u000b\u000c\u000d\u0020\u0085\u00a0\u1680" +
    "\u2000\u200a\u2028\u2029\u202f\u205f\u3000";
  const text = '{ "event" : "X", "session_id":"s" , "n" : 1.50 }';
  const event = readHookEvent("cursor", space + text + space, NOW);
  assertEquals(payloadOf(event), text);
});

const times: [source: HookSource, fields: string, ts: number | bigint][] = [
  ["cursor", '"timestamp_ms":5', 5],
  ["cursor", '"timestamp_ms":9007199254740993', 9007199254740993n],
  ["cursor", '"timestamp_ms":18446744073709551615', 2n ** 64n - 1n],
  ["cursor", '"timestamp_ms":18446744073709551616', NOW],
  ["cursor", '"timestamp_ms":-1', NOW],
  ["cursor", '"timestamp_ms":-0', NOW],
  ["cursor", '"timestamp_ms":0', NOW],
  ["cursor", '"timestamp_ms":5.0', NOW],
  ["cursor", '"timestamp_ms":5e3', NOW],
  ["cursor", '"timestamp_ms":"5"', NOW],
  ["cursor", '"timestamp_ms":null', NOW],
  ["cursor", '"timestamp_ms":5,"timestamp_ms":6', 6],
  ["cursor", '"timestamp_ms":5,"timestamp_ms":"x"', NOW],
  ["cursor", '"timestamp":5', NOW],
  ["cursor", '"time\\u0073tamp_ms":5', 5],
  ["vibe", '"timestamp":5', 5000],
  ["vibe", '"timestamp":999999999999', 999999999999000],
  ["vibe", '"timestamp":1000000000000', 1000000000000],
  ["vibe", '"timestamp":18446744073709551615', 2n ** 64n - 1n],
  ["vibe", '"timestamp":5.5', NOW],
  ["vibe", '"timestamp":0', NOW],
  ["vibe", '"timestamp":5,"timestamp_ms":7', 7],
  ["vibe", '"timestamp":5,"timestamp_ms":0', NOW],
  ["vibe", '"timestamp":5,"timestamp_ms":7.0', 5000],
  ["vibe", '"timestamp":5,"timestamp_ms":18446744073709551616', 5000],
];

for (const [source, fields, ts] of times) {
  Deno.test(`readHookEvent() takes ${source} ${fields} as ${ts}`, () => {
    assertEquals(readEvent(fields, { source }).tsMs, ts);
  });
}

const spliced: [text: string, stored: string][] = [
  [
    '{"event":"Stop","session_id":"s"}',
    '{"type":"session_stop","event":"Stop","session_id":"s"}',
  ],
  [
    '{ "event":"Stop", "type" : {"a":[1]} ,"session_id":"s", "n":1.0}',
    '{ "event":"Stop", "type" : "session_stop" ,"session_id":"s", "n":1.0}',
  ],
  [
    '{"type":1,"event":"interrupt","session_id":"s","type":2}',
    '{"type":1,"event":"interrupt","session_id":"s","type":"interrupt"}',
  ],
  [
    '{"t\\u0079pe":1,"event":"Stop","session_id":"s"}',
    '{"t\\u0079pe":"session_stop","event":"Stop","session_id":"s"}',
  ],
  [
    '{"x":{"type":1},"event":"Stop","session_id":"s"}',
    '{"type":"session_stop","x":{"type":1},"event":"Stop","session_id":"s"}',
  ],
  [
    '{"type":1,"event":"PreToolUse","session_id":"s"}',
    '{"type":1,"event":"PreToolUse","session_id":"s"}',
  ],
  [
    '{"type":1,"event":"X","session_id":"s"}',
    '{"type":1,"event":"X","session_id":"s"}',
  ],
];

for (const [text, stored] of spliced) {
  Deno.test(`readHookEvent() stores ${text} with its type alone changed`, () => {
    assertEquals(payloadOf(readHookEvent("cursor", text, NOW)), stored);
  });
}

Deno.test("readHookEvent() stores any payload as it came, a lifecycle event's with its type", () => {
  const names = fc.constantFrom("Stop", "PreToolUse", "X", "notification");
  fc.assert(
    fc.property(names, fc.jsonValue(), fc.boolean(), (name, value, typed) => {
      const object: Record<string, JsonValue> = {
        event: name,
        session_id: "s",
        value: decodeJson(new TextEncoder().encode(JSON.stringify(value))),
      };
      if (typed) object.type = 7;
      const event = readHookEvent("cursor", encodeJson(object), NOW);
      const types: Record<string, string> = {
        Stop: "session_stop",
        notification: "notification",
      };
      const type = types[name];
      assertEquals(
        decodeJson(event.payload),
        type === undefined ? object : { ...object, type },
      );
    }),
  );
});

const labels: [source: HookSource, text: string, kind: string, read: string][] =
  [
    [
      "cursor",
      '"event":"X","hook_event_name":"PreToolUse"',
      "Hook",
      "ToolCall",
    ],
    [
      "cursor",
      '"event":"X","hook_event_name":"post_tool_use"',
      "Hook",
      "ToolResult",
    ],
    ["vibe", '"event":"X","hook_event_name":"Stop"', "Hook", "Lifecycle"],
    ["cursor", '"event":"X","hook_event_name":"Notification"', "Hook", "Hook"],
    ["cursor", '"event":"X","hook_event_name":7', "Hook", "Hook"],
    ["claude", '"hook_event_name":"X","event":"PreToolUse"', "Hook", "Hook"],
    [
      "cursor",
      '"event":"Stop","hook_event_name":"X"',
      "Lifecycle",
      "Lifecycle",
    ],
    [
      "cursor",
      '"event":"PreToolUse","hook_event_name":"Stop"',
      "ToolCall",
      "ToolCall",
    ],
  ];

for (const [source, text, kind, readKind] of labels) {
  Deno.test(`readHookEvent() stores ${source} ${text} as ${kind}, read as ${readKind}`, () => {
    const event = readHookEvent(source, `{"session_id":"s",${text}}`, NOW);
    assertEquals([event.kind, event.readKind], [kind, readKind]);
  });
}

Deno.test("readHookEvent() takes a payload nested 127 deep", () => {
  const deep = `${"[".repeat(126)}${"]".repeat(126)}`;
  const text = `{"event":"PreToolUse","session_id":"s","x":${deep}}`;
  assertEquals(payloadOf(readHookEvent("cursor", text, NOW)), text);
});

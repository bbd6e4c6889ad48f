// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Hostile frames: what must not be understood, and what is by accident.
 * @module
 */
import { encodeFrame } from "../../src/frame/mod.ts";
import { MAX_REQUEST_BYTES } from "../../src/proto/mod.ts";
import { body, type Case, raw, type Step } from "./_case.ts";

const STATUS = '{"type":"status"}';
const status = new TextEncoder().encode(STATUS);

/** A header that announces `length` bytes, then what is given. */
function announce(length: number, ...rest: number[]): number[] {
  return [
    length >>> 24,
    (length >>> 16) & 255,
    (length >>> 8) & 255,
    length & 255,
    ...rest,
  ];
}

/** Every case asks for the status at the end: after any request the daemon goes on. */
export function frameCases(): Case[] {
  const cases: Record<string, Step[]> = {
    "closed at once": [raw([], { halfClose: true })],
    "half a header": [raw([0, 0], { halfClose: true })],
    "header alone": [raw(announce(10), { halfClose: true })],
    "half a body": [raw([...announce(17), ...status.subarray(0, 9)], {
      halfClose: true,
    })],
    "empty frame": [raw(announce(0))],
    "empty frame and more": [raw(announce(0, 1, 2, 3))],
    "header over the limit": [raw(announce(MAX_REQUEST_BYTES + 1))],
    "header over the limit, half closed": [
      raw(announce(MAX_REQUEST_BYTES + 1), { halfClose: true }),
    ],
    "header over the limit, with a body": [
      raw(announce(MAX_REQUEST_BYTES + 1, ...status)),
    ],
    "greatest header": [raw(announce(0xffffffff, 1, 2, 3, 4))],
    "exactly the limit announced, then closed": [
      raw(announce(MAX_REQUEST_BYTES, ...status), { halfClose: true }),
    ],
    "half closed after a request": [body(STATUS, { halfClose: true })],
    "bytes after the frame": [raw([...encodeFrame(status), 1, 2, 3])],
    "two frames": [raw([...encodeFrame(status), ...encodeFrame(status)])],
    "another protocol": [body("GET / HTTP/1.1\r\n\r\n")],
    "another protocol, unframed": [
      raw(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")),
    ],
  };
  for (const [name, text] of texts()) cases[name] = [body(text)];
  for (const [name, bytes] of badUtf8()) cases[name] = [body(bytes)];
  return Object.entries(cases).map(([name, steps]) => ({
    name,
    together: true,
    steps: [...steps, body(STATUS)],
  }));
}

function texts(): [name: string, text: string][] {
  const list = (more: string) =>
    `{"type":"list_sessions","workspace":"/w","offset":0,"limit":10,"filter":{}${more}}`;
  const one = (key: string, value: string) =>
    `{"type":"list_sessions",${
      Object.entries({
        workspace: '"/w"',
        offset: "0",
        limit: "10",
        filter: "{}",
        [key]: value,
      }).filter(([, v]) => v !== "").map(([k, v]) => `"${k}":${v}`).join(",")
    }}`;
  const texts: string[] = [
    "",
    " ",
    "{",
    "{}",
    "[]",
    "null",
    '"status"',
    "7",
    ` \r\n\t${STATUS} \n`,
    `\ufeff${STATUS}`,
    `${STATUS}x`,
    `${STATUS}{}`,
    `\u0000${STATUS}`,
    '{"type":"nope"}',
    '{"type":"Status"}',
    '{"type":"status","type":"status"}',
    '{"type":"status","a":1,"a":2}',
    '{"a":{"b":[1,{}]},"type":"status"}',
    '{"type":["status"]}',
    '{"type":{"status":null}}',
    '{"type":7}',
    '{"type":null}',
    '{"type":"stat\\u0075s"}',
    '{"typ\\u0065":"status"}',
    `{'type':'status'}`,
    '{"type":"status",}',
    '{"type":"status" "a":1}',
    '{"type":"status","a":01}',
    '{"type":"status","a":+1}',
    '{"type":"status","a":.5}',
    '{"type":"status","a":1.}',
    '{"type":"status","a":1e}',
    '{"type":"status","a":-}',
    '{"type":"status","a":NaN}',
    '{"type":"status","a":1e400}',
    '{"type":"status","a":-1e400}',
    '{"type":"status","a":1e-400}',
    '{"type":"status","a":"\\ud800"}',
    '{"type":"status","a":"\\udc00"}',
    '{"type":"status","a":"\\ud83d\\ude00"}',
    '{"type":"status","\\ud800":1}',
    '{"type":"status","a":"\\x41"}',
    '{"type":"status","a":"\\u12"}',
    '{"type":"status","a":"\t"}',
    '{"type":"status","a":"\u007f"}',
    '{"type":"status","a":/**/1}',
    `{"type":"status","a":${"1".repeat(400)}}`,
    `{"type":"status","a":${"[".repeat(126)}${"]".repeat(126)}}`,
    `{"type":"status","a":${"[".repeat(127)}${"]".repeat(127)}}`,
    `{"type":"status","a":${'{"a":'.repeat(126)}1${"}".repeat(126)}}`,
    `{"type":"status","a":${'{"a":'.repeat(127)}1${"}".repeat(127)}}`,
    // A request as an array, an enum as an object: accidents of the decoder.
    '["status"]',
    '["status",1]',
    '["status",{}]',
    '[["status"]]',
    '[{"type":"status"}]',
    '["list_sessions","/w",0,10,{}]',
    '["list_sessions","/w",0,10,[null,null,null]]',
    '["list_sessions","/w",0,10,["c",null,5]]',
    '["list_sessions","/w",0,10,[null,null]]',
    '["list_sessions","/w",0,10,[]]',
    '["list_sessions","/w",0,10,{},1]',
    '["list_sessions","/w",0,10]',
    '["get_session_detail","x","/w"]',
    '["get_session_detail","x",null]',
    '["get_session_detail","x"]',
    '["hello",1,"cli",null]',
    '["hello",1,"cli"]',
    '["hello",1,{"cli":null},null]',
    '["ingest_hook","cursor","{}","/w"]',
    '{"type":"hello","proto_version":1,"client":{"cli":null}}',
    '{"type":"hello","proto_version":1,"client":{"cli":{}}}',
    '{"type":"hello","proto_version":1,"client":{"cli":[]}}',
    '{"type":"hello","proto_version":1,"client":{"cli":{"a":null}}}',
    '["hello",1,{"cli":{}},null]',
    '{"type":"ingest_hook","source":{"cursor":{}},"payload":"{}"}',
    '{"type":"hello","proto_version":1,"client":{"cli":1}}',
    '{"type":"hello","proto_version":1,"client":{"cli":null,"tui":null}}',
    '{"type":"hello","proto_version":1,"client":{}}',
    '{"type":"hello","proto_version":1,"client":["cli"]}',
    '{"type":"hello","proto_version":1,"client":1}',
    '{"type":"hello","proto_version":1,"client":"CLI"}',
    '{"type":"hello","proto_version":1.0,"client":"cli"}',
    '{"type":"hello","proto_version":1e0,"client":"cli"}',
    '{"type":"hello","proto_version":-0,"client":"cli"}',
    '{"type":"hello","proto_version":0,"client":"cli"}',
    '{"type":"hello","proto_version":true,"client":"cli"}',
    '{"type":"hello","client":"cli"}',
    '{"type":"hello","proto_version":1}',
    '{"type":"hello","proto_version":2,"client":"web"}',
    '{"type":"hello","proto_version":1,"client":"cli","client":"cli"}',
    '{"type":"hello","proto_version":1,"client":"cli","workspace":null,"workspace":null}',
    list(""),
    list(',"x":1,"x":2'),
    list(',"limit":10'),
    list(',"filter":{}'),
    ...["", "null", "-1", "-0", "1.0", "1e1", '"1"', "18446744073709551615"]
      .concat(["18446744073709551616", "{}", "true", "1E400"])
      .flatMap((value) => [one("offset", value), one("limit", value)]),
    ...["", "null", "7", "[]", "true"].map((value) => one("workspace", value)),
    ...["", "null", "7", '""', "[]", "true", "[1]", "[null,null,null,null]"]
      .map((value) => one("filter", value)),
    ...[
      "null",
      '"running"',
      '"RUNNING"',
      '"Idle"',
      '{"Idle":null}',
      '{"Idle":1}',
      '{"Idle":{}}',
      '{"Idle":{"a":1}}',
      "1",
      '""',
    ].map((value) => one("filter", `{"status":${value}}`)),
    ...["null", "-1", "1.5", '"1"', "18446744073709551615", "1e2"]
      .map((value) => one("filter", `{"since_ms":${value}}`)),
    ...["null", "7", "[]"].map((value) =>
      one("filter", `{"agent_prefix":${value}}`)
    ),
    one("filter", '{"agent_prefix":"a","agent_prefix":"b"}'),
    one("filter", '{"other":1,"other":2}'),
    '{"type":"get_session_detail"}',
    '{"type":"get_session_detail","id":null}',
    '{"type":"get_session_detail","id":7}',
    '{"type":"get_session_detail","id":"x","workspace":7}',
    '{"type":"ingest_hook","source":"codex","payload":"{}"}',
    '{"type":"ingest_hook","source":"Cursor","payload":"{}"}',
    '{"type":"ingest_hook","source":"cursor","payload":{}}',
    '{"type":"ingest_hook","source":"cursor","payload":null}',
    '{"type":"ingest_hook","source":"cursor"}',
    '{"type":"ingest_hook","payload":"{}"}',
    '{"type":"ingest_hook","source":{"cursor":null},"payload":"{}"}',
    '{"type":"stop","type":"stop"}',
    '{"type":"ensure_proxy","workspace":"/w","provider":"nobody"}',
    '{"type":"store_stats"}',
    '{"type":"store_prune","session":"none"}',
    '{"type":"ensure_workspace_capture"}',
    '{"type":"ensure_proxy"}',
    '{"type":"begin_observed_session"}',
  ];
  return texts.map((text) => [`body ${show(text)}`, text]);
}

function badUtf8(): [name: string, bytes: Uint8Array][] {
  const sequences = [
    [0xff],
    [0xc0, 0x80],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf0, 0x9f, 0x98, 0x80],
  ];
  return sequences.map((sequence) => [
    `bytes ${sequence.map((byte) => byte.toString(16)).join(" ")}`,
    Uint8Array.from([
      ...new TextEncoder().encode('{"type":"status","a":"'),
      ...sequence,
      ...new TextEncoder().encode('"}'),
    ]),
  ]);
}

function show(text: string): string {
  const printed = JSON.stringify(text);
  return printed.length <= 90
    ? printed
    : `${printed.slice(0, 50)}… of ${text.length}`;
}

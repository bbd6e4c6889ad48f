// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AnswerError, JsonError } from "../../../src/proto/mod.ts";
import {
  type AnswerRecord,
  RecordSplitter,
  type SplitOptions,
  toLine,
} from "../../../src/output/records.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** All records of an answer that comes in pieces of the given sizes. */
function split(
  answer: string,
  options: SplitOptions,
  sizes: number[] = [Infinity],
): [kind: string, text: string][] {
  const splitter = new RecordSplitter(options);
  const bytes = encode(answer);
  const records: AnswerRecord[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    records.push(...splitter.push(bytes.slice(at, at + size)));
    at += size;
  }
  splitter.end();
  return records.map(({ kind, bytes }) => [kind, decode(bytes)]);
}

const detail = (session: string, events: string, spans: string) =>
  `{"type":"detail","session":${session},"events":${events},"spans":${spans}}`;

const DETAIL = `{ "type" : "detail",
  "extra":[{"id":"no"},[{"span":{}}]], "more":{"session":{"id":"no"},"events":[{}]},
  "session":{"id":"s\\"1","é":[{"session":{}}]},
  "events":[{"seq":0,"payload":{"events":[{"a":"]}"}]}} , {"seq":1}],
  "spans":[{"span":{"span_id":"a","paths":["x"]},"children":[
    {"children":[{"span":{"span_id":"c"},"children":[]}],"x":{"span":{"no":1}},"y":[{"span":{"no":2}}],"span":{"span_id":"b"}}
  ],"subtree_cost_usd_e6":0},{"span":{"span_id":"d"},"children":[]}] }`;

Deno.test("RecordSplitter() finds each record of a detail, and nothing that only looks like one", () => {
  assertEquals(split(DETAIL, { spans: "each" }), [
    ["session", '{"id":"s\\"1","é":[{"session":{}}]}'],
    ["event", '{"seq":0,"payload":{"events":[{"a":"]}"}]}}'],
    ["event", '{"seq":1}'],
    ["span", '{"span_id":"a","paths":["x"]}'],
    ["span", '{"span_id":"c"}'],
    ["span", '{"span_id":"b"}'],
    ["span", '{"span_id":"d"}'],
  ]);
});

Deno.test("RecordSplitter() gives roots with all below them if that is wanted", () => {
  const spans = split(DETAIL, { spans: "roots" }).filter(([kind]) =>
    kind === "span"
  );
  assertEquals(spans.length, 2);
  assertEquals(JSON.parse(spans[0]?.[1] ?? "").children.length, 1);
});

Deno.test("RecordSplitter() finds the same however the answer is split", () => {
  const whole = split(DETAIL, { spans: "each" });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  fc.assert(fc.property(sizes, (sizes) => {
    assertEquals(split(DETAIL, { spans: "each" }, sizes), whole);
  }));
});

Deno.test("RecordSplitter() follows spans as deep as they nest", () => {
  let nodes = "[]";
  for (let i = 0; i < 5_000; i++) {
    nodes = `[{"span":{"depth":${i}},"children":${nodes}}]`;
  }
  const found = split(detail("{}", "[]", nodes), { spans: "each" });
  assertEquals(found.length, 5_001);
  assertEquals(found[1], ["span", '{"depth":4999}']);
});

Deno.test("RecordSplitter() tells the numbers beside the lists, exactly", () => {
  const numbers: [string, number | bigint][] = [];
  split(
    '{"type":"sessions","rows":[{"total":1}],"total":18446744073709551615,"next_offset":7,"x":{"total":2},"y":1.5}',
    { spans: "each", onNumber: (key, value) => numbers.push([key, value]) },
    [3],
  );
  assertEquals(numbers, [["total", 18446744073709551615n], ["next_offset", 7]]);
});

Deno.test("RecordSplitter() gives a record before the next one has come", () => {
  const splitter = new RecordSplitter({ spans: "each" });
  assertEquals(splitter.push(encode('{"rows":[{"a":1')).length, 0);
  assertEquals(splitter.push(encode('},{"b"')).length, 1);
});

Deno.test("RecordSplitter() refuses what is no JSON, and what ends early", () => {
  const splitter = new RecordSplitter({ spans: "each" });
  splitter.push(encode('{"rows":[{"a":1}'));
  assertThrows(() => splitter.end(), JsonError);
  assertThrows(() => splitter.push(encode("x")), JsonError);
});

const odd: [answer: string, fault: string][] = [
  ['{"type":"sessions"}', '"rows"'],
  ['{"type":"sessions","rows":null}', '"rows"'],
  ['{"type":"sessions","rows":{"a":{}}}', '"rows"'],
  ['{"type":"sessions","rows":[{},1]}', '"rows"'],
  ['{"type":"sessions","rows":[[{}]]}', '"rows"'],
  ['{"type":"error","message":"late"}', 'type is "error"'],
  ['{"rows":[]}', 'type is ""'],
  ["[{}]", 'type is ""'],
  ['{"type":"sessions","rows":[]} {}', "after its end"],
  ['{"type":"sessions","rows":[]}\n,', "after its end"],
  [detail("null", "[]", "[]"), '"session"'],
  [detail("[{}]", "[]", "[]"), '"session"'],
  ['{"type":"detail","events":[],"spans":[]}', '"session"'],
  ['{"type":"detail","session":{},"spans":[]}', '"events"'],
  ['{"type":"detail","session":{},"events":[]}', '"spans"'],
  [detail("{}", '["x"]', "[]"), '"events"'],
  [detail("{}", "[]", "[[]]"), '"spans"'],
  [detail("{}", "[]", '[{"span":7,"children":[]}]'), '"span"'],
  [detail("{}", "[]", '[{"span":{},"children":{}}]'), '"children"'],
  [detail("{}", "[]", '[{"span":{},"children":[0]}]'), '"spans"'],
];
for (const [answer, fault] of odd) {
  Deno.test(`RecordSplitter() refuses ${answer}`, () => {
    for (const sizes of [[Infinity], [1]]) {
      const error = assertThrows(
        () => split(answer, { spans: "each" }, sizes),
        AnswerError,
      );
      assertStringIncludes(error.message, fault);
    }
  });
}

Deno.test("RecordSplitter() does not mind white space after an answer", () => {
  assertEquals(
    split('{"type":"sessions","rows":[]} \t\r\n', { spans: "each" }, [1]),
    [],
  );
});

const lines: [AnswerRecord["kind"], string, string][] = [
  ["row", '{"a":1}', '{"a":1}\n'],
  ["event", '{"a":1}', '{"record":"event","a":1}\n'],
  ["event", '{\n"a":\r\n1}', '{"record":"event", "a":  1}\n'],
  ["span", "{ }", '{"record":"span" }\n'],
  ["session", '{"a":"\\n"}', '{"record":"session","a":"\\n"}\n'],
];
for (const [kind, body, line] of lines) {
  Deno.test(`toLine() puts the ${kind} ${JSON.stringify(body)} on one line`, () => {
    assertEquals(decode(toLine({ kind, bytes: encode(body) })), line);
  });
}

Deno.test("RecordSplitter refuses a part that is too long to be held, in a record and outside", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const record = new RecordSplitter({ spans: "each", maxBytes: 1_000 });
  const open = '{"type":"sessions","rows":[';
  const row = `{"id":"${"a".repeat(900)}"}`;
  assertEquals(record.push(encode(`${open}${row},${row}`)).length, 2);
  assertThrows(
    () => record.push(encode(`,{"id":"${"a".repeat(1_000)}`)),
    AnswerError,
    "a part of it is longer than 1000 bytes",
  );
  const outside = new RecordSplitter({ spans: "each" });
  outside.push(encode(`${open}],"more":"`));
  const mebibyte = new Uint8Array(1024 ** 2).fill(0x61);
  for (let i = 0; i < 63; i++) outside.push(mebibyte);
  assertThrows(
    () => outside.push(mebibyte),
    AnswerError,
    "a part of it is longer than 67108864 bytes",
  );
});

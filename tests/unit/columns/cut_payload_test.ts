// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { cutPayload } from "../../../src/columns/mod.ts";
import { JsonError } from "../../../src/proto/mod.ts";

function cut(text: string): [rest: string, payload: string | undefined] {
  const { rest, payload } = cutPayload(new TextEncoder().encode(text));
  return [new TextDecoder().decode(rest), payload?.text];
}

Deno.test("cutPayload() returns the payload's own text, with spaces for line breaks, and the rest", () => {
  const payload = '{"n":1.0, "big":18446744073709551615,\r\n"é":"\\u00e9\\n"}';
  assertEquals(
    cut(`{"payload":0,"event":{"x":{"payload":1},"payload": ${payload} }}`),
    [
      '{"payload":0,"event":{"x":{"payload":1},"payload": null }}',
      '{"n":1.0, "big":18446744073709551615,  "é":"\\u00e9\\n"}',
    ],
  );
});

Deno.test("cutPayload() cuts any value out, and leaves the rest as it is", () => {
  fc.assert(fc.property(fc.json(), fc.json(), (payload, other) => {
    assertEquals(
      cut(`{"a":${other},"event":{"b":${other},"payload":${payload},"c":1}}`),
      [
        `{"a":${other},"event":{"b":${other},"payload":null,"c":1}}`,
        payload === "null" ? undefined : payload,
      ],
    );
  }));
});

Deno.test("cutPayload() returns the last of several, as a decoder does", () => {
  assertEquals(
    cut('{"event":{"payload":1},"event":{"payload":2,"payload":[3]}}'),
    ['{"event":{"payload":1},"event":{"payload":2,"payload":null}}', "[3]"],
  );
});

for (
  const event of [
    '{"event":{"payload":null}}',
    '{"event":{}}',
    '{"payload":1}',
    '{"event":{"\\u0070ayload":1}}',
  ]
) {
  Deno.test(`cutPayload() leaves ${event} as it is`, () => {
    assertEquals(cut(event), [event, undefined]);
  });
}

Deno.test("cutPayload() refuses what is no JSON", () => {
  assertThrows(() => cut('{"event":{"payload":{]}}'), JsonError);
});

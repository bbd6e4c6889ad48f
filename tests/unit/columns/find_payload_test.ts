// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { findPayload } from "../../../src/columns/mod.ts";

const find = (text: string) =>
  findPayload(new TextEncoder().encode(text))?.text;

Deno.test("findPayload() returns the payload's own text, with spaces for line breaks", () => {
  const payload = '{"n":1.0, "big":18446744073709551615,\r\n"é":"\\u00e9\\n"}';
  assertEquals(
    find(`{"payload":0,"event":{"x":{"payload":1},"payload":${payload}}}`),
    '{"n":1.0, "big":18446744073709551615,  "é":"\\u00e9\\n"}',
  );
});

Deno.test("findPayload() returns the last of several, as a decoder does", () => {
  assertEquals(
    find('{"event":{"payload":1},"event":{"payload":2,"payload":[3]}}'),
    "[3]",
  );
});

Deno.test("findPayload() returns null where there is none", () => {
  assertEquals(find('{"event":{"payload":null}}'), undefined);
  assertEquals(find('{"event":{}}'), undefined);
  assertEquals(find('{"payload":1}'), undefined);
});

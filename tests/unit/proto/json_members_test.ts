// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeJson } from "../../../src/proto/json.ts";
import { scanElements, scanMembers } from "../../../src/proto/json_members.ts";
import { JsonError } from "../../../src/proto/json_scan.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const slice = (bytes: Uint8Array, start: number, end: number) =>
  new TextDecoder().decode(bytes.subarray(start, end));

Deno.test("scanMembers() finds members in the order of the text, with duplicates", () => {
  const bytes = encode(
    ' { "é":{"a":[{}]}, "typ\\u0065" : -1.50e3,"a":[[]] ,\n"a":"x","":null,"t":true,"f":false} ',
  );
  const found = scanMembers(bytes);
  assert(found !== null);
  assertEquals(
    found.members.map(({ key, kind, start, end }) => [
      key,
      kind,
      slice(bytes, start, end),
    ]),
    [
      ["é", "object", '{"a":[{}]}'],
      ["type", "number", "-1.50e3"],
      ["a", "array", "[[]]"],
      ["a", "string", '"x"'],
      ["", "null", "null"],
      ["t", "true", "true"],
      ["f", "false", "false"],
    ],
  );
  const keys = found.members.map(({ keyStart, start }) =>
    slice(bytes, keyStart, start)
  );
  assertEquals(keys, [
    '"é":',
    '"typ\\u0065" : ',
    '"a":',
    '"a":',
    '"":',
    '"t":',
    '"f":',
  ]);
  assertEquals([found.open, found.close], [1, bytes.length - 2]);
});

Deno.test("scanMembers() finds nothing in an empty object", () => {
  assertEquals(scanMembers(encode(" {\n}")), {
    members: [],
    open: 1,
    close: 3,
  });
});

Deno.test("scanElements() finds the elements of an array", () => {
  const bytes = encode('[ {"a":[1]},[2,[]] , "x",1.0,true,false,null ]');
  const found = scanElements(bytes)?.map(({ kind, start, end }) => [
    kind,
    slice(bytes, start, end),
  ]);
  assertEquals(found, [
    ["object", '{"a":[1]}'],
    ["array", "[2,[]]"],
    ["string", '"x"'],
    ["number", "1.0"],
    ["true", "true"],
    ["false", "false"],
    ["null", "null"],
  ]);
  assertEquals(scanElements(encode(" [ ] ")), []);
});

for (const text of ['"{}"', "1", "null", "true"]) {
  Deno.test(`scanMembers() and scanElements() return null for ${text}`, () => {
    assertEquals(scanMembers(encode(text)), null);
    assertEquals(scanElements(encode(text)), null);
  });
}

Deno.test("scanMembers() returns null for an array, scanElements() for an object", () => {
  assertEquals(scanMembers(encode('[{"a":1}]')), null);
  assertEquals(scanElements(encode('{"a":[1]}')), null);
});

for (const text of ['{"a":1', '{"a":[1 2]}', "{} x", '{"a":"\\ud800"}', ""]) {
  Deno.test(`scanMembers() and scanElements() refuse ${text}`, () => {
    assertThrows(
      () => scanMembers(encode(text)),
      JsonError,
      "at line 1 column",
    );
    assertThrows(
      () => scanElements(encode(text)),
      JsonError,
      "at line 1 column",
    );
  });
}

Deno.test("scanMembers() and scanElements() accept the maximum depth", () => {
  for (const depth of [1, 127, 500]) {
    const inner = "[".repeat(depth - 1) + "]".repeat(depth - 1) || "0";
    const object = encode(`{"a":${inner}}`);
    const array = encode(`[${inner}]`);
    assertEquals(scanMembers(object, depth)?.members.length, 1);
    assertEquals(scanElements(array, depth)?.length, 1);
    const tooDeep = `nested deeper than ${depth - 1}`;
    assertThrows(() => scanMembers(object, depth - 1), JsonError, tooDeep);
    assertThrows(() => scanElements(array, depth - 1), JsonError, tooDeep);
  }
});

Deno.test("scanMembers() and scanElements() find bytes that decode to the parts", () => {
  const anyJson = fc.jsonValue({ stringUnit: CODE_POINT, maxDepth: 3 });
  fc.assert(fc.property(anyJson, fc.nat({ max: 2 }), (value, indent) => {
    const bytes = encode(JSON.stringify(value, null, indent));
    const whole = decodeJson(bytes);
    const decode = ({ start, end }: { start: number; end: number }) =>
      decodeJson(bytes.subarray(start, end));
    if (Array.isArray(whole)) {
      assertEquals(scanElements(bytes)?.map(decode), whole);
    } else if (typeof whole === "object" && whole !== null) {
      const found = scanMembers(bytes)?.members ?? [];
      assertEquals(
        found.map((member) => [member.key, decode(member)]),
        Object.entries(whole),
      );
    }
  }));
});

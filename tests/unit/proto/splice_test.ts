// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeJson, type JsonValue } from "../../../src/proto/json.ts";
import { scanMembers } from "../../../src/proto/json_members.ts";
import { JsonError } from "../../../src/proto/json_scan.ts";
import { type Edit, setMembers } from "../../../src/proto/splice.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const set = (text: string, edits: readonly Edit[]) =>
  new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(setMembers(encode(text), edits));

const type: Edit = { key: "type", value: '"x"' };
const workspace: Edit = { key: "workspace", value: "null" };

const cases: [text: string, edits: Edit[], result: string][] = [
  ["{}", [type], '{"type":"x"}'],
  [" { } ", [type], ' {"type":"x" } '],
  ["{}", [type, workspace], '{"type":"x","workspace":null}'],
  ['{"a":1}', [type], '{"type":"x","a":1}'],
  ['{ "a" : 1 }', [type, workspace], '{"type":"x","workspace":null, "a" : 1 }'],
  ['{"type":[1,{"type":2}],"a":3}', [type], '{"type":"x","a":3}'],
  ['{"type" :\n1\n}', [type], '{"type" :\n"x"\n}'],
  ['{"typ\\u0065":1}', [type], '{"typ\\u0065":"x"}'],
  [
    '{"type":1,"a":2,"type":3,"b":4}',
    [type],
    '{"type":1,"a":2,"type":"x","b":4}',
  ],
  ['{"type":1,"typ\\u0065":{}}', [type], '{"type":1,"typ\\u0065":"x"}'],
  ['{"a":{"type":1}}', [type], '{"type":"x","a":{"type":1}}'],
  [
    '{"a":12.0,"b":123456789012345678901234567890,"é":"\\u00e9😀"}',
    [type],
    '{"type":"x","a":12.0,"b":123456789012345678901234567890,"é":"\\u00e9😀"}',
  ],
  [
    '{"workspace":1,"type":2}',
    [type, workspace],
    '{"workspace":null,"type":"x"}',
  ],
  ['{"type":2}', [workspace, type], '{"workspace":null,"type":"x"}'],
  ["{}", [{ key: "n", value: "1" }, { key: "n", value: "2" }], '{"n":2}'],
  ['{"n":0}', [{ key: "n", value: "1" }, { key: "n", value: "2" }], '{"n":2}'],
  ["{}", [{ key: 'q"\\\n', value: "1" }], '{"q\\"\\\\\\n":1}'],
  ['{"__proto__":1}', [{ key: "__proto__", value: "2" }], '{"__proto__":2}'],
  ['{"a" : 1.0}', [], '{"a" : 1.0}'],
];

for (const [text, edits, result] of cases) {
  const what = edits.map(({ key, value }) => `${JSON.stringify(key)}:${value}`);
  Deno.test(`setMembers() sets {${what}} in ${text.slice(0, 40)}`, () => {
    assertEquals(set(text, edits), result);
  });
}

Deno.test("setMembers() does not change its argument", () => {
  const bytes = encode('{"type":1}');
  setMembers(bytes, [type]);
  setMembers(bytes, []).fill(0);
  assertEquals(bytes, encode('{"type":1}'));
});

Deno.test("setMembers() accepts members from an earlier scan", () => {
  const bytes = encode('{"type":1,"a":2}');
  const members = scanMembers(bytes);
  assertEquals(setMembers(bytes, [type], members), setMembers(bytes, [type]));
});

Deno.test("setMembers() refuses a text that is not strictly JSON or not an object", () => {
  for (const text of ["", '{"a":1,}', '{"a":"\\ud800"}', "{}{}"]) {
    assertThrows(() => set(text, [type]), JsonError);
  }
  for (const text of ["[]", '"{}"', "null"]) {
    assertThrows(() => set(text, [type]), TypeError, "not an object");
  }
});

const space = fc.string({ unit: fc.constantFrom(..." \n\r\t"), maxLength: 3 });
const key = fc.oneof(
  fc.constantFrom("a", "b", "type", "é", "", "__proto__"),
  fc.string({ unit: CODE_POINT, maxLength: 3 }),
);
const value = fc.oneof(
  fc.jsonValue({ stringUnit: CODE_POINT, maxDepth: 2 }).map((v) =>
    JSON.stringify(v)
  ),
  fc.constantFrom("12.0", "1e2", "-0", "123456789012345678901", '{"type":{}}'),
);

/** The texts of a member: white space, key (sometimes escaped throughout), colon, value. */
const member = fc.record({
  key,
  escaped: fc.boolean(),
  spaces: fc.tuple(space, space, space, space),
  value,
});

function printKey(key: string, escaped: boolean): string {
  if (!escaped) return JSON.stringify(key);
  const units = key.split("").map((unit) =>
    `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
  return `"${units.join("")}"`;
}

Deno.test("setMembers() changes the values it sets and no other byte", () => {
  const edit = fc.record({ key, value });
  fc.assert(fc.property(
    fc.array(member, { maxLength: 6 }),
    fc.array(edit, { maxLength: 4 }),
    fc.tuple(space, space, space),
    (members, edits, [before, inside, after]) => {
      const print = (values: string[], added = "") => {
        const texts = members.map(({ key, escaped, spaces: [a, b, c, d] }, i) =>
          `${a}${printKey(key, escaped)}${b}:${c}${values[i]}${d}`
        );
        return `${before}{${added}${texts.join(",") || inside}}${after}`;
      };
      const text = print(members.map(({ value }) => value));

      // The model: the last value of each key is replaced, or the key is inserted first.
      const wanted = new Map(edits.map(({ key, value }) => [key, value]));
      const values = members.map(({ key, value }, i) => {
        const isLast = !members.slice(i + 1).some((other) => other.key === key);
        return isLast ? wanted.get(key) ?? value : value;
      });
      const added = [...wanted]
        .filter(([key]) => !members.some((other) => other.key === key))
        .map(([key, value]) => `${JSON.stringify(key)}:${value}`);
      if (added.length > 0 && members.length > 0) added.push("");

      const result = set(text, edits);
      assertEquals(result, print(values, added.join(",")));

      const entries = (text: string) => {
        const value = decodeJson(encode(text));
        return new Map<string, JsonValue>(Object.entries(value ?? {}));
      };
      const expected = entries(text);
      for (const [key, value] of wanted) {
        expected.set(key, decodeJson(encode(value)));
      }
      assertEquals(entries(result), expected);
    },
  ));
});

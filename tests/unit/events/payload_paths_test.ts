// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeJson } from "../../../src/proto/mod.ts";
import { Payload } from "../../../src/events/payload.ts";
import { naivePaths } from "./_naive_text.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const pathsOf = (text: string) => Payload.scan(encode(text))?.paths().sort();

const table: [text: string, paths: string[]][] = [
  ["{}", []],
  ['{"notebook_path":"a.ipynb","notebook_Path":"b"}', ["a.ipynb"]],
  [
    '{"path":"a","file_path":"b","target_file":"c","file":"d","relative_workspace_path":"e"}',
    ["a", "b", "c", "d", "e"],
  ],
  [
    '{"filePath":"a","cwd":"b","transcript_path":"c","Path":"d","paths":"e"}',
    [],
  ],
  ['{"path":"","file":5,"file_path":null,"target_file":["x"]}', []],
  ['{"path":" "}', [" "]],
  ['{"x":[[{"path":"a"}],{"y":{"path":"b"}}]}', ["a", "b"]],
  ['{"path":{"path":"a"}}', ["a"]],
  ['{"path":["b"]}', []],
  ['{"p\\u0061th":"a\\n\\ud83d\\ude00"}', ["a\n\u{1F600}"]],
  ['{"t\\u0061rget_file":"a","\\u0066ile_path":"b"}', ["a", "b"]],
  ['{"x":"{\\"file\\":\\"c\\"}"}', ["c"]],
  ['{"x":" \\n\\t\\r {\\"file\\":\\"c\\"}\\n"}', ["c"]],
  ['{"x":"\\u007b\\"file\\":\\"c\\"}"}', ["c"]],
  ['{"x":"[{\\"file\\":\\"c\\"}]"}', ["c"]],
  ['{"x":["{\\"file\\":\\"c\\"}"]}', ["c"]],
  ['{"x":"\\"{\\\\\\"file\\\\\\":\\\\\\"c\\\\\\"}\\""}', ["c"]],
  ['{"path":"{\\"file\\":\\"c\\"}"}', ["c", '{"file":"c"}']],
  ['{"{\\"file\\":\\"c\\"}":1}', []],
  ['{"x":"{\\"file\\":\\"c\\"} x"}', []],
  ['{"x":"{\\"file\\":\\"c\\"}{}"}', []],
  ['{"x":"{\\"file\\":\\"c\\""}', []],
  ['{"x":"\\u00a0{\\"file\\":\\"c\\"}"}', []],
  ['{"x":"{\\"file\\":\\"c\\",\\"n\\":1e999}"}', []],
  ['{"x":"{\\"file\\":\\"\\\\ud800\\"}"}', []],
  ['{"path":"a","path":"a"}', ["a"]],
  ['{"path":"a","path":"b"}', ["b"]],
  ['{"path":"a","path":5}', []],
  ['{"path":"a","p\\u0061th":5}', []],
  ['{"x":{"path":"a"},"x":1,"y":{"path":"b"}}', ["b"]],
  ['{"x":[{"z":{"path":"a"}}],"y":{"path":"b"},"x":{}}', ["b"]],
  ['{"x":{"path":"a","q":{"path":"b"},"q":0}}', ["a"]],
  ['{"x":"{\\"file\\":\\"c\\"}","x":0}', []],
  ['{"x":"{\\"file\\":\\"c\\",\\"file\\":\\"d\\"}"}', ["d"]],
  ['{"x":{"path":"a"},"y":{"x":1}}', ["a"]],
  ['{"x":[{"path":"a"},{"path":"b"}]}', ["a", "b"]],
];

for (const [text, paths] of table) {
  Deno.test(`Payload.paths() of ${text} are [${paths}]`, () => {
    assertEquals(pathsOf(text), paths.sort());
  });
}

/** JSON text in which names repeat, values are paths, and strings are JSON in turn. */
const { text: jsonText } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('"a"', '"b"', '""', "1", "null", '" {"', '"[\\"x\\"]"'),
    fc.array(tie("text"), { maxLength: 3 }).map((items) => `[${items}]`),
    fc.array(
      fc.tuple(
        fc.constantFrom('"path"', '"p\\u0061th"', '"file"', '"x"', '"y"'),
        tie("text"),
      ),
      { maxLength: 4 },
    ).map((members) => `{${members.map(([key, value]) => `${key}:${value}`)}}`),
    tie("text").map((text) => JSON.stringify(text)),
    tie("text").map((text) => JSON.stringify(` ${text}\n`)),
  ),
}));

Deno.test("Payload.paths() are those that a walk over the decoded value finds", () => {
  fc.assert(
    fc.property(jsonText, (inner) => {
      const text = `{"x":${inner}}`;
      assertEquals(
        pathsOf(text),
        [...naivePaths(decodeJson(encode(text)))].sort(),
      );
    }),
    { numRuns: 3000 },
  );
});

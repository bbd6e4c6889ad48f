// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { HOOK_SOURCES } from "../../../src/proto/mod.ts";
import { readHookEvent } from "../../../src/events/mod.ts";

function identityOf(source: typeof HOOK_SOURCES[number], fields: string) {
  const names = '"session_id":"s","event":"X","hook_event_name":"X"';
  return readHookEvent(source, `{${names}${fields && ","}${fields}}`, 1)
    .identity;
}

const models: [fields: string, model: string | null][] = [
  ["", null],
  ['"model":"m"', "m"],
  ['"model":"\\u0085\\u3000 m x\\n"', "m x"],
  ['"model":"\\ufeffm"', "\ufeffm"],
  ['"model":" ","message":{"model":"n"}', "n"],
  ['"model":7,"message":{"model":" n "},"metadata":{"model":"o"}', "n"],
  ['"message":"text","metadata":{"model":"o"}', "o"],
  ['"message":{"model":null},"metadata":{},"config":{"model":"p"}', "p"],
  ['"message":{"model":"a","model":"b"}', "b"],
  ['"message":{"model":"a","model":1}', null],
  ['"message":{"model":"a"},"message":{}', null],
  ['"message":{"mod\\u0065l":"a"}', "a"],
  ['"message":{"x":{"model":"a"}}', null],
  ['"message":[{"model":"a"}]', null],
  ['"other":{"model":"a"}', null],
];

for (const [fields, model] of models) {
  Deno.test(`readIdentity() finds in {${fields}} the model ${model}`, () => {
    for (const source of HOOK_SOURCES) {
      assertEquals(identityOf(source, fields).model, model);
    }
  });
}

const agents: [fields: string, codex: boolean][] = [
  ["", false],
  ['"turn_id":null', true],
  ['"turn_id":"7"', true],
  ['"x":{"turn_id":"7"}', false],
  ['"transcript_path":"/h/.codex/sessions/a"', true],
  ['"transcript_path":"/h/.CoDeX/a"', true],
  ['"transcript_path":"C:\\\\u\\\\.codex\\\\a"', true],
  ['"transcript_path":"/h/.codex"', false],
  ['"transcript_path":"/h/x.codex/a"', false],
  ['"transcript_path":"/h/.claude/a"', false],
  ['"model":"gpt-5"', true],
  ['"model":"a GPT-x"', true],
  ['"model":"claude-foo1"', true],
  ['"model":"zo3"', true],
  ['"model":"O4"', true],
  ['"model":"my-codex"', true],
  ['"model":"kindle-alpha"', true],
  ['"model":"Nova-1"', true],
  ['"model":"claude-opus-4"', false],
  ['"model":"o2"', false],
  ['"model":"gpt"', false],
  ['"model":"\\u212aindle-1"', false],
  ['"message":{"model":"gpt-5"}', true],
];

for (const [fields, codex] of agents) {
  Deno.test(`readIdentity() takes claude {${fields}} for ${codex ? "codex" : "claude"}`, () => {
    const { agent, newAgent } = identityOf("claude", fields);
    assertEquals(
      [agent, newAgent],
      codex ? ["codex", "codex"] : [
        null,
        "claude",
      ],
    );
    for (const source of ["cursor", "openclaw", "vibe"] as const) {
      const { agent, newAgent } = identityOf(source, fields);
      assertEquals([agent, newAgent], [source, source]);
    }
  });
}

Deno.test("readIdentity() takes any text as transcript path", () => {
  const path = (fields: string) => identityOf("claude", fields).tracePath;
  assertEquals(path('"transcript_path":""'), "");
  assertEquals(path('"transcript_path":" x "'), " x ");
  assertEquals(path('"transcript_path":null'), null);
  assertEquals(path('"transcriptPath":"x"'), null);
});

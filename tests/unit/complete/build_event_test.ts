// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { buildEvent, type EventWords } from "../../../src/complete/mod.ts";

const built: [words: EventWords, text: string][] = [
  [{ source: "cursor" }, "{}"],
  [
    { source: "codex", event: "Stop", session: 'a"b' },
    '{"hook_event_name":"Stop","session_id":"a\\"b"}',
  ],
  [
    {
      source: "vibe",
      event: "Stop",
      members: [["n", "1"], ["big", "12345678901234567890"], ["n", "[ 2 ]"]],
    },
    '{"event":"Stop","n":[ 2 ],"big":12345678901234567890}',
  ],
  [
    { source: "vibe", members: [["__proto__", "1"], ["", "null"]] },
    '{"__proto__":1,"":null}',
  ],
];

for (const [words, text] of built) {
  Deno.test(`buildEvent() makes ${text}`, () => {
    assertEquals(new TextDecoder().decode(buildEvent(words)), text);
  });
}

for (const json of ["", "{", "1 2", "nope"]) {
  Deno.test(`buildEvent() refuses ${JSON.stringify(json)} as a value`, () => {
    assertThrows(
      () => buildEvent({ source: "claude", members: [["a", json]] }),
      SyntaxError,
    );
  });
}

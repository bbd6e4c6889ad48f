// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { HOOK_SOURCES } from "../../../src/proto/mod.ts";
import {
  printEventHead,
  readHookEvent,
  readStoredEvent,
} from "../../../src/events/mod.ts";
import { readExamples } from "../../fixtures/worked_examples.ts";

const now = 1_800_000_000_000;
const examples = readExamples({ workspace: "/w/app", now });

for (const { name, title, steps } of examples) {
  Deno.test(`readStoredEvent() tells of worked example ${name} what it told when it came: ${title}`, () => {
    for (const [seq, step] of steps.entries()) {
      if (step.do !== "ingest") continue;
      const source = HOOK_SOURCES.find((it) => it === step.source);
      if (!source) throw new TypeError(`unknown source ${step.source}`);
      const event = readHookEvent(source, step.payload, now);
      const head = printEventHead(event, seq);
      assertEquals(readStoredEvent(source, head, event.payload), event.facts);
    }
  });
}

Deno.test("readExamples() has all of E1 to E21 but E16", () => {
  const names = Array.from({ length: 21 }, (_, i) => `E${i + 1}`);
  assertEquals(
    examples.map(({ name }) => name).filter((name) => /^E\d+$/.test(name)),
    names.filter((name) => name !== "E16"),
  );
});

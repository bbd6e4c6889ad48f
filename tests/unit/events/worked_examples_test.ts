// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { HOOK_SOURCES } from "../../../src/proto/mod.ts";
import { readExamples } from "../../fixtures/worked_examples.ts";
import { MemoryDaemon } from "./_memory_daemon.ts";

const now = 1_800_000_000_000;
const examples = readExamples({ workspace: "/w/app", now });

for (const { name, title, steps } of examples) {
  Deno.test(`worked example ${name}: ${title}`, () => {
    const daemon = new MemoryDaemon(now);
    for (const step of steps) {
      switch (step.do) {
        case "ingest": {
          const source = HOOK_SOURCES.find((it) => it === step.source);
          if (!source) throw new TypeError(`unknown source ${step.source}`);
          daemon.ingest(source, step.payload);
          break;
        }
        case "restart":
          daemon.restart();
          break;
        case "expect": {
          const { session, events, spans } = step;
          assertEquals(daemon.detail(step.id), { session, events, spans });
        }
      }
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

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import {
  decodeAnswer,
  encodeJson,
  MAX_ANSWER_DEPTH,
} from "../../../src/proto/mod.ts";
import { readRecording, RECORDINGS } from "../../interop/_recording.ts";

/** The recorded answers of each version. */
const TYPES: Record<string, string[]> = {
  "kaizen 0.1.15": ["ack", "detail", "error", "hello", "sessions", "status"],
  "kaizen 0.1.46": ["ack", "detail", "error", "hello", "sessions", "status"],
};

Deno.test("decodeAnswer() reads every answer of the reference, of both versions", () => {
  const types = new Map<string, Set<string>>();
  for (const { name } of Deno.readDirSync(RECORDINGS)) {
    if (!name.endsWith(".jsonl")) continue;
    const text = Deno.readTextFileSync(new URL(name, RECORDINGS));
    const { origin, all } = readRecording(text);
    const seen = types.get(origin.version) ?? new Set();
    types.set(origin.version, seen);
    for (const { case: one, outcomes } of all) {
      for (const outcome of outcomes) {
        if (!outcome?.answer) continue;
        const bytes = new TextEncoder().encode(encodeJson(outcome.answer));
        const { type } = decodeAnswer(bytes, MAX_ANSWER_DEPTH);
        assert(type, one.name);
        seen.add(type);
      }
    }
  }
  const found = [...types].map((
    [version, seen],
  ) => [version, [...seen].sort()]);
  assertEquals(Object.fromEntries(found), TYPES);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { SpanUndoLog } from "../../../src/events/_span_undo_log.ts";

Deno.test("SpanUndoLog undoes newest first, and nothing that is final", () => {
  const log = new SpanUndoLog();
  const text: string[] = [];
  const add = (letter: string) =>
    log.run(() => text.push(letter), () => {
      assertEquals(text.pop(), letter);
    });
  add("a");
  add("b");
  log.clear();
  add("c");
  add("d");
  assertEquals([text.join(""), log.length], ["abcd", 2]);
  log.rollback();
  assertEquals([text.join(""), log.length], ["ab", 0]);
});

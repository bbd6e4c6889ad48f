// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { UndoLog } from "../../../src/store/undo_log.ts";

function setUp() {
  const log = new UndoLog();
  const values: number[] = [];
  const add = (value: number) => {
    values.push(value);
    log.push(() => assertEquals(values.pop(), value));
  };
  return { log, values, add };
}

Deno.test("UndoLog takes changes back newest first", () => {
  const { log, values, add } = setUp();
  add(1);
  add(2);
  add(3);
  log.rollback();
  assertEquals(values, []);
});

Deno.test("UndoLog leaves alone what is committed", () => {
  const { log, values, add } = setUp();
  add(1);
  log.commit();
  add(2);
  log.rollback();
  assertEquals(values, [1]);
});

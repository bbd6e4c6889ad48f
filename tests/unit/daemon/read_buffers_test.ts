// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertNotStrictEquals } from "@std/assert";
import {
  MAX_SPARE_BUFFERS,
  ReadBuffers,
} from "../../../src/daemon/read_buffers.ts";

Deno.test("ReadBuffers gives no buffer to two users at once, and keeps few", () => {
  const buffers = new ReadBuffers();
  const taken = Array.from(
    { length: MAX_SPARE_BUFFERS + 3 },
    () => buffers.take(),
  );
  assertEquals(new Set(taken).size, taken.length);
  for (const buffer of taken) buffers.give(buffer);
  assertEquals(buffers.spare, MAX_SPARE_BUFFERS);
  const [one, other] = [buffers.take(), buffers.take()];
  assertNotStrictEquals(one, other);
  assertEquals([taken.includes(one), taken.includes(other)], [true, true]);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { ProtocolError } from "../../../../src/client/mod.ts";
import { readDetail } from "../../../../src/commands/detail/read_detail.ts";

Deno.test("readDetail() holds no more of an answer than it may, and asks for no more", async () => {
  let asked = 0;
  const endless = {
    async *chunks() {
      for (; asked < 100; asked++) {
        yield await Promise.resolve(new TextEncoder().encode("[".repeat(10)));
      }
    },
  };
  await assertRejects(
    () => readDetail(endless, 45),
    ProtocolError,
    "Cannot hold an answer of more than 45 bytes: -o json and -o ndjson pass it on",
  );
  assertEquals(asked, 4);
});

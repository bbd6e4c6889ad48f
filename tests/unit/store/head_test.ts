// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { printEventHead, readHookEvent } from "../../../src/events/mod.ts";
import { HEAD_SQL, packHead, unpackHead } from "../../../src/store/head.ts";
import { openRaw, tempStore } from "./_store.ts";

const payloads: [payload: Record<string, unknown>, isShort: boolean][] = [
  [{}, true],
  [{ tool_name: 'é\u0001"\u0002', tool_use_id: "\u0000" }, true],
  [{ duration_ms: 7 }, true],
  [{ input_tokens: 1 }, true],
  [{ input_tokens: 1, context_used_tokens: 2 }, false],
  [{ tool_name: ',"ttft_ms":null' }, true],
];

for (const [payload, isShort] of payloads) {
  Deno.test(`packHead() loses nothing of ${JSON.stringify(payload)}`, () => {
    const text = JSON.stringify({
      hook_event_name: "PostToolUse",
      session_id: "s",
      ...payload,
    });
    const head = printEventHead(readHookEvent("claude", text, 5), 3);
    const packed = packHead(head);
    const bytes = new TextEncoder().encode(packed);
    assertEquals(bytes.length < head.length - 100, isShort);
    assertEquals(unpackHead(bytes), head);
    using temp = tempStore();
    using db = openRaw(temp.path);
    db.exec("CREATE TABLE events (head BLOB)");
    db.prepare("INSERT INTO events VALUES (CAST(? AS BLOB))").run(packed);
    const row = db.prepare(
      `SELECT CAST(${HEAD_SQL} AS BLOB) AS head, length(CAST(${HEAD_SQL} AS BLOB)) AS bytes FROM events`,
    ).get();
    assert(row?.head instanceof Uint8Array);
    assertEquals([...row.head], [...head]);
    assertEquals(row.bytes, head.length);
  });
}

Deno.test("unpackHead() returns what version 1 stored as it is", () => {
  const head = new TextEncoder().encode('{"seq":0,"payload":');
  assertEquals(unpackHead(head), head);
});

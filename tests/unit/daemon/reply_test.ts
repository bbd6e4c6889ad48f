// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { replyError, replyWith } from "../../../src/daemon/reply.ts";
import { readReply } from "./_service.ts";

Deno.test("replyWith() encodes an answer with its type, and keeps the action after it", () => {
  const answer = { type: "ack", message: "stopping" } as const;
  const reply = replyWith(answer, "stop");
  assertEquals([reply.type, reply.after], ["ack", "stop"]);
  assertEquals<unknown>(readReply(reply), answer);
});

Deno.test("replyWith() does not compile for an answer that is not in the table", () => {
  // A directive without an error below it fails the type check.
  const replies = [
    // @ts-expect-error No answer is called so.
    replyWith({ type: "stroe" }),
    // @ts-expect-error A status says how long the daemon has been up.
    replyWith({ type: "status", pid: 1, queue_depth: 0, last_error: null }),
    // @ts-expect-error A message is a text.
    replyWith({ type: "ack", message: 1 }),
  ];
  assertEquals(replies.map(({ type }) => type), ["stroe", "status", "ack"]);
});

Deno.test("replyError() names the supported versions, or none", () => {
  const none = { supported_min: null, supported_max: null };
  const error = { type: "error", message: "no" };
  assertEquals<unknown>(readReply(replyError("no")), { ...error, ...none });
  const spoken = { supported_min: 1, supported_max: 2 };
  assertEquals<unknown>(readReply(replyError("no", spoken)), {
    ...error,
    ...spoken,
  });
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { AnswerOf } from "../../../../src/proto/mod.ts";
import { redactToken } from "../../../../src/commands/status/redact.ts";

const status: AnswerOf<"status"> = {
  type: "status",
  pid: 1,
  uptime_ms: 2n ** 60n,
  queue_depth: 0,
  last_error: null,
};

Deno.test("redactToken() leaves an answer without a token as it is", () => {
  assertStrictEquals(redactToken(status), status);
  const web = { listen: "l", url: "u", token: "" };
  assertEquals(redactToken({ ...status, web }), { ...status, web });
});

Deno.test("redactToken() finds the token in every text, however it is escaped", () => {
  const token = "a/b+c d&e";
  const redacted = redactToken({
    ...status,
    last_error: `bad ${token}!`,
    capture: [{
      url: [`http://x/?t=${encodeURIComponent(token)}&t=${encodeURI(token)}`],
    }],
    web: {
      listen: "l",
      url: `http://x/?t=${encodeURIComponent(token)}`,
      token,
    },
  });
  assertEquals(redacted.last_error, "bad ***!");
  assertEquals(redacted.capture, [{ url: ["http://x/?t=***&t=***"] }]);
  assertEquals(redacted.web, {
    listen: "l",
    url: "http://x/?t=***",
    token: "***",
  });
  assertEquals(redacted.uptime_ms, 2n ** 60n);
});

Deno.test("redactToken() of a token that is a type's name leaves the type", () => {
  const web = { listen: "l", url: "u", token: "status" };
  const redacted = redactToken({ ...status, web });
  assertEquals(redacted.type, "status");
  assert(redacted.web?.token === "***");
});

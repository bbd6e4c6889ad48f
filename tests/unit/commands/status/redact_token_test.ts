// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { AnswerOf } from "../../../../src/proto/mod.ts";
import { redactToken } from "../../../../src/commands/status/redact_token.ts";

const status: AnswerOf<"status"> = {
  type: "status",
  pid: 1,
  uptime_ms: 2n ** 60n,
  queue_depth: 0,
  last_error: null,
  last_error_ms: null,
  last_stored_ms: null,
};

Deno.test("redactToken() returns an answer without a token unchanged", () => {
  assertStrictEquals(redactToken(status), status);
  const web = { listen: "l", url: "u", token: "" };
  assertEquals(redactToken({ ...status, web }), { ...status, web });
});

Deno.test("redactToken() replaces the token in every string, also URL-encoded", () => {
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

Deno.test("redactToken() does not replace the type of an answer", () => {
  const web = { listen: "l", url: "u", token: "status" };
  const redacted = redactToken({ ...status, web });
  assertEquals(redacted.type, "status");
  assert(redacted.web?.token === "***");
});

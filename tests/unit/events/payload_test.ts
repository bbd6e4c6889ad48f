// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { JsonError, U64_MAX } from "../../../src/proto/mod.ts";
import { Payload } from "../../../src/events/payload.ts";

function scan(text: string): Payload {
  const payload = Payload.scan(new TextEncoder().encode(text));
  if (payload === null) throw new TypeError("not an object");
  return payload;
}

Deno.test("Payload.scan() returns null for JSON that is no object", () => {
  for (const text of ["[]", "1", '"{}"', "null", '[{"event":1}]']) {
    assertEquals(Payload.scan(new TextEncoder().encode(text)), null);
  }
});

Deno.test("Payload.scan() throws a JsonError for what is no JSON, with its place", () => {
  for (const text of ["", "{", '{"event":}', "{} {}", '{"a":1}x']) {
    const error = assertThrows(() => scan(text), JsonError);
    assertEquals(/ at line \d+ column \d+$/.test(error.message), true);
  }
});

Deno.test("Payload reads the last top-level field of a name", () => {
  const payload = scan(
    '{"model":"a","x":{"model":"b","os":"c"},"mod\\u0065l":"d","is_error":true,"turn_id":null,"tool":[{"tool":1}],"duration_ms":007}'
      .replace("007", "7"),
  );
  assertEquals(payload.text("model"), "d");
  assertEquals(payload.text("os"), null);
  assertEquals(payload.has("os"), false);
  assertEquals(payload.has("turn_id"), true);
  assertEquals(payload.text("turn_id"), null);
  assertEquals(payload.isTrue("is_error"), true);
  assertEquals(payload.isTrue("turn_id"), false);
  assertEquals(payload.text("tool"), null);
  assertEquals(payload.count("duration_ms"), 7);
  assertEquals(payload.textOf("os", "turn_id", "model"), "d");
  assertEquals(payload.firstCount("model", "duration_ms"), 7);
});

Deno.test("Payload.int() is exact up to its limit", () => {
  const payload = scan(
    '{"timestamp":18446744073709551615,"id":"5","name":[5]}',
  );
  assertEquals(payload.int("timestamp", U64_MAX), U64_MAX);
  assertEquals(payload.int("timestamp", U64_MAX - 1n), null);
  assertEquals(payload.int("id", U64_MAX), null);
  assertEquals(payload.int("name", U64_MAX), null);
  assertEquals(payload.double("timestamp"), 2 ** 64);
});

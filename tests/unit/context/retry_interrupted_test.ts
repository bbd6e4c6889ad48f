// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { retryInterrupted } from "../../../src/context/mod.ts";

/** A call that throws these errors, one after another, and then returns the number of calls. */
function failing(errors: Iterable<Error>): () => number {
  const rest = [...errors];
  let calls = 0;
  return () => {
    calls++;
    const error = rest.shift();
    if (error !== undefined) throw error;
    return calls;
  };
}

const interrupted = () => new Deno.errors.Interrupted("EINTR");

Deno.test("retryInterrupted() calls again until the call is not interrupted", () => {
  const call = failing(Array.from({ length: 99 }, interrupted));
  assertEquals(retryInterrupted(call), 100);
});

Deno.test("retryInterrupted() gives up after 100 calls", () => {
  const call = failing(Array.from({ length: 100 }, interrupted));
  assertThrows(() => retryInterrupted(call), Deno.errors.Interrupted);
  assertEquals(call(), 101);
});

Deno.test("retryInterrupted() passes on any other error at once", () => {
  const call = failing([new Deno.errors.NotFound("gone")]);
  assertThrows(() => retryInterrupted(call), Deno.errors.NotFound);
  assertEquals(call(), 2);
});

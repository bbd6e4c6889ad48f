// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { readMessages } from "../../../../src/commands/mcp/read_messages.ts";

/** An input that gives at most `step` bytes at once. */
function inputOf(text: string, step: number) {
  let rest = new TextEncoder().encode(text);
  return {
    isTerminal: () => false,
    read: (into: Uint8Array) => {
      if (rest.length === 0) return Promise.resolve(null);
      const count = Math.min(step, into.length, rest.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return Promise.resolve(count);
    },
  };
}

const ping = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`;
const MIB = 1024 * 1024;

Deno.test("readMessages() yields each line's message, however the input is split", async () => {
  const text = `${ping(1)}\n\r\n${ping(2)}\r\n${ping(3)}`;
  for (const step of [1, 7, 1000]) {
    const found = [];
    for await (const message of readMessages(inputOf(text, step))) {
      found.push(message.id);
    }
    assertEquals(found, [1, 2, 3]);
  }
});

Deno.test("readMessages() refuses a line over 1 MiB, and goes on after it", async () => {
  const fits = ping(1).padEnd(MIB);
  const text = [fits, `${fits} `, ping(2), `${fits} `].join("\n");
  const found = [];
  for await (const message of readMessages(inputOf(text, MIB))) {
    found.push([message.id, "error" in message ? message.error.code : null]);
  }
  assertEquals(found, [[1, null], [null, -32600], [2, null], [null, -32600]]);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ProtocolError, RemoteError } from "../../../../src/client/mod.ts";
import {
  openChecked,
  type Question,
} from "../../../../src/commands/ask/answer_head.ts";
import { encodeFrame, readFrame, writeAll } from "../../../../src/frame/mod.ts";
import { MAX_REQUEST_BYTES } from "../../../../src/proto/mod.ts";
import { FakeDaemon } from "../../client/fake_daemon.ts";

/** Number of bytes that are checked. */
const HEAD_BYTES = 64 * 1024;
const QUESTION: Question = {
  request: { type: "get_session_detail", id: "s", workspace: null },
};

/** A daemon that sends `body` in one frame, cut into pieces at these offsets of the frame. */
function sending(body: string, cuts: readonly number[]): FakeDaemon {
  return new FakeDaemon(async (conn) => {
    await readFrame(conn, MAX_REQUEST_BYTES);
    const frame = encodeFrame(new TextEncoder().encode(body));
    let at = 0;
    for (const cut of [...cuts, frame.length]) {
      await writeAll(conn, frame.subarray(at, cut));
      at = cut;
    }
    conn.close();
  });
}

/** Sends a request. @returns Whether there is no session, and the whole body. */
async function ask(
  { socket }: FakeDaemon,
  isEager = false,
): Promise<{ isEmpty: boolean; body: string }> {
  await using answer = await openChecked({ ...QUESTION, isEager }, {
    socket,
    connect: (path) => Deno.connect({ transport: "unix", path }),
    timeoutMs: 30_000,
  });
  const decoder = new TextDecoder();
  let body = "";
  for await (const chunk of answer.chunks()) {
    body += decoder.decode(chunk, { stream: true });
  }
  return { isEmpty: answer.isEmpty, body };
}

/** Positions of the session: inside the head, across its end at every offset, and after it. */
const PADDINGS = [
  0,
  60_000,
  ...range(HEAD_BYTES - 48, HEAD_BYTES + 8),
  200_000,
];
const CUTS = [[], [1], [4], [HEAD_BYTES], [5, HEAD_BYTES + 4, HEAD_BYTES + 5]];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

Deno.test("openChecked() passes on every byte, for any position of the session and of the end of the head", async () => {
  for (const padding of PADDINGS) {
    const body = `{"type":"detail","é":"${
      "x".repeat(padding)
    }","session":{"id":"s"},"events":[],"spans":[]}`;
    for (const cuts of padding % 8 === 0 ? CUTS : [[]]) {
      await using daemon = sending(body, cuts);
      const found = await ask(daemon, padding % 2 === 0);
      assertEquals(found.isEmpty, false);
      assert(found.body === body, `${padding}`);
    }
  }
});

Deno.test("openChecked() finds a missing session in the first 64 KiB, and passes a later one on unchanged", async () => {
  for (const padding of PADDINGS) {
    const body = `{"type":"detail","é":"${
      "x".repeat(padding)
    }","session":null,"events":[],"spans":[]}`;
    await using daemon = sending(body, []);
    const found = await ask(daemon);
    if (padding <= HEAD_BYTES - 48) assert(found.isEmpty, `${padding}`);
    assert(found.body === body, `${padding}`);
  }
});

Deno.test("openChecked() finds an error in the first 64 KiB, and passes a later one on unchanged", async () => {
  for (const padding of PADDINGS) {
    const body = `{"message":"${"x".repeat(padding)}","type":"error"}`;
    await using daemon = sending(body, []);
    try {
      const found = await ask(daemon);
      assert(padding > HEAD_BYTES - 48, `${padding}`);
      assert(found.body === body, `${padding}`);
    } catch (error) {
      assert(error instanceof RemoteError, `${padding}: ${error}`);
      assertEquals(error.message.length, padding);
    }
  }
});

Deno.test("openChecked() rejects another type, no type, and invalid JSON", async () => {
  for (
    const body of [
      '{"type":"ack"}',
      '{"session":null}',
      "[]",
      "[".repeat(200_000),
      "nope",
      "{}{}",
    ]
  ) {
    await using daemon = sending(body, [4]);
    await assertRejects(() => ask(daemon), ProtocolError);
  }
});

Deno.test("openChecked() rejects a short answer that is invalid after its type", async () => {
  const start = '{"type":"detail","session":{"id":"s"},"events":[';
  for (
    const rest of [
      "",
      "]",
      "],}",
      '],"spans":tru}',
      '],"spans":[]}{}',
      '"\\ud800"],"spans":[]}',
      "1e999]}",
      `${"[".repeat(20_000)}`,
    ]
  ) {
    await using daemon = sending(start + rest, [4]);
    await assertRejects(() => ask(daemon), ProtocolError, undefined, rest);
  }
  for (const rest of ["]}", '1.0,18446744073709551615,"\\ud83d\\udca9"]} \n']) {
    await using daemon = sending(start + rest, [4]);
    assertEquals((await ask(daemon)).body, start + rest);
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { type ClientOptions, sendForAck } from "../../../src/client/mod.ts";
import { encodeFrame, readFrame } from "../../../src/frame/mod.ts";
import { type Behaviour, FakeDaemon, readAll } from "./fake_daemon.ts";

const BODY = new TextEncoder().encode('{"type":"ingest_hook"}');

function optionsFor(socket: string, timeoutMs: number): ClientOptions {
  return {
    socket,
    connect: (path) => Deno.connect({ transport: "unix", path }),
    timeoutMs,
  };
}

/** Answers with `bytes` after reading all of the request or nothing. */
function answering(
  bytes: Uint8Array,
  { reads = true, steps = 1 } = {},
): Behaviour {
  return async (conn) => {
    if (reads) assertEquals(await readFrame(conn, BODY.length), BODY);
    const length = Math.ceil(bytes.length / steps);
    for (let at = 0; at < bytes.length; at += length) {
      await conn.write(bytes.slice(at, at + length));
    }
    conn.close();
  };
}

const frame = (text: string) => encodeFrame(new TextEncoder().encode(text));
const ACK = frame('{"type":"ack","message":"ingested","more":1}');

const daemons: [what: string, behave: Behaviour, isAcked: boolean][] = [
  ["acknowledges", answering(ACK), true],
  ["acknowledges byte by byte", answering(ACK, { steps: ACK.length }), true],
  ["acknowledges without reading", answering(ACK, { reads: false }), true],
  ["refuses", answering(frame('{"type":"error","message":"no"}')), false],
  ["answers with another type", answering(frame('{"type":"status"}')), false],
  ["answers with null", answering(frame("null")), false],
  ["answers with no JSON", answering(frame("oops")), false],
  [
    "answers with a long text",
    answering(frame(`"${"x".repeat(5000)}"`)),
    false,
  ],
  ["sends more than the ack", answering(Uint8Array.of(...ACK, 1)), false],
  ["stops inside the ack", answering(ACK.subarray(0, 9)), false],
  ["closes", answering(new Uint8Array()), false],
  [
    "closes without reading",
    answering(new Uint8Array(), { reads: false }),
    false,
  ],
];

for (const [what, behave, isAcked] of daemons) {
  Deno.test(`sendForAck() to a daemon that ${what}`, async () => {
    await using daemon = new FakeDaemon(behave);
    assertEquals(
      await sendForAck(BODY, optionsFor(daemon.socket, 5000)),
      isAcked,
    );
  });
}

Deno.test("sendForAck() gives up on a daemon that is silent, and closes the connection", async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using daemon = new FakeDaemon((conn) => readAll(conn).then(resolve));
  assertEquals(await sendForAck(BODY, optionsFor(daemon.socket, 20)), false);
  await closed;
});

Deno.test("sendForAck() gives up on a daemon that does not read", async () => {
  await using daemon = new FakeDaemon(() => Promise.resolve());
  const body = new Uint8Array(4 * 1024 * 1024);
  assertEquals(await sendForAck(body, optionsFor(daemon.socket, 20)), false);
});

Deno.test("sendForAck() throws the system's error if no process listens", async () => {
  await assertRejects(
    () => sendForAck(BODY, optionsFor("/nowhere/d.sock", 5000)),
    Deno.errors.NotFound,
  );
});

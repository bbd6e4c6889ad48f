// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeFrame, encodeHeader } from "../../src/frame/mod.ts";
import { MAX_REQUEST_BYTES } from "../../src/proto/mod.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";
import {
  ask,
  askStatus,
  connect,
  frameOf,
  ingest,
  readToEnd,
  sessionIds,
  writeTo,
} from "./_socket.ts";

const DETAIL = "get_session_detail";

/** Starts a daemon with at most `files` descriptors, and waits until it is ready. */
async function startWithFewFiles(
  home: Home,
  files: number,
): Promise<Deno.ChildProcess> {
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      `ulimit -n ${files}; exec "$@"`,
      "sh",
      ...programCommand(),
      "daemon",
      "run",
    ],
    env: { KAIZEN_HOME: home.home },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return child;
}

Deno.test("the daemon serves a client that writes one byte at a time and shuts down its writing half", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const conn = await connect(home.socket);
  for (const byte of frameOf(ingest("slow", home.workspace))) {
    await writeTo(conn, Uint8Array.of(byte));
  }
  await conn.closeWrite();
  assertEquals(await readToEnd(conn), {
    text: '{"type":"ack","message":"ingested"}',
    end: "eof",
  });
  conn.close();
});

/**
 * If the daemon leaves bytes unread, the client sees a reset, or the shutdown of the runtime just
 * before it.
 */
const garbage: [name: string, bytes: Uint8Array[], end: "eof" | "any"][] = [
  ["nothing", [], "eof"],
  ["an empty frame", [encodeHeader(0)], "eof"],
  ["an oversize header", [encodeHeader(MAX_REQUEST_BYTES + 1)], "eof"],
  [
    "an oversize header and body",
    [new Uint8Array(100).fill(255)],
    "any",
  ],
  [
    "another protocol",
    [new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")],
    "any",
  ],
  ["half a frame", [encodeHeader(100), new Uint8Array(9)], "eof"],
  [
    "bytes that are no text",
    [encodeFrame(new Uint8Array(64).fill(0xff))],
    "eof",
  ],
  [
    "an unknown request",
    [encodeFrame(new TextEncoder().encode('{"type":"nope"}'))],
    "eof",
  ],
];
Deno.test("the daemon closes the connection of a request that it cannot decode, and serves the next one", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  for (const [name, bytes, end] of garbage) {
    const conn = await connect(home.socket);
    for (const part of bytes) await writeTo(conn, part);
    if (end === "eof") await conn.closeWrite();
    const talk = await readToEnd(conn);
    assertEquals(talk.text, "", name);
    if (end === "eof") assertEquals(talk.end, end, name);
    conn.close();
  }
  const { pid, last_error, queue_depth } = await askStatus(home.socket);
  assertEquals([pid, last_error, queue_depth], [daemon.pid, null, 0]);
});

Deno.test("the daemon serves others while 300 clients are silent", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const silent = [];
  for (let i = 0; i < 300; i++) silent.push(await connect(home.socket));
  for (let i = 0; i < 5; i++) {
    assertEquals((await askStatus(home.socket)).pid, daemon.pid);
  }
  // The daemon keeps 256 connections, and has closed the oldest ones.
  const [first] = silent;
  assert(first !== undefined);
  assertEquals(await readToEnd(first), { text: "", end: "eof" });
  for (const conn of silent) conn.close();
});

Deno.test("the daemon keeps running when file descriptors run out", async () => {
  await using home = await tempHome();
  const daemon = await startWithFewFiles(home, 64);
  const silent = [];
  for (let i = 0; i < 100; i++) silent.push(await connect(home.socket));
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    const { text } = await ask(home.socket, { type: "status" });
    assertStringIncludes(text, '"pid"');
    const id = `s${i}`;
    const { text: ack } = await ask(home.socket, ingest(id, home.workspace));
    assertStringIncludes(ack, "ingested");
    ids.push(id);
    assertEquals(await sessionIds(home.socket, home.workspace), ids);
  }
  for (const conn of silent) conn.close();
  const { text } = await ask(home.socket, ingest("s", home.workspace));
  assertStringIncludes(text, "ingested");
  daemon.kill("SIGTERM");
  assertEquals((await daemon.status).code, 0);
});

Deno.test("the daemon does not start with too few file descriptors to serve, and says what to do", async () => {
  await using home = await tempHome();
  const { code, stderr } = await home.run(["daemon", "run"], {
    program: ["sh", "-c", 'ulimit -n 36; exec "$@"', "sh", ...programCommand()],
  });
  assertEquals(code, 74);
  assertStringIncludes(stderr, "64 or more with ulimit -n");
});

Deno.test("the daemon stores the event of a client that goes away before the answer", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  for (let i = 0; i < 10; i++) {
    const conn = await connect(home.socket);
    await writeTo(conn, frameOf(ingest(`gone${i}`, home.workspace)));
    conn.close();
  }
  await ask(home.socket, ingest("here", home.workspace));
  assertEquals((await sessionIds(home.socket, home.workspace)).length, 11);
});

Deno.test("the daemon serves others while the reader of a long answer does not read", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const payload = JSON.stringify({
    hook_event_name: "Notification",
    session_id: "big",
    text: "x".repeat(1_000_000),
  });
  for (let i = 0; i < 8; i++) {
    await ask(home.socket, {
      type: "ingest_hook",
      source: "claude",
      payload,
      workspace: home.workspace,
    });
  }
  const request = {
    type: DETAIL,
    id: "big",
    workspace: home.workspace,
  } as const;
  const stopped = await connect(home.socket);
  await writeTo(stopped, frameOf(request));
  await stopped.read(new Uint8Array(4));
  for (let i = 0; i < 5; i++) {
    const { text } = await ask(home.socket, ingest(`s${i}`, home.workspace));
    assertStringIncludes(text, "ingested");
  }
  const { text } = await ask(home.socket, request);
  assertEquals(JSON.parse(text).events.length, 8);
  // The reader that stopped still gets the rest of its answer, which has not changed meanwhile.
  const rest = await readToEnd(stopped);
  assertEquals(rest.text.length, text.length - 4);
  stopped.close();
});

Deno.test("the daemon accepts a request of 16 MiB", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const request = (text: string) => ({
    type: "ingest_hook",
    source: "claude",
    payload: JSON.stringify({
      hook_event_name: "Notification",
      session_id: "huge",
      text,
    }),
    workspace: home.workspace,
  } as const);
  const spare = MAX_REQUEST_BYTES + 4 - frameOf(request("")).length;
  const { text } = await ask(home.socket, request("x".repeat(spare)));
  assertStringIncludes(text, "ingested");
  assertEquals(
    await ask(home.socket, request("x".repeat(spare + 1))).catch(() => null),
    null,
  );
});

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * docs/protocol.md, with the tables of the wire and played with a daemon.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ANSWERS, joinBytes, REQUESTS } from "../../src/proto/mod.ts";
import { connect, writeTo } from "./_socket.ts";
import { tempHome } from "./harness.ts";

const PAGE = Deno.readTextFileSync(
  new URL("../../docs/protocol.md", import.meta.url),
);
const [, SESSION = ""] = /## A worked session\n[^]*?```text\n([^]*?)\n```/
  .exec(PAGE) ?? [];

/** All keys of a table's fields, at every level that the page describes. */
function keysOf(fields: object): string[] {
  return Object.entries(fields).flatMap(([key, field]) => {
    const inner: unknown = typeof field === "object" && field !== null
      ? Reflect.get(field, "record") ??
        Reflect.get(Object(Reflect.get(field, "optional")), "record")
      : undefined;
    return typeof inner === "object" && inner !== null
      ? [key, ...keysOf(inner)]
      : [key];
  });
}

Deno.test("docs/protocol.md names each request with all its fields, and each answer", () => {
  for (const [name, { fields }] of Object.entries(REQUESTS)) {
    const row = PAGE.split("\n").find((line) =>
      line.startsWith("| ") && line.split("|")[1]?.includes(`\`${name}\``)
    ) ?? "";
    for (const key of [name, ...keysOf(fields)]) {
      assertStringIncludes(row, `\`${key}\``, name);
    }
  }
  const [, answers = ""] = PAGE.split("## Answers");
  for (const [name, { fields }] of Object.entries(ANSWERS)) {
    const row = answers.split("\n").find((line) =>
      line.startsWith(`| \`${name}\``)
    ) ?? "";
    for (const key of [name, ...Object.keys(fields)]) {
      assertStringIncludes(row, `\`${key}\``, name);
    }
  }
});

/** Reads to the end, as bytes. */
async function readBytes(conn: Deno.Conn): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const buffer = new Uint8Array(64 * 1024);
  for (
    let n = await conn.read(buffer);
    n !== null;
    n = await conn.read(buffer)
  ) {
    chunks.push(buffer.slice(0, n));
  }
  return joinBytes(chunks);
}

/** Returns the expression for a body in which `…` stands for anything. */
function pattern(body: string): RegExp {
  const parts = body.split("…").map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join("[^]*?")}$`);
}

Deno.test("the session of docs/protocol.md is what a daemon plays", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  const connections = SESSION.split("\n\n");
  assertEquals(connections.length, 9);
  for (const lines of connections) {
    const [request = "", ...answers] = lines.split("\n");
    const [, digits = "", body = ""] = /^> ([0-9a-f]{8}) (.*)$/.exec(request) ??
      [];
    const bytes = new TextEncoder().encode(body);
    assertEquals(parseInt(digits, 16), bytes.length, body);
    const conn = await connect(home.socket);
    await writeTo(
      conn,
      new Uint8Array([...Uint8Array.fromHex(digits), ...bytes]),
    );
    let received = await readBytes(conn);
    conn.close();
    for (const answer of answers) {
      const [, length = "", expected = ""] = /^< (\S{8}) (.*)$/.exec(answer) ??
        [];
      const count = new DataView(received.buffer, received.byteOffset)
        .getUint32(0);
      const text = new TextDecoder().decode(received.subarray(4, 4 + count));
      if (expected.includes("…")) assertMatch(text, pattern(expected));
      else {
        assertEquals(text, expected);
        assertEquals(received.subarray(0, 4).toHex(), length);
      }
      received = received.subarray(4 + count);
    }
    assertEquals(received.length, 0, body);
  }
  assertEquals((await daemon.ended).code, 0);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A daemon that answers every request alike: with a `detail` of a given length, from memory. Prints
 * a line when it is ready, and ends with its stdin.
 *
 *     deno run -A bench/blob_server.ts '{"socket":…,"bytes":104857600}'
 * @module
 */
import { serveTool } from "./lib/serve_tool.ts";

/** The socket, and the length of the answer. */
export interface BlobOptions {
  socket: string;
  /** Least length of the answer's body. */
  bytes: number;
}

const EVENT_BYTES = 64 * 1024;

function makeAnswer(bytes: number): Uint8Array<ArrayBuffer> {
  const session = { id: "blob", agent: "claude", model: null, workspace: "/w" };
  const rest = {
    started_at_ms: 1,
    ended_at_ms: null,
    status: "Running",
    trace_path: "",
  };
  const text = JSON.stringify("x".repeat(EVENT_BYTES - 20));
  const event = `{"session_id":"blob","seq":0,"payload":{"text":${text}}}`;
  const count = Math.ceil(bytes / event.length);
  const body = `{"type":"detail","session":${
    JSON.stringify({ ...session, ...rest })
  },"events":[${new Array(count).fill(event).join(",")}],"spans":[]}`;
  const answer = new Uint8Array(4 + body.length);
  new DataView(answer.buffer).setUint32(0, body.length);
  new TextEncoder().encodeInto(body, answer.subarray(4));
  return answer;
}

if (import.meta.main) {
  const { socket, bytes }: BlobOptions = JSON.parse(Deno.args[0] ?? "{}");
  const answer = makeAnswer(bytes);
  await serveTool(socket, async (conn) => {
    await conn.read(new Uint8Array(65_536));
    for (let sent = 0; sent < answer.length;) {
      sent += await conn.write(answer.subarray(sent, sent + 1024 * 1024));
    }
  });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A client that exchanges raw bytes with a daemon, and waits for changes of files.
 * @module
 */
import { encodeFrame } from "../../src/frame/mod.ts";
import {
  type DaemonRequest,
  encodeRequest,
  joinBytes,
} from "../../src/proto/mod.ts";

/** The answer of a connection without the header, and how the connection ended. */
export interface Talk {
  text: string;
  end: "eof" | "reset";
}

/** Returns the bytes of a request, ready to be written. */
export function frameOf(request: DaemonRequest): Uint8Array<ArrayBuffer> {
  return encodeFrame(encodeRequest(request));
}

/** Connects to the socket. */
export async function connect(socket: string): Promise<Deno.UnixConn> {
  return await Deno.connect({ transport: "unix", path: socket });
}

/** Writes all of `bytes`. */
export async function writeTo(
  conn: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    sent += await conn.write(bytes.subarray(sent));
  }
}

/** Reads to the end. */
export async function readToEnd(conn: Deno.Conn): Promise<Talk> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let end: Talk["end"] = "eof";
  while (true) {
    const buffer = new Uint8Array(64 * 1024);
    try {
      const n = await conn.read(buffer);
      if (n === null) break;
      chunks.push(buffer.subarray(0, n));
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      end = "reset";
      break;
    }
  }
  // A Blob would keep its bytes until the process ends: gigabytes in a soak.
  const bytes = joinBytes(chunks);
  return { text: new TextDecoder().decode(bytes.subarray(4)), end };
}

/** Sends one request on a connection of its own. */
export async function ask(
  socket: string,
  request: DaemonRequest,
): Promise<Talk> {
  const conn = await connect(socket);
  try {
    await writeTo(conn, frameOf(request));
    return await readToEnd(conn);
  } finally {
    conn.close();
  }
}

/** The status answer's members. */
export async function askStatus(
  socket: string,
): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(socket, { type: "status" })).text);
}

/** Returns whether a path exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Returns the permission bits of a path. */
export async function modeOf(path: string): Promise<string> {
  return (((await Deno.lstat(path)).mode ?? 0) & 0o777).toString(8);
}

/** Returns a request with an event that the daemon accepts. */
export function ingest(
  session: string,
  workspace: string,
  event = "SessionStart",
): DaemonRequest {
  const payload = JSON.stringify({
    hook_event_name: event,
    session_id: session,
    timestamp_ms: 1_714_000_000_000,
  });
  return { type: "ingest_hook", source: "claude", payload, workspace };
}

/** Returns all sessions of a workspace, by id. */
export async function sessionIds(
  socket: string,
  workspace: string,
): Promise<string[]> {
  const { text } = await ask(socket, {
    type: "list_sessions",
    workspace,
    offset: 0,
    limit: 1_000,
    filter: {},
  });
  const ids: string[] = [];
  for (const { id } of JSON.parse(text).rows) ids.push(id);
  return ids.sort();
}

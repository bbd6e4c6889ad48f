// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * As little as a daemon in this runtime can do: reads a request, puts its bytes into one row, commits, says so, closes. What kaizen does
 * with an event beside that is what it costs more. Ends with its stdin.
 *
 *   deno run -A bench/commit_server.ts '{"folder":…,"socket":…}'
 * @module
 */
import { openCommits } from "./sqlite_commits.ts";

/** Where to listen, and where to commit. */
export interface CommitServerOptions {
  folder: string;
  socket: string;
}

const READ_BYTES = 4096;
const BODY = new TextEncoder().encode('{"type":"ack","message":"ingested"}');
const ACK = new Uint8Array(4 + BODY.length);
new DataView(ACK.buffer).setUint32(0, BODY.length);
ACK.set(BODY, 4);

async function serve(
  conn: Deno.Conn,
  commit: (row: Uint8Array) => void,
): Promise<void> {
  try {
    const buffer = new Uint8Array(READ_BYTES);
    const n = await conn.read(buffer);
    if (n === null) return;
    commit(buffer.subarray(0, n));
    await conn.write(ACK);
  } finally {
    conn.close();
  }
}

if (import.meta.main) {
  const options: CommitServerOptions = JSON.parse(Deno.args[0] ?? "{}");
  using commits = openCommits(options.folder);
  const listener = Deno.listen({ transport: "unix", path: options.socket });
  console.log("ready");
  Deno.stdin.read(new Uint8Array(1)).then(() => listener.close());
  for await (const conn of listener) serve(conn, commits.commit);
}

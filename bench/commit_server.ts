// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The least work of a daemon in this runtime: reads a request, inserts its bytes as one row,
 * commits, acknowledges, closes. The difference to kaizen's daemon is what kaizen's work on an
 * event costs. Ends with its stdin.
 *
 *     deno run -A bench/commit_server.ts '{"folder":…,"socket":…}'
 * @module
 */
import { encodeFrame } from "../src/frame/mod.ts";
import { serveTool } from "./lib/serve_tool.ts";
import { openCommits } from "./sqlite_commits.ts";

/** The socket, and the folder of the database. */
export interface CommitServerOptions {
  folder: string;
  socket: string;
}

const READ_BYTES = 4096;
const ACK = encodeFrame(
  new TextEncoder().encode('{"type":"ack","message":"ingested"}'),
);

if (import.meta.main) {
  const { folder, socket }: CommitServerOptions = JSON.parse(
    Deno.args[0] ?? "{}",
  );
  using commits = openCommits(folder);
  await serveTool(socket, async (conn) => {
    const buffer = new Uint8Array(READ_BYTES);
    const n = await conn.read(buffer);
    if (n === null) return;
    commits.commit(buffer.subarray(0, n));
    await conn.write(ACK);
  });
}

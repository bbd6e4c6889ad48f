// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * As little as a daemon in this runtime can do: reads a request, puts its bytes into one row, commits, says so, closes. What kaizen does
 * with an event beside that is what it costs more. Ends with its stdin.
 *
 *   deno run -A bench/commit_server.ts '{"folder":…,"socket":…}'
 * @module
 */
import { encodeFrame } from "../src/frame/mod.ts";
import { serveTool } from "./lib/serve_tool.ts";
import { openCommits } from "./sqlite_commits.ts";

/** Where to listen, and where to commit. */
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

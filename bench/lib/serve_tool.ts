// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * What the tools that serve have in common.
 * @module
 */

/** Serves connections at a socket, and closes each behind that; prints a line when it is ready, and ends with its stdin. */
export async function serveTool(
  path: string,
  serve: (conn: Deno.Conn) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path });
  console.log("ready");
  Deno.stdin.read(new Uint8Array(1)).then(() => listener.close());
  for await (const conn of listener) {
    serve(conn).catch(passOver).finally(() => conn.close());
  }
}

/** A client may go away. */
function passOver(error: unknown): void {
  if (!(error instanceof Error && "code" in error)) throw error;
}

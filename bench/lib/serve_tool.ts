// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Shared by the tools that serve.
 * @module
 */

/**
 * Serves connections at a socket, and closes each one afterwards. Prints a line when it is ready,
 * and ends with its stdin.
 */
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

/** A client may disconnect. */
function passOver(error: unknown): void {
  if (!(error instanceof Error && "code" in error)) throw error;
}

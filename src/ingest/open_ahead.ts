// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Opens a connection before there is an event to send.
 * @module
 */
import type { Context } from "../context/mod.ts";

/** The first connection, which is being opened. */
export interface Ahead {
  /**
   * Resolves when it is open or has failed. That is very soon, because the backlog of a Unix socket
   * either has room or not.
   */
  opened: Promise<unknown>;
  /** Connects as the context does. The first call returns the connection that is being opened. */
  connect: Context["connect"];
  /** Closes the connection if it was not used. */
  close(): void;
}

/** Begins to connect. After a failure, the first call of `connect` tries again. */
export function openAhead(
  socket: string,
  context: Pick<Context, "connect">,
): Ahead {
  let opening: Promise<Deno.Conn> | null = context.connect(socket);
  const opened = opening.catch(() => {});
  const take = () => {
    const taken = opening;
    opening = null;
    return taken;
  };
  return {
    opened,
    connect: (path) =>
      take()?.catch(() => context.connect(path)) ?? context.connect(path),
    close: () => void take()?.then((conn) => conn.close(), () => {}),
  };
}

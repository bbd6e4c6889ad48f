// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A connection that is opened before there is anything to send.
 * @module
 */
import type { Context } from "../context/mod.ts";

/** The first connection, under way. */
export interface Ahead {
  /** Ends when it is open, or cannot be opened: very soon, as a Unix socket's backlog has room or has not. */
  opened: Promise<unknown>;
  /** Connects as the context does; the first time with what is already open. */
  connect: Context["connect"];
  /** Closes what nobody has asked for. */
  close(): void;
}

/** Begins to connect; whatever goes wrong with that is tried again when somebody wants to connect. */
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

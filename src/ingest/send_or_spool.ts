// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Brings a hook's event to safety before the hook's deadline: acknowledged by a daemon, or on disk
 * in the spool.
 * @module
 */
import { hasPending } from "../spool/mod.ts";
import { quickSender } from "./quick_sender.ts";
import { type Route, SPOOL_AT_ONCE_BYTES } from "./route.ts";

/**
 * Sends an event, or spools it. Events stay in order: while the spool is not empty, an event queues
 * after those that are there. Usually a daemon acknowledges the event, and no other code is loaded.
 *
 * @throws {SpoolError} If neither a daemon nor the spool has it.
 */
export async function sendOrSpool(
  body: Uint8Array,
  route: Route,
): Promise<void> {
  const { meanwhile } = route.context;
  if (body.length > SPOOL_AT_ONCE_BYTES || !isEmpty(route.paths.spool)) {
    meanwhile?.();
    const { spoolAndDeliver } = await import("./spool_event.ts");
    return await spoolAndDeliver(body, route);
  }
  const { delivery, fault } = await quickSender(route).send(body);
  if (delivery === "acked") return;
  meanwhile?.();
  const { spoolUnsent } = await import("./spool_event.ts");
  spoolUnsent(body, fault, route);
}

/** If the spool cannot be read, the daemon is asked anyway. */
function isEmpty(folder: string): boolean {
  try {
    return !hasPending(folder);
  } catch {
    return true;
  }
}

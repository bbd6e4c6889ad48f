// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hook's event, on its way to where it is safe: acknowledged by a daemon, or on disk in the spool, before the hook's deadline.
 * @module
 */
import { hasPending } from "../spool/mod.ts";
import { quickSender } from "./quick_sender.ts";
import { type Route, SPOOL_AT_ONCE_BYTES } from "./route.ts";

/**
 * Sends an event, or spools it. Order holds: while the spool is not empty the event queues after those that are there.
 *
 * Most times a daemon acknowledges it, and nothing else is loaded.
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

/** A spool that cannot be read is no reason not to ask the daemon. */
function isEmpty(folder: string): boolean {
  try {
    return !hasPending(folder);
  } catch {
    return true;
  }
}

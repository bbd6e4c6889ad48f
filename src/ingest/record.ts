// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hook's event, on its way to where it is safe: acknowledged by a daemon, or on disk in the spool, within the hook's budget.
 * @module
 */
import { handOver } from "../client/mod.ts";
import { hasPending } from "../spool/mod.ts";
import { clientWithin, type Route, SPOOL_AT_ONCE_BYTES } from "./route.ts";

/**
 * Records an event. Order holds: while the spool is not empty the event queues behind what is there.
 *
 * Most times a daemon acknowledges it, and nothing else is loaded.
 *
 * @throws {SpoolError} If neither a daemon nor the spool has it.
 */
export async function recordEvent(
  body: Uint8Array,
  route: Route,
): Promise<void> {
  const { meanwhile } = route.context;
  if (body.length > SPOOL_AT_ONCE_BYTES || !isEmpty(route.paths.spool)) {
    meanwhile?.();
    const { keepBehind } = await import("./keep.ts");
    return await keepBehind(body, route);
  }
  const client = clientWithin(route);
  let fault: unknown = null;
  try {
    if (
      client !== null && await handOver(body, { ...client, onSent: meanwhile })
    ) return;
  } catch (error) {
    fault = error;
  }
  meanwhile?.();
  const { keepUnsent } = await import("./keep.ts");
  keepUnsent(body, fault, route);
}

/** A spool that cannot be read is no reason not to ask the daemon. */
function isEmpty(folder: string): boolean {
  try {
    return !hasPending(folder);
  } catch {
    return true;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Requests that the reference's daemon, and an older one of ours, do not know.
 * @module
 */
import { ask, HELLO, ProtocolError } from "../../client/mod.ts";
import { KAIZEN_VERSION } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { UnsupportedError } from "../shell/errors.ts";
import { askOrStart, clientOptions, READ_TIMEOUT_MS } from "./ask.ts";

/**
 * Sends a request that only our daemon knows; starts a daemon if none is running.
 *
 * @param send Sends the request.
 * @param lack Tells what a daemon without the request does not do, and what to do instead.
 * @throws {UnsupportedError} If the daemon does not know the request.
 * @throws What `send` throws.
 */
export async function askOwn<T>(
  send: () => Promise<T>,
  lack: string,
  run: Run,
): Promise<T> {
  return await askOrStart(run, async () => {
    try {
      return await send();
    } catch (error) {
      // A daemon closes the connection of a request that it does not know.
      throw error instanceof ProtocolError
        ? await explainUnknown(error, lack, run)
        : error;
    }
  });
}

async function explainUnknown(
  fault: ProtocolError,
  lack: string,
  run: Run,
): Promise<Error> {
  try {
    const client = clientOptions(run, READ_TIMEOUT_MS);
    const { daemon_version } = await ask(HELLO, client);
    return daemon_version === KAIZEN_VERSION
      ? fault
      : new UnsupportedError(`This daemon is ${daemon_version}; it ${lack}`);
  } catch {
    return fault;
  }
}

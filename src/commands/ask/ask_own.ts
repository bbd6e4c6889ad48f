// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Requests that the reference's daemon does not know.
 * @module
 */
import { ask, RemoteError } from "../../client/mod.ts";
import type { Run } from "../shell/cli.ts";
import { UnsupportedError } from "../shell/errors.ts";
import { askOrStart, clientOptions, STATUS_TIMEOUT_MS } from "./ask.ts";

/**
 * Sends a request that only our daemon knows; starts a daemon if none is running.
 *
 * @param send Sends the request.
 * @param subject What is asked for, for a message: `commits`.
 * @throws {UnsupportedError} If the daemon is another one.
 * @throws What `send` throws.
 */
export async function askOwn<T>(
  send: () => Promise<T>,
  subject: string,
  run: Run,
): Promise<T> {
  try {
    return await askOrStart(run, send);
  } catch (error) {
    if (!(error instanceof RemoteError) || await isOurs(run)) throw error;
    throw new UnsupportedError(
      `The running daemon does not know ${subject}: it is an older one, or that of another program`,
    );
  }
}

/** Only our daemon tells the size of its store. */
async function isOurs(run: Run): Promise<boolean> {
  const client = clientOptions(run, STATUS_TIMEOUT_MS);
  const { store } = await ask({ type: "status" }, client);
  return store !== undefined;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Starting our daemon in the background, with its failures in our terms.
 * @module
 */
import { TimedOutError } from "../../client/mod.ts";
import type { StartResult } from "../../launch/mod.ts";
import type { Run } from "../shell/cli.ts";
import { BrokenDaemonError, OwnedError } from "../shell/errors.ts";

/**
 * Starts our daemon unless one answers, and waits until it can be reached.
 *
 * @param readyMs How long to wait, in milliseconds.
 * @throws {OwnedError} If another process holds the home without answering.
 * @throws {TimedOutError} If it is not ready in time.
 * @throws {BrokenDaemonError} If it died first.
 * @throws {HomeError} If something in the home cannot be used.
 */
export async function startDaemon(
  run: Run,
  readyMs: number,
): Promise<StartResult> {
  const launch = await import("../../launch/mod.ts");
  try {
    return await launch.startDaemon({ paths: run.settings.paths(), readyMs });
  } catch (error) {
    throw await startFault(error);
  }
}

/** Says in the commands' terms why a daemon does not run. */
export async function startFault(error: unknown): Promise<unknown> {
  const { HomeBusyError, StartError } = await import("../../launch/mod.ts");
  const because = { cause: error };
  if (error instanceof HomeBusyError) {
    return new OwnedError(error.message, because);
  }
  if (error instanceof StartError) {
    return error.exit === 4
      ? new TimedOutError(error.message, because)
      : new BrokenDaemonError(error.message, because);
  }
  return error;
}

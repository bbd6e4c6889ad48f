// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Failures of the spool in the terms of the commands.
 * @module
 */
import { FileError } from "./errors.ts";

/** Says in the commands' terms what is wrong with the spool. */
export async function spoolFault(error: unknown): Promise<unknown> {
  const { SpoolError } = await import("../../spool/mod.ts");
  return error instanceof SpoolError
    ? new FileError(error.message, "spool status")
    : error;
}

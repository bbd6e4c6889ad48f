// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Spool errors as errors of the commands.
 * @module
 */
import { FileError } from "./errors.ts";

/** Returns the command error for a spool error; other errors are returned unchanged. */
export async function spoolFault(error: unknown): Promise<unknown> {
  const { SpoolError } = await import("../../spool/mod.ts");
  return error instanceof SpoolError
    ? new FileError(error.message, "doctor")
    : error;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints sessions as columns.
 * @module
 */
import { resolvePlace } from "../ask/place.ts";
import { collectSessions, streamRows } from "../ask/session_rows.ts";
import { printColumns } from "../shell/column_output.ts";
import type { Run } from "../shell/cli.ts";
import type { SessionsOptions } from "./options.ts";

/**
 * Prints sessions, last activity first: those of one workspace as they arrive, those of several
 * merged.
 *
 * @throws {UsageError} If stdout is a terminal and the format is binary.
 */
export async function printSessionColumns(
  options: SessionsOptions,
  run: Run,
): Promise<void> {
  await printColumns("session", readParts(options, run), run);
}

async function* readParts(
  options: SessionsOptions,
  run: Run,
): AsyncGenerator<unknown[]> {
  const workspaces = await resolvePlace(options.place, run);
  const [workspace] = workspaces;
  // The reference ignores the filter for the last activity, so its rows have to be looked at.
  const isExact = options.filter.active_since_ms === undefined;
  if (workspaces.length !== 1 || workspace === undefined || !isExact) {
    const { rows } = await collectSessions(workspaces, options, run);
    yield rows.map(({ record }) => record);
    return;
  }
  const reading = { workspace, wanted: options, isEager: true };
  for await (const rows of streamRows(reading, run)) {
    yield rows.map(({ record }) => record);
  }
}
